//! Binds the address and answers with all hosted services.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpResponse, HttpServer, middleware, web};
use auth::AuthState;
use serde_json::Value;
use utoipa_actix_web::AppExt;

use super::docs;
use super::edge::{self, Edge};
use super::fallback::{self, Paths};
use super::log_level;
use super::valid::JsonLimit;
use crate::health::{self, Probe};
use crate::openapi;
use crate::service::Routes;
use crate::{HttpConfig, Service};

/// What all workers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) auth: AuthState,
    pub(crate) probe: Probe,
    pub(crate) routes: Vec<Routes>,
    pub(crate) documents: Documents,
}

/// API documents, rendered once.
#[derive(Clone)]
pub(crate) struct Documents {
    services: Arc<Vec<(String, String)>>,
    merged: Arc<String>,
    page: Arc<String>,
    paths: Paths,
}

impl Documents {
    pub(crate) fn of(services: &[Service]) -> Self {
        let each: Vec<(&str, Value)> = services
            .iter()
            .map(|service| (service.name, openapi::of(service)))
            .collect();
        let merged = openapi::merge(each.iter().map(|(_, document)| document));
        let services = each
            .iter()
            .map(|(name, document)| (format!("/api/{name}/openapi.json"), document.to_string()))
            .collect();
        Self {
            services: Arc::new(services),
            page: Arc::new(docs::render(&merged)),
            paths: Paths::of(&merged),
            merged: Arc::new(merged.to_string()),
        }
    }
}

/// Takes `address`.
///
/// # Errors
/// It is taken or not allowed.
pub(crate) fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address)
}

/// Starts answering on a bound address.
///
/// # Errors
/// The system refuses.
pub(crate) fn start(
    listener: TcpListener,
    config: &HttpConfig,
    shared: Shared,
) -> std::io::Result<(SocketAddr, ServerHandle, Server)> {
    let bound = listener.local_addr()?;
    let edge = Edge::new(config);
    let json_limit = JsonLimit(config.json_limit_kib.saturating_mul(1024));
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let workers = if config.workers == 0 {
        cores
    } else {
        config.workers
    };
    let server = HttpServer::new(move || {
        let app = App::new()
            .app_data(web::Data::new(edge.clone()))
            .app_data(web::Data::new(shared.auth.clone()))
            .app_data(web::Data::new(shared.probe.clone()))
            .app_data(web::Data::new(shared.documents.paths.clone()))
            .app_data(json_limit)
            .wrap(middleware::from_fn(edge::pass))
            .wrap(
                middleware::DefaultHeaders::new()
                    .add(("X-Content-Type-Options", "nosniff"))
                    .add(("Cache-Control", "no-store")),
            )
            .into_utoipa_app()
            .configure(|config| {
                for routes in &shared.routes {
                    routes(config);
                }
            });
        let (app, _) = app.split_for_parts();
        app.configure(|config| process_routes(config, &shared.documents))
            .default_service(web::to(fallback::no_operation))
    })
    .workers(workers)
    .disable_signals()
    .shutdown_timeout(config.stop_timeout_s)
    .keep_alive(Duration::from_secs(75))
    .h1_allow_half_closed(false)
    .client_request_timeout(Duration::from_secs(10))
    .listen(listener)?
    .run();
    Ok((bound, server.handle(), server))
}

/// Routes of the process itself.
fn process_routes(config: &mut web::ServiceConfig, documents: &Documents) {
    config
        .route("/livez", web::get().to(health::live))
        .route("/readyz", web::get().to(health::ready))
        .route("/metrics", web::get().to(health::metrics))
        .configure(log_level::routes)
        .route(
            "/api/openapi.json",
            fixed("application/json", &documents.merged),
        )
        .route(
            "/api/docs",
            fixed("text/html; charset=utf-8", &documents.page),
        );
    for (path, text) in documents.services.iter() {
        config.route(path, fixed("application/json", &Arc::new(text.clone())));
    }
}

fn fixed(kind: &'static str, text: &Arc<String>) -> actix_web::Route {
    let text = Arc::clone(text);
    web::get().to(move || {
        let body = text.as_str().to_owned();
        async move { HttpResponse::Ok().content_type(kind).body(body) }
    })
}
