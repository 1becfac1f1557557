mod urls;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use bus::BusConfig;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::{Dict, Value};
use serde::{Deserialize, Serialize};
use store::{Location, StoreConfig};

use crate::http::Network;

pub use urls::without_password;

/// Settings of the whole process; services keep their own sections beside these.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Folder of databases, keys and files.
    pub data: PathBuf,
    /// Address to serve on; port 0 takes any free port.
    pub listen: SocketAddr,
    /// Start without the demo district.
    pub empty: bool,
    /// HTTP server.
    pub http: HttpConfig,
    /// Where the databases are.
    pub database: DatabaseConfig,
    /// Where single services' databases are, by service: their sections' `database.url`.
    #[serde(skip)]
    pub databases: BTreeMap<String, DatabaseConfig>,
    /// How databases are used.
    pub store: StoreConfig,
    /// Messages between services.
    pub bus: BusConfig,
    /// Keys that verify tokens.
    pub auth: AuthConfig,
    /// Log lines.
    pub telemetry: TelemetryConfig,
}

/// Settings of the `http` section.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Requests worked on at once; more wait for their turn.
    pub max_in_flight: usize,
    /// Requests that may wait; more are answered 503.
    pub max_waiting: usize,
    /// Requests of one district that may wait; more are answered 429.
    pub max_waiting_per_district: usize,
    /// Longest wait for a turn, in milliseconds, before a request is answered 503.
    pub longest_wait_ms: u64,
    /// Longest time a request may take, in seconds.
    pub request_timeout_s: u64,
    /// Largest JSON body, in KiB.
    pub json_limit_kib: usize,
    /// Threads that answer requests; 0 takes one for each core.
    pub workers: usize,
    /// Time that running requests get after a stop signal, in seconds.
    pub stop_timeout_s: u64,
    /// Networks (CIDR) of the proxies in front, whose word on who a request came from is taken.
    pub trusted_proxies: Vec<String>,
    /// Header in which they say it; the other one is whatever the caller wrote.
    pub forwarded_header: ForwardedHeader,
}

/// Header in which proxies say whom a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Settings of the `database` section.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://…`: each service has a schema there; without it a file in the data folder.
    pub url: Option<String>,
}

// The URL may hold a password.
impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.url.is_some() {
            "server"
        } else {
            "files"
        };
        f.debug_tuple("DatabaseConfig").field(&kind).finish()
    }
}

/// Settings of the `auth` section.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Where identity publishes its keys, when it is another process; without it the keys of this
    /// process are the only ones. A process that hosts identity does not read it.
    pub jwks_url: Option<String>,
    /// Pause between two looks at the published keys, in seconds.
    pub refresh_s: u64,
}

impl fmt::Debug for AuthConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthConfig")
            .field("jwks_url", &self.jwks_url.as_deref().map(without_password))
            .field("refresh_s", &self.refresh_s)
            .finish()
    }
}

/// Settings of the `telemetry` section.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// Filter of log lines, e.g. `info` or `info,ticketing=debug`.
    pub log: String,
    /// Shape of log lines.
    pub format: LogFormat,
    /// Collector that is told traces, metrics and logs by OTLP over gRPC, e.g. `http://collector:4317`,
    /// or `https://…`. Without it `OTEL_EXPORTER_OTLP_ENDPOINT` is asked, and without that nobody is told.
    pub otlp_endpoint: Option<String>,
    /// File with certificates (PEM) that the collector's is verified with, beside those of the system.
    pub otlp_ca_file: Option<PathBuf>,
    /// Share of the traces begun here that are kept, 0 to 1; what a caller began is kept as the caller
    /// says. Without it `OTEL_TRACES_SAMPLER` decides, and without that all are kept.
    pub sample_ratio: Option<f64>,
}

