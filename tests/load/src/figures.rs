//! Counts and latencies of one run of lifecycles.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::latencies::Latencies;

/// What one run, or one client of it, has measured.
pub(crate) struct Figures {
    requests: BTreeMap<&'static str, Latencies>,
    all: Latencies,
    lifecycle: Latencies,
    took: Duration,
}

impl Figures {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            requests: BTreeMap::new(),
            all: Latencies::new()?,
            lifecycle: Latencies::new()?,
            took: Duration::ZERO,
        })
    }

    pub(crate) fn request(&mut self, name: &'static str, took: Duration) -> anyhow::Result<()> {
        self.all.record(took);
        let latencies = match self.requests.entry(name) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Latencies::new()?),
        };
        latencies.record(took);
        Ok(())
    }

    pub(crate) fn lifecycle(&mut self, took: Duration) {
        self.lifecycle.record(took);
    }

    pub(crate) fn lifecycles(&self) -> u64 {
        self.lifecycle.count()
    }

    /// Takes in what another client of the same run measured.
    pub(crate) fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.all.add(&other.all)?;
        self.lifecycle.add(&other.lifecycle)?;
        for (name, latencies) in &other.requests {
            match self.requests.get_mut(name) {
                Some(known) => known.add(latencies)?,
                None => {
                    self.requests.insert(name, latencies.clone());
                }
            }
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self, took: Duration) {
        self.took = took;
    }

    pub(crate) fn to_json(&self, form: &str, orders: u64, clients: usize) -> Value {
        let requests: BTreeMap<_, _> = self
            .requests
            .iter()
            .map(|(name, latencies)| (*name, latencies.to_json()))
            .collect();
        json!({
            "form": form,
            "orders": orders,
            "clients": clients,
            "lifecycles_per_s": self.lifecycle.per_second(self.took),
            "requests_per_s": self.all.per_second(self.took),
            "lifecycle_us": self.lifecycle.to_json(),
            "request_us": self.all.to_json(),
            "requests": requests,
        })
    }

    pub(crate) fn to_text(&self, form: &str, orders: u64, clients: usize) -> String {
        let mut text = String::new();
        let line = |name: &str, latencies: &Latencies| {
            let rate = latencies.per_second(self.took);
            format!("  {name:<12} {rate:>9.1}/s   {}\n", latencies.to_text())
        };
        // Writing to a String does not fail.
        writeln!(text, "{form}: {orders} orders, {clients} clients").ok();
        text += &line("lifecycle", &self.lifecycle);
        text += &line("request", &self.all);
        for (name, latencies) in &self.requests {
            text += &line(name, latencies);
        }
        text
    }
}
