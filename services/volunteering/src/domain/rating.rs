//! Ratings of service (评价): the fifth group of a volunteer's record (Order 67, S36). One by those who ran the service,
//! one by whom it was for; each may think better of it, and what was said before stays.

use kernel::{AccountId, ServiceRecordId, Timestamp, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Best score; the worst is 1.
pub(crate) const BEST: u8 = 5;

named! {
    /// Who rates (评价人).
    #[derive(PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    pub(crate) enum RatedBy {
        /// 组织方
        Organiser = "organiser",
        /// 服务对象
        Beneficiary = "beneficiary",
    }
}

/// A rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rating {
    pub(crate) record: ServiceRecordId,
    pub(crate) rated_by: RatedBy,
    /// 1, 2, 3, … of this record and side.
    pub(crate) number: u64,
    pub(crate) volunteer: AccountId,
    pub(crate) score: u8,
    pub(crate) rater: AccountId,
    pub(crate) at: Timestamp,
}

/// What a volunteer's ratings come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RatingSum {
    pub(crate) count: u64,
    pub(crate) scores: u64,
}

impl RatingSum {
    /// Adds a score that was given so many times.
    pub(crate) fn add(&mut self, score: u64, times: u64) {
        self.count += times;
        self.scores += score * times;
    }

    /// Average in hundredths; none of nothing.
    pub(crate) fn average_hundredths(&self) -> Option<u64> {
        (self.scores * 100).checked_div(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::RatingSum;

    #[test]
    fn an_average_is_of_something() {
        let mut sum = RatingSum::default();
        assert_eq!(sum.average_hundredths(), None);
        sum.add(5, 2);
        sum.add(4, 1);
        assert_eq!(sum.average_hundredths(), Some(466));
    }
}
