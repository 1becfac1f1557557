#![doc = include_str!("../README.md")]

mod app;
mod domain;
mod events;
mod http;
mod jobs;
mod migrations;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod roster_costs;
#[cfg(test)]
mod service_plans;
mod store;

use std::sync::Arc;

use chassis::{Deps, Module, Service, StartError};

use crate::app::App;
use crate::domain::catalogue::Catalogue;

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
/// The rules of service do not read.
pub fn service(deps: Deps) -> Result<Service, StartError> {
    let catalogue = Catalogue::built_in();
    let catalogue = catalogue.map_err(|refused| StartError::Other(refused.to_string()))?;
    let app = Arc::new(App::new(deps, catalogue));
    let service = Service::new(MODULE.name)
        .handler(events::OnOrderOffered(Arc::clone(&app)))
        .handler(events::OnOrderRecalled(Arc::clone(&app)))
        .handler(events::OnOrganisationMoved)
        .handler(exclusions::Excluded);
    let service = jobs::schedules(service, &app);
    Ok(service.routes(move |config| http::routes(config, &app)))
}
