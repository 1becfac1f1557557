//! Fairness (公平): how load and chances are spread over people and teams.

use std::collections::HashMap;

use kernel::AccountId;
use serde::Serialize;

/// Most volunteers whose figures are compared: a larger place is looked at part by part.
pub(crate) const MOST_PEOPLE: usize = 2_000;
/// Most days that are added up.
pub(crate) const MOST_DAYS: u64 = 366;

/// What somebody did, and was asked to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Figures {
    /// 已确认服务分钟: confirmed minutes.
    pub(crate) minutes: u64,
    /// 服务次数: shifts and tasks that they had.
    pub(crate) turns: u64,
    /// 获得的机会: places and invitations that they were given or offered, and tasks that they took.
    pub(crate) offered: u64,
    /// 其中接受的
    pub(crate) taken: u64,
    /// 其中谢绝、逾期未答复或退出的
    pub(crate) declined: u64,
}

impl Figures {
    /// Adds those of somebody else.
    pub(crate) fn add(&mut self, other: Self) {
        self.minutes += other.minutes;
        self.turns += other.turns;
        self.offered += other.offered;
        self.taken += other.taken;
        self.declined += other.declined;
    }

    /// Share of all chances of the place, in thousandths.
    pub(crate) fn share_permille(&self, all: &Self) -> u64 {
        (self.offered * 1000)
            .checked_div(all.offered)
            .unwrap_or_default()
    }
}

/// The figures of a place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    /// Everybody of the place, also those who did nothing.
    pub(crate) people: HashMap<AccountId, Figures>,
}

impl Ledger {
    /// All of it.
    pub(crate) fn all(&self) -> Figures {
        let mut all = Figures::default();
        for figures in self.people.values() {
            all.add(*figures);
        }
        all
    }

    /// How unevenly something is spread (基尼系数), in thousandths: 0 where everybody has the same.
    pub(crate) fn gini_permille(&self, of: impl Fn(&Figures) -> u64) -> u64 {
        gini_permille(self.people.values().map(of).collect())
    }
}

/// The Gini coefficient of some amounts, in thousandths.
fn gini_permille(mut amounts: Vec<u64>) -> u64 {
    amounts.sort_unstable();
    let count = u128::try_from(amounts.len()).unwrap_or_default();
    let (mut weighed, mut sum) = (0_u128, 0_u128);
    for (rank, amount) in (1_u128..).zip(&amounts) {
        weighed += rank * u128::from(*amount);
        sum += u128::from(*amount);
    }
    // (2 Σ i·x_i) / (n Σ x_i) - (n + 1) / n, over one denominator
    let above = (2 * weighed).saturating_sub((count + 1) * sum);
    let gini = (above * 1000).checked_div(count * sum).unwrap_or_default();
    u64::try_from(gini).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Figures, gini_permille};

    #[test]
    fn unevenness_is_between_nothing_and_all() {
        assert_eq!(gini_permille(Vec::new()), 0);
        assert_eq!(gini_permille(vec![0, 0]), 0);
        assert_eq!(gini_permille(vec![5]), 0);
        assert_eq!(gini_permille(vec![3, 3, 3, 3]), 0);
        assert_eq!(gini_permille(vec![0, 0, 0, 8]), 750);
        assert_eq!(gini_permille(vec![1, 3]), 250);
        assert_eq!(gini_permille(vec![3, 1]), 250);
    }

    #[test]
    fn shares_are_of_the_whole_place() {
        let offered = |offered| Figures {
            offered,
            ..Figures::default()
        };
        assert_eq!(offered(1).share_permille(&offered(4)), 250);
        assert_eq!(offered(0).share_permille(&offered(0)), 0);
    }
}