impl TelemetryConfig {
    /// Where the collector is, if there is one.
    ///
    /// # Errors
    /// The standard's variable is no address.
    pub(crate) fn collector(&self) -> Result<Option<String>, ConfigError> {
        let said = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        if said("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let own = self.otlp_endpoint.clone().filter(|text| !text.is_empty());
        let endpoint = own.or_else(|| said("OTEL_EXPORTER_OTLP_ENDPOINT"));
        let key = "OTEL_EXPORTER_OTLP_ENDPOINT";
        check_url(key, endpoint.as_deref(), &["http", "https"])?;
        Ok(endpoint)
    }
}

/// Shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A source does not read, or a value has the wrong shape; the message names the key.
    #[error("{0}")]
    Read(#[from] Box<figment::Error>),
    /// A value is out of range.
    #[error("{key}: {reason}")]
    Value {
        /// Key of the value.
        key: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            empty: false,
            http: HttpConfig::default(),
            database: DatabaseConfig::default(),
            databases: BTreeMap::new(),
            store: StoreConfig::default(),
            bus: BusConfig::default(),
            auth: AuthConfig::default(),
            telemetry: TelemetryConfig::default(),
        }
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            max_in_flight: 128,
            max_waiting: 1_024,
            max_waiting_per_district: 256,
            longest_wait_ms: 2_000,
            request_timeout_s: 30,
            json_limit_kib: 512,
            workers: 0,
            stop_timeout_s: 10,
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::default(),
        }
    }
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            jwks_url: None,
            refresh_s: 300,
        }
    }
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            log: "info,sea_orm_migration=warn,actix_server=warn,opentelemetry=warn".to_owned(),
            format: LogFormat::default(),
            otlp_endpoint: None,
            otlp_ca_file: None,
            sample_ratio: None,
        }
    }
}

