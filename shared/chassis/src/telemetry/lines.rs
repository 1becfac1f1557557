//! Log lines on standard error.

use std::io::IsTerminal;

use tracing_subscriber::Layer;
use tracing_subscriber::fmt::time::SystemTime as UtcTime;

use super::Heard;
use super::level::Filter;
use crate::LogFormat;

/// Writes lines of this shape.
pub(super) fn layer(format: LogFormat, filter: Filter) -> Heard {
    let layer = tracing_subscriber::fmt::layer()
        .with_timer(UtcTime)
        .with_writer(std::io::stderr);
    let for_people = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Text => true,
    };
    if for_people {
        layer.with_target(false).with_filter(filter).boxed()
    } else {
        layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_filter(filter)
            .boxed()
    }
}
