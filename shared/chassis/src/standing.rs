//! How things stand in a service's business: gauges that are counted now and then.
//!
//! A schedule counts, one replica at a time; whoever reads the figures costs nothing. What was counted is shown for a
//! while and no longer: the replica that counts next is perhaps another one, and the last figures of this one would
//! stand beside its.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::metrics::AsyncInstrument;

/// How often things are counted.
pub const COUNT_EVERY: Duration = Duration::from_mins(1);

/// How long a count is shown: longer than two turns of whoever counts.
const SHOWN: Duration = Duration::from_secs(150);

/// Most rows of one gauge; whoever counts keeps their number below it by what the labels are.
const MOST_ROWS: usize = 1_000;

/// One value and its labels.
pub type Row = (Vec<(&'static str, String)>, u64);

/// A gauge of one service.
#[derive(Clone)]
pub struct Standing {
    service: &'static str,
    counted: Arc<Mutex<Option<Counted>>>,
}

struct Counted {
    at: Instant,
    rows: Vec<(Vec<KeyValue>, u64)>,
}

impl Standing {
    /// Makes a gauge that shows nothing until something is counted.
    #[must_use]
    pub fn new(service: &'static str, name: &'static str, description: &'static str) -> Self {
        Self::measured_in("", service, name, description)
    }

    /// The same, of a length of time in seconds.
    #[must_use]
    pub fn of_seconds(
        service: &'static str,
        name: &'static str,
        description: &'static str,
    ) -> Self {
        Self::measured_in("s", service, name, description)
    }

    fn measured_in(
        unit: &'static str,
        service: &'static str,
        name: &'static str,
        description: &'static str,
    ) -> Self {
        let counted: Arc<Mutex<Option<Counted>>> = Arc::default();
        let shown = Arc::downgrade(&counted);
        opentelemetry::global::meter("linli.standing")
            .u64_observable_gauge(name)
            .with_description(description)
            .with_unit(unit)
            .with_callback(move |observer| show(&shown, observer))
            .build();
        Self { service, counted }
    }

    /// Shows what was counted in the place of what was counted before. No label may name a person or a thing of theirs.
    pub fn show(&self, rows: Vec<Row>) {
        if rows.len() > MOST_ROWS {
            tracing::warn!(
                service = self.service,
                rows = rows.len(),
                "more figures than are shown"
            );
        }
        let of_service = |(labels, value): Row| {
            let labels = labels
                .into_iter()
                .map(|(name, label)| KeyValue::new(name, label));
            let service = KeyValue::new("service", self.service);
            (std::iter::once(service).chain(labels).collect(), value)
        };
        let counted = Counted {
            at: Instant::now(),
            rows: rows.into_iter().take(MOST_ROWS).map(of_service).collect(),
        };
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = Some(counted);
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Standing").field(&self.service).finish()
    }
}

fn show(counted: &Weak<Mutex<Option<Counted>>>, observer: &dyn AsyncInstrument<u64>) {
    let Some(counted) = counted.upgrade() else {
        return;
    };
    let counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(counted) = &*counted else {
        return;
    };
    if counted.at.elapsed() < SHOWN {
        for (labels, value) in &counted.rows {
            observer.observe(*value, labels);
        }
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may")]
mod tests {
    use std::time::Instant;

    use super::{MOST_ROWS, SHOWN, Standing};

    fn shown(name: &str) -> Vec<String> {
        let text = String::from_utf8(crate::metrics::render()).expect("metrics are text");
        let lines = text.lines().filter(|line| line.starts_with(name));
        lines.map(str::to_owned).collect()
    }

    #[test]
    fn what_was_counted_last_is_shown_for_a_while() {
        crate::metrics::start();
        let (name, shows) = ("linli.probe.things", || shown("linli_probe_things"));
        let here = Standing::new("probe", name, "Things");
        assert_eq!(shows(), [""; 0]);
        let row = |kind: &str, count| (vec![("kind", kind.to_owned())], count);
        here.show(vec![row("a", 3), row("b", 0)]);
        let lines = shows();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().any(|line| {
            line.contains("kind=\"a\"")
                && line.contains("service=\"probe\"")
                && line.ends_with(" 3")
        }));
        // what isn't there any more goes
        here.show(vec![row("b", 1)]);
        assert_eq!(shows().len(), 1);
        // another replica of the same process counts from now on
        let there = Standing::new("probe", name, "Things");
        let mut counted = here.counted.lock().expect("nobody panicked");
        counted.as_mut().expect("it counted").at = Instant::now()
            .checked_sub(SHOWN)
            .expect("the machine runs for longer");
        drop(counted);
        assert_eq!(shows(), [""; 0]);
        there.show(vec![row("b", 2)]);
        let lines = shows();
        assert!(lines.len() == 1 && lines.iter().all(|line| line.ends_with(" 2")));
        // and the number of series has a bound whatever is counted
        there.show(
            (0..2 * MOST_ROWS)
                .map(|kind| row(&kind.to_string(), 1))
                .collect(),
        );
        assert_eq!(shows().len(), MOST_ROWS);
    }
}