impl Config {
    /// Sources of the configuration, flags excepted: defaults, file, environment.
    #[must_use]
    pub fn sources() -> Figment {
        let file = std::env::var("LINLI_CONFIG").unwrap_or_else(|_| "linli.toml".to_owned());
        Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file))
            .merge(
                Env::prefixed("LINLI_")
                    .ignore(&["CONFIG", "PASSWORD"])
                    .split("__"),
            )
    }

    /// Reads and checks the configuration.
    ///
    /// # Errors
    /// A key is unknown to its section, has the wrong type, or is out of range.
    pub fn read(sources: &Figment) -> Result<Self, ConfigError> {
        let mut config: Self = sources.extract().map_err(Box::new)?;
        config.databases = databases(sources)?;
        config.validate()?;
        Ok(config)
    }

    /// SQLite file of the service `name`.
    #[must_use]
    pub fn database_file(&self, name: &str) -> PathBuf {
        self.data.join(format!("{name}.sqlite"))
    }

    /// Where the database of the service `name` is.
    #[must_use]
    pub fn location(&self, name: &str) -> Location {
        let own = self.databases.get(name).unwrap_or(&self.database);
        match &own.url {
            None => Location::File(self.database_file(name)),
            Some(url) => Location::Server {
                url: url.clone(),
                schema: name.to_owned(),
            },
        }
    }

    /// Checks that some of the services may run without the others.
    ///
    /// # Errors
    /// There is no broker. The bus of one process takes an event as told when everyone in the process
    /// who wants it has it: those elsewhere would never hear of it.
    pub fn check_subset(&self) -> Result<(), ConfigError> {
        if !self.bus.url.is_empty() {
            return Ok(());
        }
        Err(ConfigError::Value {
            key: "bus.url".to_owned(),
            reason: "is needed to run some of the services: without a broker the others would \
                     never hear of their events (单独运行部分服务须设置消息服务器)",
        })
    }

    /// The same without passwords, to be shown.
    #[must_use]
    pub fn shown(&self) -> Self {
        let hide = |url: &mut Option<String>| {
            *url = url.as_deref().map(without_password);
        };
        let mut shown = self.clone();
        hide(&mut shown.database.url);
        for own in shown.databases.values_mut() {
            hide(&mut own.url);
        }
        if !shown.bus.url.is_empty() {
            shown.bus.url = without_password(shown.bus.url.expose()).into();
        }
        hide(&mut shown.auth.jwks_url);
        hide(&mut shown.telemetry.otlp_endpoint);
        shown
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let positive = [
            ("http.max_in_flight", self.http.max_in_flight > 0),
            ("http.request_timeout_s", self.http.request_timeout_s > 0),
            ("http.json_limit_kib", self.http.json_limit_kib > 0),
            ("auth.refresh_s", self.auth.refresh_s > 0),
            ("store.readers", self.store.readers > 0),
            ("store.server_writers", self.store.server_writers > 0),
            ("store.server_readers", self.store.server_readers > 0),
            (
                "store.acquire_timeout_ms",
                self.store.acquire_timeout_ms > 0,
            ),
            (
                "store.silence_timeout_ms",
                self.store.silence_timeout_ms > 0,
            ),
        ];
        if let Some((key, _)) = positive.into_iter().find(|(_, holds)| !holds) {
            return Err(ConfigError::Value {
                key: key.to_owned(),
                reason: "must be greater than 0",
            });
        }
        let http = &self.http;
        if http.longest_wait_ms >= http.request_timeout_s.saturating_mul(1_000) {
            return Err(ConfigError::Value {
                key: "http.longest_wait_ms".to_owned(),
                reason: "must be less than http.request_timeout_s",
            });
        }
        if http
            .trusted_proxies
            .iter()
            .any(|text| Network::parse(text).is_none())
        {
            return Err(ConfigError::Value {
                key: "http.trusted_proxies".to_owned(),
                reason: "must be networks like 10.0.0.0/8 or fd00::/8",
            });
        }
        let database = |name: &str, own: &DatabaseConfig| {
            let key = format!("{name}database.url");
            check_url(key, own.url.as_deref(), &["postgres", "postgresql"])
        };
        database("", &self.database)?;
        for (name, own) in &self.databases {
            database(&format!("{name}."), own)?;
        }
        let broker = (!self.bus.url.is_empty()).then(|| self.bus.url.expose());
        check_url("bus.url", broker, &["amqp", "amqps"])?;
        let keys = self.auth.jwks_url.as_deref();
        check_url("auth.jwks_url", keys, &["http", "https"])?;
        let telemetry = &self.telemetry;
        let collector = telemetry.otlp_endpoint.as_deref();
        let collector = collector.filter(|text| !text.is_empty());
        check_url("telemetry.otlp_endpoint", collector, &["http", "https"])?;
        let ratio = telemetry.sample_ratio.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&ratio) {
            return Err(ConfigError::Value {
                key: "telemetry.sample_ratio".to_owned(),
                reason: "must be between 0 and 1",
            });
        }
        Ok(())
    }
}

/// The value itself is not repeated: it may hold a password.
fn check_url(
    key: impl Into<String>,
    url: Option<&str>,
    schemes: &'static [&'static str],
) -> Result<(), ConfigError> {
    match url {
        Some(url) if !urls::is_url(url, schemes) => Err(ConfigError::Value {
            key: key.into(),
            reason: match schemes {
                ["postgres", ..] => "must be a URL like postgres://user@host:5432/database",
                ["amqp", ..] => "must be a URL like amqp://user:password@host:5672/vhost",
                _ => "must be a URL like http://host/path",
            },
        }),
        _ => Ok(()),
    }
}

/// Databases that services' own sections name.
fn databases(sources: &Figment) -> Result<BTreeMap<String, DatabaseConfig>, ConfigError> {
    let sections: Dict = sources.extract().map_err(Box::new)?;
    let mut databases = BTreeMap::new();
    for (name, section) in sections {
        let Value::Dict(_, section) = section else {
            continue;
        };
        if section.contains_key("database") {
            let own = sources
                .extract_inner(&format!("{name}.database"))
                .map_err(Box::new)?;
            databases.insert(name, own);
        }
    }
    Ok(databases)
}
