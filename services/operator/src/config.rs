//! Settings of the `operator` section.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bus::AmqpConfig;
use chassis::ConfigError;
use figment::Figment;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// Settings of the `operator` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperatorConfig {
    /// Namespace whose districts are kept; empty for all of them, which takes a ClusterRole.
    pub namespace: String,
    /// Address of `/livez`, `/readyz` and `/metrics`.
    pub listen: SocketAddr,
    /// Seconds after which everything is looked at again, changed or not.
    pub resync_s: u64,
    /// Districts worked on at once.
    pub concurrency: u16,
    /// Hosts that division data may come from: names, or endings that begin with a dot.
    pub data_hosts: Vec<String>,
    /// The Lease under which one replica works.
    pub lease: LeaseConfig,
    /// The platform's API.
    pub platform: PlatformConfig,
    /// The broker whose queues are declared; the configuration says it in the section `bus`, as for every process.
    #[serde(skip)]
    pub broker: Option<AmqpConfig>,
}

/// The Lease under which one replica works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LeaseConfig {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Who this replica is: the pod's name. Empty: a made-up name.
    pub identity: String,
    /// Seconds that it lasts without being renewed; it is renewed three times as often.
    pub duration_s: u16,
}

/// The platform's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlatformConfig {
    /// Base address.
    pub url: String,
    /// Base addresses of single services that are elsewhere, by name.
    pub services: BTreeMap<String, String>,
    /// Longest time of a request, in seconds.
    pub timeout_s: u64,
    /// Machine account with the role `platform_operator`.
    pub places: MachineAccount,
    /// Machine account with the role `system_admin`.
    pub registrar: MachineAccount,
}

/// A machine account of the platform (OAuth 2.1, client credentials).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MachineAccount {
    /// OAuth `client_id`.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
}

impl Default for OperatorConfig {
    fn default() -> Self {
        Self {
            namespace: "default".to_owned(),
            listen: SocketAddr::from(([0, 0, 0, 0], 8080)),
            resync_s: 300,
            concurrency: 4,
            data_hosts: vec![".svc".to_owned(), ".svc.cluster.local".to_owned()],
            lease: LeaseConfig::default(),
            platform: PlatformConfig::default(),
            broker: None,
        }
    }
}

impl Default for LeaseConfig {
    fn default() -> Self {
        Self {
            namespace: "default".to_owned(),
            name: "linli-operator".to_owned(),
            identity: String::new(),
            duration_s: 15,
        }
    }
}

impl Default for PlatformConfig {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:8080".to_owned(),
            services: BTreeMap::new(),
            timeout_s: 30,
            places: MachineAccount::default(),
            registrar: MachineAccount::default(),
        }
    }
}

impl PlatformConfig {
    /// Base address of the service that answers `path`.
    pub(crate) fn base_of(&self, path: &str) -> &str {
        let service = path.strip_prefix("/api/");
        let service = service.and_then(|rest| rest.split('/').next());
        let named = service.and_then(|name| self.services.get(name));
        named.unwrap_or(&self.url).trim_end_matches('/')
    }
}

impl OperatorConfig {
    /// Reads and checks the section.
    ///
    /// # Errors
    /// A key is unknown, has the wrong type, or is out of range.
    pub fn read(sources: &Figment) -> Result<Self, ConfigError> {
        let config: Self = match sources.find_value("operator") {
            Ok(_) => sources.extract_inner("operator").map_err(Box::new)?,
            Err(_) => Self::default(),
        };
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |key: &str, reason| {
            Err(ConfigError::Value {
                key: format!("operator.{key}"),
                reason,
            })
        };
        let web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        let platform = &self.platform;
        if !web(&platform.url) || !platform.services.values().all(|url| web(url)) {
            return wrong("platform.url", "is not an http or https address");
        }
        for (key, account) in [
            ("platform.places", &platform.places),
            ("platform.registrar", &platform.registrar),
        ] {
            if account.client_id.is_empty() || account.client_secret.reveal().is_empty() {
                return wrong(
                    key,
                    "needs client_id and client_secret of a machine account",
                );
            }
        }
        if platform.timeout_s == 0 || self.resync_s == 0 || self.concurrency == 0 {
            return wrong("resync_s", "times and numbers are at least 1");
        }
        if !(1..=3600).contains(&self.lease.duration_s) {
            return wrong("lease.duration_s", "is from 1 to 3600");
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use figment::providers::Serialized;
    use serde_json::{Value, json};

    use super::*;

    fn read(change: impl FnOnce(&mut Value)) -> Result<OperatorConfig, ConfigError> {
        let account = json!({"client_id": "cli_x", "client_secret": "s"});
        let mut section = json!({"platform": {"places": account, "registrar": account}});
        change(&mut section);
        OperatorConfig::read(&Figment::from(Serialized::default("operator", section)))
    }

    #[test]
    fn a_service_may_be_elsewhere() {
        let config = read(|section| {
            section["platform"]["services"] = json!({"registry": "http://registry:8080/"});
        })
        .unwrap();
        let base = |path| config.platform.base_of(path);
        assert_eq!(
            base("/api/registry/v1/organisations"),
            "http://registry:8080"
        );
        assert_eq!(base("/api/identity/v1/me"), "http://127.0.0.1:8080");
    }

    #[test]
    fn what_cannot_work_is_refused() {
        assert!(
            OperatorConfig::read(&Figment::new()).is_err(),
            "no accounts"
        );
        for (key, value) in [
            ("resync_s", json!(0)),
            ("colour", json!("red")),
            ("lease", json!({"duration_s": 0})),
            ("platform", json!({"url": "ftp://x"})),
        ] {
            assert!(
                read(|section| section[key] = value.clone()).is_err(),
                "{key}"
            );
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let config = read(|section| section["platform"]["places"]["client_secret"] = json!("hush"));
        assert!(!format!("{:?}", config.unwrap()).contains("hush"));
    }
}
