//! One turn of a schedule that looks at what a time has come for: one row that can't be judged holds up no other one.

use std::error::Error;
use std::fmt::Display;

use ::store::StoreError;
use kernel::Timestamp;
use problem::{Category, Kind};

/// Why a turn was not all that it should have been.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SweepError {
    /// Some could not be judged, each of which is in the log; all the others were.
    #[error("{failed} could not be judged, {changed} others changed")]
    Failed {
        /// How many.
        failed: u64,
        /// How many of the others changed.
        changed: u64,
    },
    /// The list could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is out of reach, for every other one too.
    #[error("the store is out of reach")]
    Away(#[source] Box<dyn Error + Send + Sync>),
}

/// How far a turn has come.
pub(super) struct Turn<I> {
    /// The last one that was looked at, behind which the next batch begins.
    pub(super) last: Option<(Timestamp, I)>,
    batch: u64,
    judged: u64,
    changed: u64,
    failed: u64,
}

impl<I: Copy + Display> Turn<I> {
    /// Begins a turn that judges about as many as a batch has.
    pub(super) fn begin(batch: u64) -> Self {
        Self {
            last: None,
            batch,
            judged: 0,
            changed: 0,
            failed: 0,
        }
    }

    /// Says whether the turn goes on behind a batch of this length: only what failed is made up for.
    pub(super) fn goes_on(&self, looked: usize) -> bool {
        let full = u64::try_from(looked).is_ok_and(|looked| looked >= self.batch);
        full && self.judged < self.batch
    }

    /// Notes one that was judged.
    pub(super) fn judged(&mut self, changed: bool) {
        self.judged += 1;
        self.changed += u64::from(changed);
    }

    /// Notes one that could not be judged.
    ///
    /// # Errors
    /// Where the store is out of reach, which is nothing of this one.
    pub(super) fn failed<E>(&mut self, what: &'static str, error: E) -> Result<(), SweepError>
    where
        E: Category + Error + Send + Sync + 'static,
    {
        if error.fact().kind == Kind::Unavailable {
            return Err(SweepError::Away(Box::new(error)));
        }
        self.failed += 1;
        let id = self.last.map(|(_, id)| id.to_string()).unwrap_or_default();
        tracing::error!(what, id, %error, "could not be judged, going on");
        Ok(())
    }

    /// Ends the turn; returns how many changed.
    pub(super) fn end(self) -> Result<u64, SweepError> {
        match self.failed {
            0 => Ok(self.changed),
            failed => Err(SweepError::Failed {
                failed,
                changed: self.changed,
            }),
        }
    }
}
