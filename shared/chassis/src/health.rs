use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use auth::KeyRing;
use futures_util::future::join_all;
use kernel::Timestamp;
use serde::Serialize;
use store::Database;

use crate::messaging::{BusState, Messaging};

/// Longest wait for a database's answer: whoever probes does not wait longer either.
const PATIENCE: Duration = Duration::from_secs(2);

/// What readiness looks at.
#[derive(Clone)]
pub(crate) struct Probe {
    pub(crate) databases: Vec<(&'static str, Database)>,
    pub(crate) messaging: Messaging,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) started: Timestamp,
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    since: Timestamp,
    /// A broker that is down delays what the others are told and refuses nothing: the process stays
    /// ready, and this says so.
    bus: BusState,
    /// Whether any key that verifies tokens is known; without one nobody is let in.
    keys: bool,
    services: Vec<ServiceState>,
}

#[derive(Serialize)]
struct ServiceState {
    name: &'static str,
    database: bool,
    /// At most [`store::outbox::MOST_COUNTED`]; none where it could not be counted in time, which refuses nobody.
    outbox_pending: Option<u64>,
    dead_letters: Option<u64>,
}

impl ServiceState {
    async fn of(name: &'static str, database: &Database) -> Self {
        let (answered, outbox_pending, dead_letters) = tokio::join!(
            in_time(database.ping()),
            in_time(store::outbox::count_pending(database)),
            in_time(store::dead_letter::count(database)),
        );
        Self {
            name,
            database: answered.is_some(),
            outbox_pending,
            dead_letters,
        }
    }
}

async fn in_time<T>(asked: impl Future<Output = Result<T, store::StoreError>>) -> Option<T> {
    let answered = tokio::time::timeout(PATIENCE, asked).await;
    answered.ok().and_then(Result::ok)
}

/// `GET /livez`: the process answers.
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

/// `GET /readyz`: whether requests can be worked on, and how far messages are behind.
///
/// 503 when a database does not answer, no key is known yet, or the process stops.
pub(crate) async fn ready(probe: web::Data<Probe>) -> HttpResponse {
    let databases = probe.databases.iter();
    let services = join_all(databases.map(|(name, database)| ServiceState::of(name, database)));
    let services = services.await;
    let keys = !probe.keys.is_empty();
    let ready =
        keys && probe.messaging.is_running() && services.iter().all(|service| service.database);
    let state = Readiness {
        ready,
        since: probe.started,
        bus: probe.messaging.bus(),
        keys,
        services,
    };
    if ready {
        HttpResponse::Ok().json(state)
    } else {
        HttpResponse::ServiceUnavailable().json(state)
    }
}

/// `GET /metrics`: Prometheus' text format, or that of OpenMetrics for whoever prefers it.
pub(crate) async fn metrics(request: HttpRequest) -> HttpResponse {
    crate::metrics::answer(&request)
}
