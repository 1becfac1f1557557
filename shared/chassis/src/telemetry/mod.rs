//! Log lines, and traces, metrics and logs for a collector.

mod export;
mod level;
mod lines;
mod otlp;
pub(crate) mod propagation;
mod queue;
mod records;
mod resource;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::{ConfigError, TelemetryConfig};

pub(crate) use level::{LevelError, Levels};
pub use propagation::begin_trace;

/// A layer of the process's subscriber.
type Heard = Box<dyn Layer<Registry> + Send + Sync>;

/// What the process is called in what it tells a collector.
#[derive(Debug, Clone)]
pub struct Process {
    name: &'static str,
    services: Vec<&'static str>,
}

impl Process {
    /// A process that is one service.
    #[must_use]
    pub fn alone(name: &'static str) -> Self {
        let services = Vec::new();
        Self { name, services }
    }

    /// A process that hosts services, each told apart.
    #[must_use]
    pub fn of(name: &'static str, services: impl IntoIterator<Item = &'static str>) -> Self {
        let services = services.into_iter().collect();
        Self { name, services }
    }
}

/// Telemetry while the process runs.
#[derive(Debug, Default)]
#[must_use = "what has not been sent is lost with it"]
pub struct Telemetry(Option<otlp::Providers>);

impl Telemetry {
    /// Sends what is left to the collector, while the runtime is still there; a collector that is
    /// away is not waited for.
    pub async fn stop(self) {
        if let Some(providers) = self.0 {
            // it blocks until the exporters' threads have ended
            tokio::task::spawn_blocking(move || providers.stop())
                .await
                .ok();
        }
    }
}

/// Starts writing log lines to standard error, and telling a collector if there is one.
///
/// A second call in one process changes nothing: tests start several hosts.
///
/// # Errors
/// The filter does not parse, or the collector's address or certificates cannot be used.
pub fn start(config: &TelemetryConfig, process: &Process) -> Result<Telemetry, ConfigError> {
    let levels = Levels::new(&config.log)?;
    let providers = otlp::connect(config, process)?;
    let mut layers: Vec<Heard> = vec![lines::layer(config.format, levels.filter())];
    if let Some(providers) = &providers {
        layers.push(providers.spans());
        layers.push(providers.records(levels.filter()));
    }
    let started = tracing_subscriber::registry().with(layers).try_init();
    if started.is_err() {
        tracing::debug!("log lines were already on");
        return Ok(Telemetry::default());
    }
    levels.keep();
    if providers.is_some() {
        bus::trace::collect();
    }
    Ok(Telemetry(providers))
}
