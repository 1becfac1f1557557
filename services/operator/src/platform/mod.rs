//! The platform's public HTTP API, as a machine account uses it.

mod client;
mod error;
mod identity;
mod quotas;
mod registry;
mod rules;
mod ticketing;

use std::sync::Arc;

use crate::config::PlatformConfig;

pub(crate) use client::Client;
pub use error::PlatformError;
pub(crate) use registry::Unit;

/// The two machine accounts that the operator has. They are separate because the system administrator holds no
/// other role.
#[derive(Debug, Clone)]
pub(crate) struct Platform {
    /// Holds `platform_operator` for the whole city: registry, grants, figures.
    pub(crate) places: Client,
    /// Holds `system_admin`: registers machine accounts, and nothing else.
    pub(crate) registrar: Client,
}

impl Platform {
    /// Makes the clients; nothing is sent yet.
    ///
    /// # Errors
    /// TLS does not start.
    pub(crate) fn new(config: &PlatformConfig) -> Result<Self, PlatformError> {
        let http = client::http(config)?;
        let config = Arc::new(config.clone());
        Ok(Self {
            places: Client::new(http.clone(), &config, config.places.clone()),
            registrar: Client::new(http, &config, config.registrar.clone()),
        })
    }
}
