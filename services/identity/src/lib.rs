#![doc = include_str!("../README.md")]

mod app;
pub mod bootstrap;
mod config;
mod crypto;
pub mod domain;
mod events;
mod http;
mod jobs;
mod migrations;
mod store;

use std::sync::Arc;

use chassis::{Deps, Module, Service, StartError};

pub use app::Identity;
pub use app::verify_access_log::ChainState;
pub use config::IdentityConfig;
pub use crypto::KeyFileError;

/// Identity, as a process hosts it.
pub const MODULE: Module = Module {
    name: "identity",
    migrations: migrations::migrations,
    build: service,
    audit: store::audit::tallies,
};

/// Builds the service: reads its configuration and signing key, and describes what it answers.
///
/// # Errors
/// The configuration is wrong, or the signing key cannot be read or made.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape of `Module::build`"
)]
pub fn service(deps: Deps) -> Result<Service, StartError> {
    let app = Arc::new(Identity::new(&deps)?);
    let routed = Arc::clone(&app);
    Ok(Service::new("identity")
        .routes(move |config| http::routes(&routed, config))
        .handler(events::OnOrganisationMoved)
        .schedule(jobs::forget_sessions(app)))
}
