#![doc = include_str!("../README.md")]

mod app;
pub mod config;
pub mod domain;
mod events;
mod http;
mod jobs;
mod migrations;
#[cfg(test)]
mod plans;
mod store;

use std::sync::Arc;

use chassis::{Deps, Module, Service, StartError};

use app::App;
use app::streams::Streams;
use config::NotificationsConfig;
use domain::rules::{self, Rules};

/// The service as a process hosts it.
pub const MODULE: Module = Module {
    name: "notifications",
    migrations: migrations::migrations,
    build: service,
    audit: store::audit::tallies,
};

/// Builds the service.
///
/// # Errors
/// The configuration section or the rules of notices are wrong.
pub fn service(deps: Deps) -> Result<Service, StartError> {
    let config: NotificationsConfig = deps.section("notifications")?;
    config.validate()?;
    let app = Arc::new(App {
        rules: rules_of(&config)?,
        streams: Arc::new(Streams::new(config.streams.clone())),
        stop: deps.stop.clone(),
        db: deps.db,
        clock: deps.clock,
        ids: deps.ids,
        keys: deps.keys,
        config,
    });
    let service = Service::new(MODULE.name).schedule(jobs::forget_messages::schedule(&app));
    Ok(events::add_handlers(service, &app).routes(move |config| http::routes(config, &app)))
}

fn rules_of(config: &NotificationsConfig) -> Result<Rules, StartError> {
    let zone = config.time_zone()?;
    let refused = |error: &dyn std::fmt::Display| StartError::Other(error.to_string());
    let Some(path) = &config.rules else {
        return rules::load(rules::BUILT_IN, zone).map_err(|error| refused(&error));
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        StartError::Other(format!("notifications.rules: {}: {error}", path.display()))
    })?;
    rules::load(&text, zone).map_err(|error| refused(&error))
}
