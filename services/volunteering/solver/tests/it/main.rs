//! Tests of the solver: plans of random instances are legal by its own checker, by the independent one
//! in Python (`tests/check_plan.py`) and, where they lie beside the checkout, by the published ones too.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "tests may"
)]

mod dispatch;
mod explain;
mod generate;
mod malformed;
mod online;
mod python;
mod roster;
mod shift24;

use solver::{Effort, Observer, Progress};

fn effort(seed: u64, iterations: u64) -> Effort {
    Effort { seed, iterations }
}

/// Notes what a search tells, and ends it once told so.
#[derive(Default)]
struct Notes {
    incumbents: Vec<i64>,
    bounds: Vec<i64>,
    stop: bool,
}

impl Observer for Notes {
    fn progress(&mut self, progress: &Progress) {
        self.incumbents.extend(progress.incumbent);
        self.bounds.extend(progress.bound);
    }

    fn cancelled(&mut self) -> bool {
        self.stop
    }
}
