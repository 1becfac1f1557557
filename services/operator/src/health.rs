//! `/livez`, `/readyz` and `/metrics`.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::Server;
use actix_web::{App, HttpResponse, HttpServer, get, web};

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
async fn metrics(health: web::Data<Health>) -> HttpResponse {
    let mut text = chassis::metrics::render();
    let leading = u8::from(health.is_leading());
    let own = format!(
        "# HELP linli_operator_leading Whether this replica keeps the districts.\n\
         # TYPE linli_operator_leading gauge\nlinli_operator_leading {leading}\n"
    );
    text.extend_from_slice(own.as_bytes());
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(text)
}

/// Serves until it is stopped; returns where.
///
/// # Errors
/// The address cannot be listened on.
pub(crate) fn serve(listen: SocketAddr, health: Health) -> std::io::Result<(SocketAddr, Server)> {
    let listener = TcpListener::bind(listen)?;
    let address = listener.local_addr()?;
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
