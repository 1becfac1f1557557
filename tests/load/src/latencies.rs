//! A histogram of latencies, and how it is shown.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// What takes longer is counted as having taken this long.
const LONGEST: Duration = Duration::from_mins(1);

/// Latencies in microseconds, up to a minute.
#[derive(Clone)]
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let bounds = Histogram::new_with_bounds(1, micros(LONGEST), 3)?;
        Ok(Self(bounds))
    }

    pub(crate) fn record(&mut self, took: Duration) {
        self.0.saturating_record(micros(took));
    }

    pub(crate) fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        Ok(self.0.add(&other.0)?)
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// How many a second they are, over a time.
    pub(crate) fn per_second(&self, took: Duration) -> f64 {
        float(self.count()) / took.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// The latency that this share does not exceed.
    pub(crate) fn at(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(quantile))
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "count": self.count(),
            "p50": self.0.value_at_quantile(0.5),
            "p95": self.0.value_at_quantile(0.95),
            "p99": self.0.value_at_quantile(0.99),
            "max": self.0.max(),
        })
    }

    /// `p50 … p95 … p99 … ms`
    pub(crate) fn to_text(&self) -> String {
        let millis = |quantile| self.at(quantile).as_secs_f64() * 1000.0;
        let (p50, p95, p99) = (millis(0.5), millis(0.95), millis(0.99));
        format!("p50 {p50:>8.2}  p95 {p95:>8.2}  p99 {p99:>8.2} ms")
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// A count as a number to be divided.
pub(crate) fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
