#![doc = include_str!("../README.md")]

mod app;
pub mod bootstrap;
mod config;
mod crypto;
pub mod domain;
mod events;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod http;
mod jobs;
mod migrations;
mod sender;
mod store;

use std::sync::Arc;

use chassis::{Deps, Module, Service, StartError};

pub use app::Identity;
pub use app::review_grants::{Reviewed, Turned};
pub use app::vault::ResealError;
pub use app::verify_access_log::ChainState;
pub use config::{ContactsConfig, IdentityConfig, SecondFactorConfig};
pub use crypto::{Cipher, KeyFileError};
pub use sender::PhoneConfig;

/// Identity, as a process hosts it.
pub const MODULE: Module = Module {
    name: "identity",
    migrations: migrations::migrations,
    build: service,
    audit: store::audit::tallies,
};

/// Builds the service: reads its configuration and sealing keys, and describes what it answers.
///
/// # Errors
/// The configuration is wrong, or the sealing keys cannot be read or made.
pub fn service(deps: Deps) -> Result<Service, StartError> {
    let app = Arc::new(Identity::new(&deps)?);
    let (routed, prepared) = (Arc::clone(&app), Arc::clone(&app));
    let service = Service::new("identity")
        .routes(move |config| http::routes(&routed, config))
        .prepare(async move {
            let ready = prepared.prepare_keys(&deps.data_dir).await;
            ready.map_err(|error| StartError::Other(app::chain(&error)))?;
            // it ends with the process, and until then only reads
            tokio::spawn(async move { prepared.follow_keys(deps.stop).await });
            Ok(())
        });
    Ok(jobs::schedules(service, &app)
        .handler(events::OnOrganisationMoved)
        .handler(events::OnCallbackInvited(Arc::clone(&app)))
        .handler(events::OnCallerInvited(app)))
}
