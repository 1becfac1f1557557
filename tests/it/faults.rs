//! Faults of services, servers and the network while clients work through the public API: nothing that
//! was acknowledged is lost, everything takes effect once, and no client gets a 5xx other than 503.

mod aftermath;
mod load;
mod network;
mod replicas;
mod servers;
mod services;

use scenarios::{Cluster, SERVICES};

use crate::lifecycle::People;
use crate::rows;
use load::Load;

/// An installation with clients at work, to which something is done.
struct Trial {
    cluster: Cluster,
    load: Load,
    /// Tasks of the demo, which no client has caused.
    tasks: i64,
}

impl Trial {
    /// Fills and starts the installation.
    async fn begin(mut cluster: Cluster) -> Self {
        cluster.run(&["seed"]).await.expect(0);
        // on a busy machine the broker takes long to declare everything
        cluster.set("LINLI_BUS__AMQP__CONNECT_TIMEOUT_MS", "20000");
        // what does not answer is given up sooner than in a city
        cluster.set("LINLI_BUS__AMQP__HEARTBEAT_S", "4");
        cluster.set("LINLI_BUS__AMQP__CONFIRM_TIMEOUT_MS", "4000");
        cluster.set("LINLI_HTTP__REQUEST_TIMEOUT_S", "8");
        cluster.set("LINLI_STORE__ACQUIRE_TIMEOUT_MS", "2500");
        cluster.set("LINLI_STORE__SILENCE_TIMEOUT_MS", "8000");
        cluster.start_all().await;
        cluster.settled().await;
        let accounts = cluster.accounts();
        let sign_in = async |account: &_| cluster.sign_in(account).await;
        let people = People::sign_in(&accounts, sign_in).await;
        Self {
            tasks: tasks(&cluster).await,
            load: Load::new(people),
            cluster,
        }
    }

    /// Does something to the installation while clients work; they end with it.
    async fn under_load(&mut self, fault: impl AsyncFnOnce(&mut Cluster, &Load)) {
        let Self { cluster, load, .. } = self;
        load.during(fault(cluster, load)).await;
    }

    /// Lets each service in turn meet a fault under load.
    async fn each_service(&mut self, fault: impl AsyncFn(&mut Cluster, &Load, &'static str)) {
        self.under_load(async |cluster, load| {
            for service in SERVICES {
                fault(cluster, load, service).await;
            }
        })
        .await;
    }
}

async fn tasks(cluster: &Cluster) -> i64 {
    let db = cluster.database("volunteering").await;
    let counts = rows::count(&db).await;
    db.close().await.expect("it closes");
    counts["task"]
}
