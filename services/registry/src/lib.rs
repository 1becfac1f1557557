#![doc = include_str!("../README.md")]

mod app;
mod config;
mod domain;
mod events;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod http;
mod jobs;
mod migrations;
#[cfg(test)]
mod plans;
pub mod replay;
pub mod seed;
mod store;

use std::sync::Arc;

use chassis::{Deps, Module, Service, StartError};

use crate::app::App;
pub use crate::config::{ContactSpan, GridSizing, RegistryConfig};
pub use crate::domain::geo::{Box2, FeatureError, GridIndex, Shape, ShapeError, parse_feature};

/// The service as a process hosts it.
pub const MODULE: Module = Module {
    name: "registry",
    migrations: migrations::migrations,
    build: service,
    audit: store::audit::tallies,
};

/// Builds the service.
///
/// # Errors
/// The zone of its settings is unknown.
pub fn service(deps: Deps) -> Result<Service, StartError> {
    let app = Arc::new(App::new(deps)?);
    let routes = Arc::clone(&app);
    let service = Service::new(MODULE.name).routes(move |config| http::routes(config, &routes));
    let service = service
        .handler(events::orders::Orders)
        .handler(events::senders::Senders(Arc::clone(&app.clock)));
    Ok(jobs::schedules(service, &app))
}
