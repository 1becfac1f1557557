#![doc = include_str!("../README.md")]

mod app;
mod domain;
mod events;
mod http;
mod migrations;
#[cfg(test)]
mod plans;
mod store;

use std::sync::Arc;

use chassis::{Deps, Module, Service, StartError};

use crate::app::App;

/// The service as a process hosts it.
pub const MODULE: Module = Module {
    name: "volunteering",
    migrations: migrations::migrations,
    build: service,
    audit: store::audit::tallies,
};

/// Builds the service.
///
/// # Errors
/// None at present: it has no settings of its own.
pub fn service(deps: Deps) -> Result<Service, StartError> {
    let app = Arc::new(App::new(deps));
    Ok(Service::new(MODULE.name)
        .handler(events::OnOrderOffered(Arc::clone(&app)))
        .handler(events::OnOrderRecalled(Arc::clone(&app)))
        .handler(events::OnOrganisationMoved)
        .handler(exclusions::Excluded)
        .routes(move |config| http::routes(config, &app)))
}
