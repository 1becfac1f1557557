//! Faults of the connections between services and servers.
//!
//! Each service has proxies of its own. A half-open connection needs two in a row: the far one ends it
//! for the server, and the near one tells the service nothing.

use std::time::Duration;

use scenarios::{Cluster, SERVICES, Way};
use testkit::chaos::{Direction, Proxy};
use testkit::lasting;

use super::Trial;

/// Time that a fault lasts.
const WHILE: Duration = Duration::from_millis(700);

#[derive(Clone, Copy)]
enum Server {
    Postgres,
    RabbitMq,
}

#[derive(Clone, Copy)]
enum Fault {
    Cut,
    Stall,
    HalfOpen,
}

/// The way of one service to one server.
struct Connection {
    near: Proxy,
    far: Proxy,
}

impl Connection {
    async fn suffer(&self, fault: Fault) {
        match fault {
            Fault::Cut => self.near.cut().await,
            Fault::Stall => self.near.stall(Direction::Both).await,
            Fault::HalfOpen => {
                self.near.half_open().await;
                self.far.cut().await;
                self.far.pass().await;
            }
        }
    }

    /// Lets new connections through. Those that are half open stay so.
    async fn recover(&self, fault: Fault) {
        match fault {
            Fault::Cut | Fault::Stall => self.near.pass().await,
            Fault::HalfOpen => {}
        }
    }
}

/// Lets every service reach `server` through proxies.
async fn stand_between(cluster: &mut Cluster, server: Server) -> Vec<Connection> {
    let mut connections = Vec::new();
    for (seed, service) in (0..).zip(SERVICES) {
        let mut way: Way = cluster.way(service).clone();
        let url = match server {
            Server::Postgres => &mut way.database,
            Server::RabbitMq => &mut way.broker,
        };
        let (far, through) = Proxy::before(url, seed).await;
        let (near, through) = Proxy::before(&through, seed).await;
        *url = through;
        cluster.lead(service, way);
        connections.push(Connection { near, far });
    }
    connections
}

/// Each connection in turn, then all of them.
async fn survives(server: Server, fault: Fault) {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    let connections = stand_between(&mut cluster, server).await;
    let mut trial = Trial::begin(cluster).await;
    trial
        .under_load(async |_, load| {
            for connection in &connections {
                load.progress(8).await;
                connection.suffer(fault).await;
                lasting(WHILE).await;
                connection.recover(fault).await;
            }
            load.progress(8).await;
            for connection in &connections {
                connection.suffer(fault).await;
            }
            match (server, fault) {
                (Server::Postgres, Fault::Cut | Fault::Stall) => load.trouble(4).await,
                // new connections are let through, and dead ones take a second at most
                (Server::Postgres, Fault::HalfOpen) | (Server::RabbitMq, _) => {
                    load.progress(8).await;
                }
            }
            for connection in &connections {
                connection.recover(fault).await;
            }
            load.progress(20).await;
        })
        .await;
    for connection in &connections {
        connection.near.pass().await;
    }
    trial.check().await;
}

#[tokio::test]
async fn cut_connections_to_the_database_lose_nothing() {
    survives(Server::Postgres, Fault::Cut).await;
}

#[tokio::test]
async fn half_open_connections_to_the_database_lose_nothing() {
    survives(Server::Postgres, Fault::HalfOpen).await;
}

#[tokio::test]
async fn stalled_connections_to_the_database_lose_nothing() {
    survives(Server::Postgres, Fault::Stall).await;
}

#[tokio::test]
async fn cut_connections_to_the_broker_lose_nothing() {
    survives(Server::RabbitMq, Fault::Cut).await;
}

#[tokio::test]
async fn stalled_connections_to_the_broker_lose_nothing() {
    survives(Server::RabbitMq, Fault::Stall).await;
}

#[tokio::test]
async fn half_open_connections_to_the_broker_lose_nothing() {
    survives(Server::RabbitMq, Fault::HalfOpen).await;
}
