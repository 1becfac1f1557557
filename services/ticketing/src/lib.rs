#![doc = include_str!("../README.md")]
#![warn(clippy::future_not_send)]

pub mod app;
pub mod config;
pub mod domain;
mod events;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod http;
mod jobs;
mod migrations;
#[cfg(test)]
mod plans;
mod store;

use std::sync::Arc;

use chassis::{Deps, Module, Service, StartError};

pub use app::App;
use app::override_workflow;
pub use app::rebuild_figures::{FigureState, rebuild_figures, verify_figures};
pub use app::verify_bulletins::{BulletinState, verify_bulletins};
pub use config::TicketingConfig;

/// The service as a process hosts it.
pub const MODULE: Module = Module {
    name: "ticketing",
    migrations: migrations::migrations,
    build: service,
    audit: store::audit::tallies,
};

/// Builds the service.
///
/// # Errors
/// The configuration is wrong, or a workflow definition is refused.
pub fn service(deps: Deps) -> Result<Service, StartError> {
    let stop = deps.stop.clone();
    let app = Arc::new(App::new(deps)?);
    let (routes, prepared) = (Arc::clone(&app), Arc::clone(&app));
    let mut service = Service::new(MODULE.name)
        .routes(move |config| http::configure(config, &routes))
        .prepare(async move {
            // orders go on by what districts have published, from the first request on
            override_workflow::follow_overrides(&prepared).await?;
            override_workflow::keep_following(&prepared, async move { stop.cancelled().await });
            Ok(())
        });
    service = events::handlers(service, &app);
    Ok(jobs::schedules(service, &app))
}
