//! CPU seconds of this thread, and the observer that ends a search by them.

use std::time::Duration;

use solver::{Observer, Progress};

/// CPU nanoseconds of this thread.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next();
    first.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Ends a search after so many seconds, and notes what it found when.
pub(crate) struct Clock {
    begun: u64,
    seconds: f64,
    /// Seconds, and the objective then: every better one.
    pub(crate) found: Vec<(f64, i64)>,
}

impl Clock {
    /// Begins now.
    pub(crate) fn new(seconds: f64) -> Self {
        Self {
            begun: cpu(),
            seconds,
            found: Vec::new(),
        }
    }

    /// Seconds so far.
    pub(crate) fn elapsed(&self) -> f64 {
        Duration::from_nanos(cpu().saturating_sub(self.begun)).as_secs_f64()
    }

    /// When there was a plan.
    pub(crate) fn first(&self) -> Option<(f64, i64)> {
        self.found.first().copied()
    }

    /// The best that was known then.
    pub(crate) fn best_at(&self, seconds: f64) -> Option<i64> {
        let known = self.found.iter().filter(|(at, _)| *at <= seconds);
        known.map(|(_, objective)| *objective).min()
    }
}

impl Observer for Clock {
    fn progress(&mut self, progress: &Progress) {
        let Some(objective) = progress.incumbent else {
            return;
        };
        if self.found.last().is_none_or(|(_, best)| objective < *best) {
            self.found.push((self.elapsed(), objective));
        }
    }

    fn spent(&mut self) -> Option<f64> {
        Some(self.elapsed() / self.seconds)
    }
}
