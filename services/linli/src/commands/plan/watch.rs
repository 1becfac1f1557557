//! Who watches a search of the command line.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use solver::{Observer, Progress};

use crate::cli::PlanFlags;

/// Shows progress on standard error, keeps the time and hears whoever ends the search.
pub(super) struct Watch {
    begun: Instant,
    told: Option<Instant>,
    seconds: Option<f64>,
    json: bool,
    stop: Arc<AtomicBool>,
}

impl Watch {
    pub(super) fn new(flags: &PlanFlags, stop: Arc<AtomicBool>) -> Self {
        Self {
            begun: Instant::now(),
            told: None,
            seconds: flags.seconds,
            json: flags.json,
            stop,
        }
    }

    pub(super) fn was_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Observer for Watch {
    fn progress(&mut self, progress: &Progress) {
        let pause = Duration::from_millis(500);
        if self.told.is_some_and(|told| told.elapsed() < pause) {
            return;
        }
        self.told = Some(Instant::now());
        let seconds = self.begun.elapsed().as_secs_f64();
        let (incumbent, bound) = (progress.incumbent, progress.bound);
        if self.json {
            let line = json!({
                "seconds": seconds,
                "phase": progress.phase,
                "iteration": progress.iteration,
                "incumbent": incumbent,
                "bound": bound,
                "gap_permille": progress.gap_permille(),
            });
            eprintln!("{line}");
        } else {
            let number = |value: Option<i64>| value.map_or("–".to_owned(), |v| v.to_string());
            eprintln!(
                "{seconds:7.1} s  {:<8} {:>12}  目标值 (objective) {}  下界 (bound) {}",
                progress.phase,
                progress.iteration,
                number(incumbent),
                number(bound)
            );
        }
    }

    fn cancelled(&mut self) -> bool {
        self.was_stopped()
    }

    fn spent(&mut self) -> Option<f64> {
        let seconds = self.seconds?;
        Some(self.begun.elapsed().as_secs_f64() / seconds)
    }
}
