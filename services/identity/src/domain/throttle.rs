//! How fast sign-ins may fail.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use kernel::Timestamp;

/// Entries kept; far more than failing accounts or sources in any minute of an ordinary day.
const CAPACITY: usize = 65_536;

/// So many failures in a row, and one forgiven after each span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Failures in a row.
    pub burst: u32,
    /// Time after which one is forgiven.
    pub recovery: Duration,
}

/// Debts of failures that wear off with time (generic cell rate algorithm).
///
/// Looked at before an attempt and again when its outcome is known: of many attempts at once, only
/// as many learn their outcome as failures are allowed, and honest ones at once cost nothing.
#[derive(Debug)]
pub(crate) struct Throttle<K> {
    pace: Pace,
    /// When each debt will have worn off.
    clear_at: HashMap<K, Timestamp>,
}

impl<K: Eq + Hash> Throttle<K> {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            clear_at: HashMap::new(),
        }
    }

    /// Says whether one more failure would be allowed.
    ///
    /// # Errors
    /// The time to wait.
    pub(crate) fn check(&self, key: &K, now: Timestamp) -> Result<(), Duration> {
        let allowed = now.plus(self.pace.recovery.saturating_mul(self.pace.burst));
        let after = self.after_one_more(key, now);
        if after > allowed {
            return Err(after.duration_since(allowed));
        }
        Ok(())
    }

    /// Counts a failure.
    ///
    /// # Errors
    /// The time to wait, when too many were counted already; this one is not then.
    pub(crate) fn fail(&mut self, key: K, now: Timestamp) -> Result<(), Duration> {
        self.check(&key, now)?;
        let after = self.after_one_more(&key, now);
        if self.clear_at.len() >= CAPACITY {
            self.make_room(now);
        }
        self.clear_at.insert(key, after);
        Ok(())
    }

    fn after_one_more(&self, key: &K, now: Timestamp) -> Timestamp {
        let clear_at = self.clear_at.get(key).copied().unwrap_or(now).max(now);
        clear_at.plus(self.pace.recovery)
    }

    /// Forgives everything.
    pub(crate) fn forgive(&mut self, key: &K) {
        self.clear_at.remove(key);
    }

    fn make_room(&mut self, now: Timestamp) {
        self.clear_at.retain(|_, clear_at| *clear_at > now);
        if self.clear_at.len() >= CAPACITY {
            // an attack from so many sides at once: memory stays bounded, counting begins anew
            self.clear_at.clear();
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use kernel::Timestamp;

    use super::{Pace, Throttle};

    const PACE: Pace = Pace {
        burst: 3,
        recovery: Duration::from_secs(30),
    };

    fn at(seconds: u64) -> Timestamp {
        let start = Timestamp::from_micros(1_795_305_600_000_000).unwrap();
        start.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_burst_passes_and_then_one_for_each_span() {
        let mut throttle = Throttle::new(PACE);
        for _ in 0..3 {
            assert_eq!(throttle.fail("a", at(0)), Ok(()));
        }
        assert_eq!(throttle.fail("a", at(0)), Err(Duration::from_secs(30)));
        assert_eq!(throttle.fail("a", at(29)), Err(Duration::from_secs(1)));
        assert_eq!(throttle.fail("a", at(30)), Ok(()));
        assert_eq!(throttle.fail("a", at(30)), Err(Duration::from_secs(30)));
        assert_eq!(throttle.fail("b", at(30)), Ok(()));
    }

    #[test]
    fn waiting_restores_the_burst_and_no_more() {
        let mut throttle = Throttle::new(PACE);
        for _ in 0..3 {
            throttle.fail("a", at(0)).unwrap();
        }
        for _ in 0..3 {
            assert_eq!(throttle.fail("a", at(10_000)), Ok(()));
        }
        assert!(throttle.fail("a", at(10_000)).is_err());
    }

    #[test]
    fn looking_costs_nothing_and_forgiving_starts_anew() {
        let mut throttle = Throttle::new(PACE);
        for _ in 0..100 {
            assert_eq!(throttle.check(&"a", at(0)), Ok(()));
        }
        for _ in 0..3 {
            throttle.fail("a", at(0)).unwrap();
        }
        assert!(throttle.check(&"a", at(0)).is_err());
        throttle.forgive(&"a");
        assert_eq!(throttle.check(&"a", at(0)), Ok(()));
    }
}
