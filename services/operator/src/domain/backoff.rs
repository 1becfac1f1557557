//! How long to wait before the next try.

use std::time::Duration;

/// Wait after the first failure.
pub(crate) const FIRST: Duration = Duration::from_secs(1);
/// Longest wait.
pub(crate) const LONGEST: Duration = Duration::from_mins(5);

/// Returns the wait after `failures` in a row: doubling from [`FIRST`] up to [`LONGEST`], of which `jitter` (0 to
/// 1) chooses a point in the upper half, so that districts that failed together do not come back together.
#[must_use]
pub(crate) fn delay(failures: u32, jitter: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let whole = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let half = whole / 2;
    half + half.mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_within_bounds() {
        assert_eq!(delay(1, 1.0), FIRST);
        assert_eq!(delay(1, 0.0), FIRST / 2);
        assert_eq!(delay(4, 1.0), FIRST * 8);
        assert_eq!(delay(u32::MAX, 1.0), LONGEST);
        assert_eq!(delay(u32::MAX, 0.0), LONGEST / 2);
        assert_eq!(delay(0, 7.0), FIRST, "jitter is clamped");
    }
}
