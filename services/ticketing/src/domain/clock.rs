//! A time limit of an order while it runs: what happened to it, and what follows for its due time.
//!
//! The due time is stored for sorting, but it is always [`Run::due`] of what happened: begun, paused, resumed,
//! extended. So a pause that was taken is never lost by an extension, and a corrected calendar can be applied to what
//! happened before it was corrected.

use std::time::Duration;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Limit};

/// The level that every limit has: it was missed.
pub const DUE: &str = "due";

/// A time limit that is running, or paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningClock {
    /// The clock of the definition.
    pub name: String,
    /// When it runs out; of a paused one, when it would have.
    pub due_at: Timestamp,
    /// What happened to it; absent for those that began before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
}

/// What happened to a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it began.
    pub started_at: Timestamp,
    /// How long it is.
    pub limit: Limit,
    /// Whether it only says until when something may be done: nobody is late by it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub window: bool,
    /// When it stood still, in order, never two at a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// By how much it was made longer, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
    /// The levels still to come, the next one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// The levels that were reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<String>,
    /// How many rungs of the ladder were climbed for it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rung: u32,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A time in which a clock stands still (暂停计时).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub at: Timestamp,
    /// Until when; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why: the state, or the request, that stopped it.
    pub reason: String,
}

/// More time (延期).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// When it was given.
    pub at: Timestamp,
    /// How much, from the due time of then.
    pub by: Limit,
}

/// A level of warning or breach with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The name in the definition, or [`DUE`].
    pub name: String,
    /// When it is reached.
    pub at: Timestamp,
}

impl RunningClock {
    /// Returns why the clock stands still, if it does.
    #[must_use]
    pub fn paused_for(&self) -> Option<&str> {
        let pause = self.run.as_ref()?.pauses.last()?;
        pause.until.is_none().then_some(pause.reason.as_str())
    }

    /// Tells whether somebody can be late by this clock.
    #[must_use]
    pub fn is_window(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.window)
    }

    /// Returns when it runs out for somebody, unless it stands still.
    #[must_use]
    pub fn counts_until(&self) -> Option<Timestamp> {
        (!self.is_window() && self.paused_for().is_none()).then_some(self.due_at)
    }

    /// Returns when the next level is reached, unless it stands still.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Timestamp> {
        if self.paused_for().is_some() {
            return None;
        }
        match &self.run {
            Some(run) => run.levels.first().map(|level| level.at),
            None => Some(self.due_at),
        }
    }

    /// Tells whether it had run out at an instant: a clock that stands still is read when it stopped.
    #[must_use]
    pub fn is_missed(&self, now: Timestamp) -> bool {
        let standing = self.run.as_ref().and_then(|run| run.pauses.last());
        let read = match standing {
            Some(Pause {
                at, until: None, ..
            }) => *at,
            _ => now,
        };
        !self.is_window() && self.due_at < read
    }
}

impl Run {
    /// Begins a clock.
    #[must_use]
    pub fn begin(started_at: Timestamp, limit: Limit, window: bool) -> Self {
        Self {
            started_at,
            limit,
            window,
            pauses: Vec::new(),
            extensions: Vec::new(),
            levels: Vec::new(),
            reached: Vec::new(),
            rung: 0,
        }
    }

    /// Works out the due time from what happened. A pause gives back what was left when it began, in the time that
    /// the limit counts; a limit that was missed before stays missed.
    #[must_use]
    pub fn due(&self, calendar: &Calendar) -> Timestamp {
        let mut due = self.limit.after(self.started_at, calendar);
        let mut extensions = self.extensions.iter().peekable();
        for pause in &self.pauses {
            while let Some(more) = extensions.next_if(|more| more.at < pause.at) {
                due = more.by.after(due, calendar);
            }
            if let Some(until) = pause.until.filter(|_| due > pause.at) {
                let left = self.limit.left(pause.at, due, calendar);
                due = self.limit.resume(until, left, calendar);
            }
        }
        extensions.fold(due, |due, more| more.by.after(due, calendar))
    }

    /// Measures how long the clock has stood still, in natural time.
    #[must_use]
    pub fn stood_still(&self, now: Timestamp) -> Duration {
        self.pauses
            .iter()
            .map(|pause| pause.until.unwrap_or(now).duration_since(pause.at))
            .sum()
    }
}

#[cfg(test)]
mod tests;
