#![doc = include_str!("../README.md")]

mod app;
mod config;
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
mod signing;
mod store;

use std::sync::Arc;

use chassis::{Deps, Module, Service, StartError};

pub use crate::config::VolunteeringConfig;

use crate::app::App;
use crate::domain::catalogue::Catalogue;
use crate::domain::exports;

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
/// The configuration is wrong, the rules of service do not read, or the key of documents cannot be read or made.
pub fn service(deps: Deps) -> Result<Service, StartError> {
    let catalogue = Catalogue::built_in();
    let catalogue = catalogue.map_err(|refused| StartError::Other(refused.to_string()))?;
    let tables = exports::built_in();
    let tables = tables.map_err(|refused| StartError::Other(refused.to_string()))?;
    let config: VolunteeringConfig = deps.section(MODULE.name)?;
    config.validate()?;
    let key = config.document_key(&deps.data_dir);
    let key = key.map_err(|error| StartError::Other(format!("key of documents: {error}")))?;
    let app = Arc::new(App::new(deps, (catalogue, tables), (config, key)));
    let service = Service::new(MODULE.name)
        .handler(events::OnOrderOffered(Arc::clone(&app)))
        .handler(events::OnOrderRecalled(Arc::clone(&app)))
        .handler(events::OnOrganisationMoved)
        .handler(events::OnReportIn)
        .handler(exclusions::Excluded);
    let service = jobs::schedules(service, &app);
    Ok(service.routes(move |config| http::routes(config, &app)))
}
