//! Entries of the four lists (四项清单): what a place needs, what somebody has to give, what is carried out, and who
//! answers for what. Needs, projects and resources find each other by claims.

use jiff::civil::Date;
use kernel::{AccountId, ListEntryId, OrgCode, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// Which list it stands on.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ListKind {
        /// 需求
        Need = "need",
        /// 资源
        Resource = "resource",
        /// 项目
        Project = "project",
        /// 责任
        Responsibility = "responsibility",
    }
}

impl ListKind {
    /// Says whether there may be so many of it.
    pub(crate) fn is_counted(self) -> bool {
        matches!(self, Self::Need | Self::Resource)
    }

    /// Says whether resources are claimed for it.
    pub(crate) fn is_wanting(self) -> bool {
        matches!(self, Self::Need | Self::Project)
    }

    /// Which list holds what fits it; nothing for responsibilities, which stay with their owner.
    pub(crate) fn counterpart(self) -> Option<Self> {
        match self {
            Self::Need | Self::Project => Some(Self::Resource),
            Self::Resource => Some(Self::Need),
            Self::Responsibility => None,
        }
    }
}

named! {
    /// What it is about.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum Topic {
        /// 场地
        Venue = "venue",
        /// 人力
        Hands = "hands",
        /// 资金
        Funds = "funds",
        /// 物资
        Goods = "goods",
        /// 专业技能
        Skill = "skill",
        /// 培训宣讲
        Training = "training",
        /// 关爱帮扶
        Care = "care",
        /// 停车
        Parking = "parking",
        /// 环境整治
        Environment = "environment",
        /// 平安建设
        Safety = "safety",
        /// 文体活动
        Culture = "culture",
        /// 就业创业
        Jobs = "jobs",
        /// 其他
        Other = "other",
    }
}

named! {
    /// How far it has come.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum EntryState {
        /// 开放
        Open = "open",
        /// 实施中
        Underway = "underway",
        /// 已完成
        Done = "done",
        /// 已撤回
        Withdrawn = "withdrawn",
        /// 已到期
        Expired = "expired",
    }
}

impl EntryState {
    /// Says whether it can still be claimed.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Open | Self::Underway)
    }
}

named! {
    /// What its owner does with it.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum EntryStep {
        /// 开始实施 (a project or a responsibility)
        Start = "start",
        /// 完成
        Finish = "finish",
        /// 撤回
        Withdraw = "withdraw",
    }
}

/// From which day to which it counts, both included; without a bound where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Term {
    /// First day.
    pub(crate) from: Option<Date>,
    /// Last day.
    pub(crate) until: Option<Date>,
}

