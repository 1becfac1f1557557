use actix_web::{HttpResponse, web};
use kernel::Timestamp;
use serde::Serialize;
use store::Database;

use crate::messaging::Messaging;

/// What readiness looks at.
#[derive(Clone)]
pub(crate) struct Probe {
    pub(crate) databases: Vec<(&'static str, Database)>,
    pub(crate) messaging: Messaging,
    pub(crate) started: Timestamp,
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    since: Timestamp,
    services: Vec<ServiceState>,
}

#[derive(Serialize)]
struct ServiceState {
    name: &'static str,
    database: bool,
    outbox_pending: u64,
    dead_letters: u64,
}

/// `GET /livez`: the process answers.
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

/// `GET /readyz`: every database answers, and how far messages are behind.
pub(crate) async fn ready(probe: web::Data<Probe>) -> HttpResponse {
    let mut services = Vec::with_capacity(probe.databases.len());
    for (name, database) in &probe.databases {
        let pending = store::outbox::count_pending(database).await;
        let dead = store::dead_letter::count(database).await;
        services.push(ServiceState {
            name,
            database: pending.is_ok() && database.ping().await.is_ok(),
            outbox_pending: pending.unwrap_or(0),
            dead_letters: dead.unwrap_or(0),
        });
    }
    let ready = services.iter().all(|service| service.database) && probe.messaging.is_running();
    let state = Readiness {
        ready,
        since: probe.started,
        services,
    };
    if ready {
        HttpResponse::Ok().json(state)
    } else {
        HttpResponse::ServiceUnavailable().json(state)
    }
}

/// `GET /metrics`: Prometheus' text format.
pub(crate) async fn metrics() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(crate::metrics::render())
}
