//! What a district may take in (配额), as whoever runs the platform set it.
//!
//! A quota slows down people who file for themselves. It never refuses a matter that somebody of staff has taken in
//! already (by phone, at the window, on patrol), nor one of danger: such orders count and are taken.

use jiff::tz::TimeZone;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// Bytes of a GiB.
const GIB: u64 = 1 << 30;

/// Limits of a district; what is absent has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quota {
    /// Most new orders of a day in the business zone (每日新工单上限).
    pub(crate) orders_per_day: Option<u32>,
    /// Most storage of attachments, in GiB (附件存储上限).
    pub(crate) attachments_gib: Option<u32>,
}

/// A limit that is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be from 1 to {most}")]
pub(crate) struct OutOfRange {
    /// Which.
    pub(crate) field: &'static str,
    /// The most that it may be.
    pub(crate) most: u32,
}

impl Quota {
    /// The largest number of orders a day.
    pub(crate) const MOST_ORDERS: u32 = 10_000_000;
    /// The largest storage, in GiB.
    pub(crate) const MOST_GIB: u32 = 1_000_000;

    /// Checks both limits.
    ///
    /// # Errors
    /// One is nothing at all, or beyond what is ever meant.
    pub(crate) fn check(self) -> Result<(), OutOfRange> {
        let limits = [
            ("orders_per_day", self.orders_per_day, Self::MOST_ORDERS),
            ("attachments_gib", self.attachments_gib, Self::MOST_GIB),
        ];
        for (field, limit, most) in limits {
            if limit.is_some_and(|limit| limit == 0 || limit > most) {
                return Err(OutOfRange { field, most });
            }
        }
        Ok(())
    }

    /// Returns the most bytes of attachments.
    pub(crate) fn attachment_bytes(self) -> Option<u64> {
        self.attachments_gib.map(|gib| u64::from(gib) * GIB)
    }
}

/// Returns the seconds until the next day begins in a zone, at least one.
pub(crate) fn seconds_of_the_day_left(now: Timestamp, zone: &TimeZone) -> u32 {
    let tomorrow = now.date_in(zone).tomorrow();
    let begins = tomorrow.and_then(|day| day.to_zoned(zone.clone()));
    let left = begins.map_or(1, |begins| {
        begins.timestamp().as_second() - now.as_jiff().as_second()
    });
    u32::try_from(left).unwrap_or(1).max(1)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_at_least_one_and_within_what_is_ever_meant() {
        let quota = |orders, gib| Quota {
            orders_per_day: orders,
            attachments_gib: gib,
        };
        assert_eq!(quota(None, None).check(), Ok(()));
        assert_eq!(quota(Some(1), Some(1_000_000)).check(), Ok(()));
        for (wrong, field) in [
            (quota(Some(0), None), "orders_per_day"),
            (quota(Some(10_000_001), None), "orders_per_day"),
            (quota(None, Some(0)), "attachments_gib"),
            (quota(Some(5), Some(1_000_001)), "attachments_gib"),
        ] {
            assert_eq!(wrong.check().unwrap_err().field, field);
        }
        assert_eq!(quota(None, Some(2)).attachment_bytes(), Some(2_147_483_648));
    }

    #[test]
    fn the_day_ends_where_the_business_is() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| seconds_of_the_day_left(text.parse().unwrap(), &zone);
        assert_eq!(at("2026-11-22T15:59:00Z"), 60);
        assert_eq!(at("2026-11-22T16:00:00Z"), 86_400);
        assert_eq!(at("2026-11-22T15:59:59.9Z"), 1);
    }
}