impl Term {
    /// Says whether it ends before it begins.
    pub(crate) fn is_reversed(self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if until < from)
    }

    /// Says whether there is a day in both.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        let begins_in_time = |one: Self, two: Self| match (one.from, two.until) {
            (Some(from), Some(until)) => from <= until,
            _ => true,
        };
        begins_in_time(self, other) && begins_in_time(other, self)
    }

    /// Says whether every day of the other one is in it.
    pub(crate) fn covers(self, other: Self) -> bool {
        let from = self
            .from
            .is_none_or(|from| other.from.is_some_and(|its| from <= its));
        let until = self
            .until
            .is_none_or(|until| other.until.is_some_and(|its| its <= until));
        from && until
    }

    /// Says whether it was over before this day.
    pub(crate) fn is_over(self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListEntry {
    /// Its id.
    pub(crate) id: ListEntryId,
    /// Which list.
    pub(crate) kind: ListKind,
    /// What it is about.
    pub(crate) topic: Topic,
    /// Words that describe it.
    pub(crate) tags: Vec<String>,
    /// What it is, in a line.
    pub(crate) title: String,
    /// More about it.
    pub(crate) detail: String,
    /// Organisation that it belongs to.
    pub(crate) owner_code: OrgCode,
    /// Where it is needed or to be had.
    pub(crate) place_code: OrgCode,
    /// How much of it; nothing where it is not counted.
    pub(crate) quantity: Option<u32>,
    /// How much of that confirmed claims have taken.
    pub(crate) taken: u32,
    /// When.
    pub(crate) term: Term,
    /// How far it has come.
    pub(crate) state: EntryState,
    /// Who entered it.
    pub(crate) account: AccountId,
    /// Its version.
    pub(crate) version: Version,
    /// When it was entered.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

impl ListEntry {
    /// Takes it a step further; nothing where its list or its state does not allow that.
    pub(crate) fn step(&mut self, step: EntryStep, now: Timestamp) -> Option<()> {
        let next = match (self.state, step) {
            (EntryState::Open, EntryStep::Start) if !self.kind.is_counted() => EntryState::Underway,
            (EntryState::Open | EntryState::Underway, EntryStep::Finish) => EntryState::Done,
            (EntryState::Open | EntryState::Underway, EntryStep::Withdraw) => EntryState::Withdrawn,
            _ => return None,
        };
        self.enter(next, now);
        Some(())
    }

    /// Ends it when its term is over; nothing where it is not, or where it is being carried out.
    pub(crate) fn expire(&mut self, today: Date, now: Timestamp) -> Option<()> {
        let due = self.state == EntryState::Open && self.term.is_over(today);
        due.then(|| self.enter(EntryState::Expired, now))
    }

    fn enter(&mut self, state: EntryState, now: Timestamp) {
        self.state = state;
        self.version = self.version.next();
        self.updated_at = now;
    }

    /// How much of it nobody has yet; nothing where it is not counted.
    pub(crate) fn remaining(&self) -> Option<u32> {
        self.quantity
            .map(|quantity| quantity.saturating_sub(self.taken))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
pub(crate) mod tests {
    use jiff::civil::date;
    use kernel::{IdSourceExt, Named, SystemIds, Timestamp, Version};
    use proptest::prelude::*;

    use super::{EntryState, EntryStep, ListEntry, ListKind, Term, Topic};

    /// An open entry of a community.
    pub(crate) fn entry(kind: ListKind, topic: Topic) -> ListEntry {
        let ids = SystemIds::new();
        let owner: kernel::OrgCode = "420105011010".parse().unwrap();
        ListEntry {
            id: ids.next(),
            kind,
            topic,
            tags: Vec::new(),
            title: "活动室".to_owned(),
            detail: String::new(),
            owner_code: owner.clone(),
            place_code: owner,
            quantity: None,
            taken: 0,
            term: Term::default(),
            state: EntryState::Open,
            account: ids.next(),
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_has_ended_stays_ended() {
        let now = Timestamp::UNIX_EPOCH;
        for kind in ListKind::ALL.iter().copied() {
            for step in EntryStep::ALL.iter().copied() {
                let mut ended = entry(kind, Topic::Venue);
                ended.step(EntryStep::Finish, now);
                assert_eq!(ended.state, EntryState::Done);
                assert_eq!(ended.step(step, now), None, "{kind:?} {step:?}");
            }
            let mut fresh = entry(kind, Topic::Venue);
            let started = fresh.step(EntryStep::Start, now).is_some();
            assert_eq!(started, !kind.is_counted(), "{kind:?}");
        }
    }

    #[test]
    fn only_what_waits_expires_and_only_after_its_last_day() {
        let now = Timestamp::UNIX_EPOCH;
        let mut need = entry(ListKind::Need, Topic::Venue);
        need.term.until = Some(date(2026, 11, 22));
        assert_eq!(need.expire(date(2026, 11, 22), now), None);
        assert_eq!(need.expire(date(2026, 11, 23), now), Some(()));
        let mut project = entry(ListKind::Project, Topic::Venue);
        project.term.until = Some(date(2026, 11, 22));
        project.step(EntryStep::Start, now);
        assert_eq!(project.expire(date(2026, 12, 1), now), None);
    }

    proptest! {
        #[test]
        fn what_is_covered_overlaps_and_overlapping_goes_both_ways(
            days in prop::array::uniform4(prop::option::of(0_i8..28)),
        ) {
            let day = |index: usize| days[index].map(|day| date(2026, 1, day + 1));
            let (one, two) = (Term { from: day(0), until: day(1) }, Term { from: day(2), until: day(3) });
            prop_assume!(!one.is_reversed() && !two.is_reversed());
            prop_assert_eq!(one.overlaps(two), two.overlaps(one));
            prop_assert!(!one.covers(two) || one.overlaps(two));
            prop_assert!(one.covers(one) && Term::default().covers(one));
        }
    }
}
