//! Posts that people hold at organisations, with dates (任职). A person is an account here, nothing more.

use contracts::registry::OrgKind;
use jiff::civil::Date;
use kernel::{AccountId, Named, OrgCode, PostId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// Kinds of post.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum PostKind {
        /// 街长
        StreetChief = "street_chief",
        /// 路巷长
        LaneChief = "lane_chief",
        /// 网格长
        GridChief = "grid_chief",
        /// 楼栋长
        BuildingChief = "building_chief",
        /// 单元长
        UnitChief = "unit_chief",
        /// 网格党组织书记
        GridSecretary = "grid_secretary",
        /// 专职网格员
        GridWorker = "grid_worker",
        /// 兼职网格员
        PartTimeGridWorker = "part_time_grid_worker",
        /// 兼职委员
        PartTimeMember = "part_time_member",
        /// 包保、联系点领导
        Contact = "contact",
    }
}

impl PostKind {
    /// Lists the kinds of organisation that have such a post.
    pub(crate) fn places(self) -> &'static [OrgKind] {
        match self {
            Self::StreetChief => &[OrgKind::Street],
            Self::LaneChief => &[OrgKind::Community],
            Self::GridChief | Self::GridSecretary | Self::GridWorker | Self::PartTimeGridWorker => {
                &[OrgKind::Grid]
            }
            Self::BuildingChief | Self::UnitChief => &[OrgKind::Building],
            Self::PartTimeMember => &[OrgKind::PartyWorkCommittee, OrgKind::PartyCommittee],
            Self::Contact => &[
                OrgKind::Street,
                OrgKind::Community,
                OrgKind::Compound,
                OrgKind::Grid,
            ],
        }
    }

    /// Says whether only one person at a time holds it at one organisation.
    pub(crate) fn is_single(self) -> bool {
        matches!(
            self,
            Self::StreetChief | Self::GridChief | Self::BuildingChief | Self::GridSecretary
        )
    }
}

named! {
    /// How far somebody has come with a post (产生、聘任、退出).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum PostState {
        /// 已产生、待聘任
        Nominated = "nominated",
        /// 在任
        Appointed = "appointed",
        /// 已退出
        Left = "left",
    }
}

named! {
    /// Why somebody left a post (退出原因).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum LeaveReason {
        /// 任期届满
        TermEnded = "term_ended",
        /// 本人辞去
        Resigned = "resigned",
        /// 工作调动
        Transferred = "transferred",
        /// 免去
        Removed = "removed",
        /// 所在组织撤销
        OrganisationClosed = "organisation_closed",
    }
}

/// Somebody at a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Post {
    /// Its id.
    pub(crate) id: PostId,
    /// Its kind.
    pub(crate) kind: PostKind,
    /// Where.
    pub(crate) org_code: OrgCode,
    /// Who.
    pub(crate) account: AccountId,
    /// How far they have come.
    pub(crate) state: PostState,
    /// First day of the present state.
    pub(crate) since: Date,
    /// Last day of the term, if it has one.
    pub(crate) term_until: Option<Date>,
    /// Why they left.
    pub(crate) left_because: Option<LeaveReason>,
    /// Its version.
    pub(crate) version: Version,
    /// When it was entered.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

/// The step does not lead on from where the post stands, or would count from too early a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongStep {
    /// From another state.
    State(PostState),
    /// Before the present state began.
    TooEarly(Date),
}

impl Post {
    /// Appoints somebody who was nominated.
    pub(crate) fn appoint(&mut self, on: Date, now: Timestamp) -> Result<(), WrongStep> {
        if self.state != PostState::Nominated {
            return Err(WrongStep::State(self.state));
        }
        self.step(PostState::Appointed, on, now)
    }

    /// Ends it.
    pub(crate) fn leave(
        &mut self,
        reason: LeaveReason,
        on: Date,
        now: Timestamp,
    ) -> Result<(), WrongStep> {
        if self.state == PostState::Left {
            return Err(WrongStep::State(self.state));
        }
        self.step(PostState::Left, on, now)?;
        self.left_because = Some(reason);
        Ok(())
    }

    fn step(&mut self, state: PostState, on: Date, now: Timestamp) -> Result<(), WrongStep> {
        if on < self.since {
            return Err(WrongStep::TooEarly(self.since));
        }
        self.state = state;
        self.since = on;
        self.version = self.version.next();
        self.updated_at = now;
        Ok(())
    }

    /// Names what nobody else may hold at the same time: the post, or this person at it.
    pub(crate) fn seat(&self) -> Option<String> {
        let (kind, place) = (self.kind.name(), &self.org_code);
        match self.state {
            PostState::Left => None,
            _ if self.kind.is_single() => Some(format!("{kind}@{place}")),
            _ => Some(format!("{kind}@{place}:{}", self.account)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use jiff::civil::date;
    use kernel::{IdSourceExt, Named, SystemIds, Timestamp, Version};

    use super::{LeaveReason, Post, PostKind, PostState, WrongStep};

    fn post(kind: PostKind) -> Post {
        let ids = SystemIds::new();
        Post {
            id: ids.next(),
            kind,
            org_code: "420105011010.DW".parse().unwrap(),
            account: ids.next(),
            state: PostState::Nominated,
            since: date(2026, 1, 1),
            term_until: None,
            left_because: None,
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_post_is_produced_appointed_and_left_in_that_order() {
        let now = Timestamp::UNIX_EPOCH;
        let mut post = post(PostKind::PartTimeMember);
        assert_eq!(
            post.appoint(date(2025, 12, 31), now),
            Err(WrongStep::TooEarly(date(2026, 1, 1)))
        );
        post.appoint(date(2026, 2, 1), now).unwrap();
        assert_eq!(
            post.appoint(date(2026, 2, 1), now),
            Err(WrongStep::State(PostState::Appointed))
        );
        assert!(post.seat().is_some());
        post.leave(LeaveReason::TermEnded, date(2026, 3, 1), now)
            .unwrap();
        assert_eq!((post.seat(), post.version.get()), (None, 3));
        let again = post.leave(LeaveReason::Removed, date(2026, 3, 1), now);
        assert_eq!(again, Err(WrongStep::State(PostState::Left)));
    }

    #[test]
    fn a_single_post_has_one_seat_and_another_one_for_each_person() {
        let seats = |kind| post(kind).seat() == post(kind).seat();
        assert!(seats(PostKind::GridChief));
        assert!(!seats(PostKind::GridWorker));
    }

    #[test]
    fn every_post_is_somewhere() {
        assert!(PostKind::ALL.iter().all(|kind| !kind.places().is_empty()));
    }
}
