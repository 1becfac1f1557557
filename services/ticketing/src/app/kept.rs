//! What was read of districts lately, so that not every order reads it again.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use kernel::Timestamp;

/// How long a process goes by what it read before it looks for something newer.
pub(crate) const KEPT: Duration = Duration::from_secs(10);

/// Values of districts as they were last read.
#[derive(Debug)]
pub(crate) struct Kept<T>(RwLock<HashMap<String, (Timestamp, Arc<T>)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T> Kept<T> {
    /// Finds what was read of a district lately.
    pub(crate) fn find(&self, district: &str, now: Timestamp) -> Option<Arc<T>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (read_at, value) = known.get(district)?;
        // a clock that was set back makes nothing fresh
        let fresh = *read_at <= now && now.duration_since(*read_at) < KEPT;
        fresh.then(|| Arc::clone(value))
    }

    /// Keeps what was read.
    pub(crate) fn keep(&self, district: &str, now: Timestamp, value: &Arc<T>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(district.to_owned(), (now, Arc::clone(value)));
    }

    /// Forgets what was read.
    pub(crate) fn forget(&self) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.clear();
    }
}
