//! Doubt about connections: one of them was silent, so others may be dead too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When a connection of a server was last found silent; shared by everything that uses them.
///
/// A server or a way to it that goes away without a word takes all connections along. Without it each would be
/// found out by a piece of work of its own, after the whole time that one may take.
#[derive(Debug, Clone)]
pub(crate) struct Doubt(Arc<Raised>);

#[derive(Debug)]
struct Raised {
    start: Instant,
    /// Milliseconds since `start`; none has been silent before the first.
    at: AtomicU64,
}

impl Doubt {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Raised {
            start: Instant::now(),
            at: AtomicU64::new(0),
        }))
    }

    /// A connection was silent.
    pub(crate) fn raise(&self) {
        let now = u64::try_from(self.0.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        // one more, so that the very first moment is told from none
        self.0
            .at
            .fetch_max(now.saturating_add(1), Ordering::Relaxed);
    }

    /// Says whether a connection was found silent within the last `span`, or as long ago as that.
    pub(crate) fn was_raised_within(&self, span: Duration) -> bool {
        let at = self.0.at.load(Ordering::Relaxed);
        let now = self.0.start.elapsed();
        at > 0 && now.saturating_sub(Duration::from_millis(at)) <= span
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Doubt;

    #[test]
    fn it_concerns_what_was_used_before_it_was_raised() {
        let doubt = Doubt::new();
        let ever = Duration::from_secs(u64::from(u32::MAX));
        assert!(!doubt.was_raised_within(ever));
        doubt.clone().raise();
        assert!(doubt.was_raised_within(ever));
        assert!(doubt.was_raised_within(Duration::from_secs(5)));
    }
}
