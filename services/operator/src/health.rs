//! `/livez`, `/readyz` and `/metrics`.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::Server;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get, web};

/// What a replica says of itself.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<AtomicBool>);

impl Health {
    /// Notes that the replica works, for as long as the value lives.
    pub(crate) fn lead(&self) -> Leading {
        self.0.store(true, Ordering::Relaxed);
        Leading(self.clone())
    }

    /// Whether the replica works.
    #[must_use]
    pub fn is_leading(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A replica at work.
pub(crate) struct Leading(Health);

impl Drop for Leading {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

#[get("/livez")]
async fn livez() -> HttpResponse {
    HttpResponse::Ok().body("ok")
}

/// A replica that stands by is ready too: it takes over.
#[get("/readyz")]
async fn readyz(health: web::Data<Health>) -> HttpResponse {
    let state = if health.is_leading() {
        "leading"
    } else {
        "standing by"
    };
    HttpResponse::Ok().body(state)
}

#[get("/metrics")]
async fn metrics(request: HttpRequest) -> HttpResponse {
    chassis::metrics::answer(&request)
}

/// Serves until it is stopped; returns where.
///
/// # Errors
/// The address cannot be listened on.
pub(crate) fn serve(listen: SocketAddr, health: Health) -> std::io::Result<(SocketAddr, Server)> {
    let listener = TcpListener::bind(listen)?;
    let address = listener.local_addr()?;
    let shown = health.clone();
    opentelemetry::global::meter("linli.operator")
        .u64_observable_gauge("linli.operator.leading")
        .with_description("Whether this replica keeps the districts")
        .with_callback(move |gauge| gauge.observe(u64::from(shown.is_leading()), &[]))
        .build();
    let health = web::Data::new(health);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(health.clone())
            .service(livez)
            .service(readyz)
            .service(metrics)
    });
    let server = server.workers(1).disable_signals().listen(listener)?;
    Ok((address, server.run()))
}
