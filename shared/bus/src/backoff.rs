use std::time::Duration;

use rand::{Rng, RngExt};

/// Pauses that double up to a ceiling, with jitter so that many waiters do not come back together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    base: Duration,
    ceiling: Duration,
}

impl Backoff {
    pub(crate) fn new(base: Duration, ceiling: Duration) -> Self {
        let base = base.max(Duration::from_millis(1));
        Self {
            base,
            ceiling: ceiling.max(base),
        }
    }

    /// Longest pause after `failures` failures in a row.
    fn longest(self, failures: u32) -> Duration {
        let factor = 1_u32 << failures.saturating_sub(1).min(30);
        self.base.saturating_mul(factor).min(self.ceiling)
    }

    /// Draws the pause after `failures` failures in a row: between half of the longest and all of it.
    pub(crate) fn pause(self, failures: u32) -> Duration {
        self.draw(failures, &mut rand::rng())
    }

    /// Draws the pause from a generator of the caller's.
    pub(crate) fn draw(self, failures: u32, rng: &mut impl Rng) -> Duration {
        self.longest(failures).mul_f64(rng.random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Backoff;

    #[test]
    fn pauses_double_up_to_the_ceiling() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        let longest: Vec<u128> = [1, 2, 3, 4, 5, 6, 40, u32::MAX]
            .into_iter()
            .map(|failures| backoff.longest(failures).as_millis())
            .collect();
        assert_eq!(longest, [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]);
    }

    #[test]
    fn jitter_takes_away_at_most_half() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        for failures in 1..200 {
            let pause = backoff.pause(failures);
            assert!(pause <= backoff.longest(failures));
            assert!(pause >= backoff.longest(failures) / 2);
        }
    }
}
