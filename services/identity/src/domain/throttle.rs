//! How fast sign-ins may fail.

use std::time::Duration;

use kernel::Timestamp;

/// So many failures in a row, and one forgiven after each span (generic cell rate algorithm).
///
/// All that is kept of failures is when their debt will have worn off. It is looked at before an attempt
/// and again when its outcome is known: of many attempts at once, only as many learn their outcome as
/// failures are allowed, and honest ones at once cost nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Failures in a row.
    pub burst: u32,
    /// Time after which one is forgiven.
    pub recovery: Duration,
}

impl Pace {
    /// The latest end of a debt that leaves room for one more failure.
    #[must_use]
    pub fn limit(&self, now: Timestamp) -> Timestamp {
        now.plus(self.recovery.saturating_mul(self.burst.saturating_sub(1)))
    }

    /// Says whether one more failure would be allowed.
    ///
    /// # Errors
    /// The time to wait.
    pub fn check(&self, clear_at: Option<Timestamp>, now: Timestamp) -> Result<(), Duration> {
        let debt = clear_at.unwrap_or(now).max(now);
        let limit = self.limit(now);
        if debt > limit {
            return Err(debt.duration_since(limit));
        }
        Ok(())
    }

    /// When the debt will have worn off after one more failure.
    #[must_use]
    pub fn after_one_more(&self, clear_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
        clear_at.unwrap_or(now).max(now).plus(self.recovery)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use kernel::Timestamp;
    use proptest::prelude::*;

    use super::Pace;

    const PACE: Pace = Pace {
        burst: 3,
        recovery: Duration::from_secs(30),
    };

    fn at(seconds: u64) -> Timestamp {
        let start = Timestamp::from_micros(1_795_305_600_000_000).unwrap();
        start.plus(Duration::from_secs(seconds))
    }

    fn fail(debt: &mut Option<Timestamp>, now: Timestamp) -> Result<(), Duration> {
        PACE.check(*debt, now)?;
        *debt = Some(PACE.after_one_more(*debt, now));
        Ok(())
    }

    #[test]
    fn a_burst_passes_and_then_one_for_each_span() {
        let mut debt = None;
        for _ in 0..3 {
            assert_eq!(fail(&mut debt, at(0)), Ok(()));
        }
        assert_eq!(fail(&mut debt, at(0)), Err(Duration::from_secs(30)));
        assert_eq!(fail(&mut debt, at(29)), Err(Duration::from_secs(1)));
        assert_eq!(fail(&mut debt, at(30)), Ok(()));
        assert_eq!(fail(&mut debt, at(30)), Err(Duration::from_secs(30)));
    }

    #[test]
    fn waiting_restores_the_burst_and_no_more() {
        let mut debt = None;
        for _ in 0..3 {
            fail(&mut debt, at(0)).unwrap();
        }
        for _ in 0..3 {
            assert_eq!(fail(&mut debt, at(10_000)), Ok(()));
        }
        assert!(fail(&mut debt, at(10_000)).is_err());
    }

    proptest! {
        /// Whoever fails whenever allowed has no more than the burst and one for each span.
        #[test]
        fn no_order_of_attempts_gets_more(pauses in prop::collection::vec(0_u64..90, 1..200)) {
            let (mut debt, mut now, mut allowed) = (None, 0, 0);
            for pause in &pauses {
                now += pause;
                allowed += u64::from(fail(&mut debt, at(now)).is_ok());
            }
            prop_assert!(allowed <= 3 + now / 30, "{allowed} in {now} s");
        }
    }
}
