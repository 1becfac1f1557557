//! Log lines.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::SystemTime as UtcTime;

use crate::{ConfigError, LogFormat, TelemetryConfig};

/// What a caller can make the HTTP server call an error, with bytes that are no request: nobody has to act.
/// A filter that names it is obeyed.
const UNHEARD: &str = "actix_http::h1::dispatcher=off";

/// Starts writing log lines to standard error.
///
/// A second call in one process changes nothing: tests start several hosts.
///
/// # Errors
/// The filter does not parse.
pub fn start(config: &TelemetryConfig) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(format!("{UNHEARD},{}", config.log)).map_err(|_| {
        ConfigError::Value {
            key: "telemetry.log".to_owned(),
            reason: "is not a log filter, e.g. `info` or `info,ticketing=debug`",
        }
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_timer(UtcTime)
        .with_writer(std::io::stderr);
    let for_people = match config.format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Text => true,
    };
    let started = if for_people {
        builder.with_target(false).try_init()
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init()
    };
    if started.is_err() {
        tracing::debug!("log lines were already on");
    }
    Ok(())
}
