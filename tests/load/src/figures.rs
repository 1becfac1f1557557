//! Counts and latencies of one run.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// What takes longer is counted as having taken this long.
const LONGEST: Duration = Duration::from_mins(1);

/// What one run, or one client of it, has measured. Latencies are in microseconds.
pub(crate) struct Figures {
    requests: BTreeMap<&'static str, Histogram<u64>>,
    all: Histogram<u64>,
    lifecycle: Histogram<u64>,
    took: Duration,
}

impl Figures {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            requests: BTreeMap::new(),
            all: histogram()?,
            lifecycle: histogram()?,
            took: Duration::ZERO,
        })
    }

    pub(crate) fn request(&mut self, name: &'static str, took: Duration) -> anyhow::Result<()> {
        let micros = micros(took);
        self.all.saturating_record(micros);
        let histogram = match self.requests.entry(name) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(histogram()?),
        };
        histogram.saturating_record(micros);
        Ok(())
    }

    pub(crate) fn lifecycle(&mut self, took: Duration) {
        self.lifecycle.saturating_record(micros(took));
    }

    pub(crate) fn lifecycles(&self) -> u64 {
        self.lifecycle.len()
    }

    /// Takes in what another client of the same run measured.
    pub(crate) fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.all.add(&other.all)?;
        self.lifecycle.add(&other.lifecycle)?;
        for (name, histogram) in &other.requests {
            match self.requests.get_mut(name) {
                Some(known) => known.add(histogram)?,
                None => {
                    self.requests.insert(name, histogram.clone());
                }
            }
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self, took: Duration) {
        self.took = took;
    }

    fn per_second(&self, histogram: &Histogram<u64>) -> f64 {
        let count = u32::try_from(histogram.len()).map_or(f64::MAX, f64::from);
        count / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    pub(crate) fn to_json(&self, orders: u64, clients: usize) -> Value {
        let requests: BTreeMap<_, _> = self
            .requests
            .iter()
            .map(|(name, histogram)| (*name, quantiles(histogram)))
            .collect();
        json!({
            "orders": orders,
            "clients": clients,
            "lifecycles_per_s": self.per_second(&self.lifecycle),
            "requests_per_s": self.per_second(&self.all),
            "lifecycle_us": quantiles(&self.lifecycle),
            "request_us": quantiles(&self.all),
            "requests": requests,
        })
    }

    pub(crate) fn to_text(&self, orders: u64, clients: usize) -> String {
        let mut text = String::new();
        let line = |name: &str, rate: f64, histogram: &Histogram<u64>| {
            let millis = |quantile| {
                let micros = histogram.value_at_quantile(quantile);
                u32::try_from(micros).map_or(f64::MAX, f64::from) / 1000.0
            };
            let (p50, p95, p99) = (millis(0.5), millis(0.95), millis(0.99));
            format!(
                "  {name:<12} {rate:>9.1}/s   p50 {p50:>8.2}  p95 {p95:>8.2}  p99 {p99:>8.2} ms\n"
            )
        };
        // Writing to a String does not fail.
        writeln!(text, "{orders} orders, {clients} clients").ok();
        text += &line(
            "lifecycle",
            self.per_second(&self.lifecycle),
            &self.lifecycle,
        );
        text += &line("request", self.per_second(&self.all), &self.all);
        for (name, histogram) in &self.requests {
            text += &line(name, self.per_second(histogram), histogram);
        }
        text
    }
}

/// Takes what lies between a microsecond and the longest time that a client waits.
fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, micros(LONGEST), 3)?)
}

fn quantiles(histogram: &Histogram<u64>) -> Value {
    json!({
        "count": histogram.len(),
        "p50": histogram.value_at_quantile(0.5),
        "p95": histogram.value_at_quantile(0.95),
        "p99": histogram.value_at_quantile(0.99),
        "max": histogram.max(),
    })
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
