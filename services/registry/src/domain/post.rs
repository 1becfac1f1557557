//! Posts that people hold at organisations, with dates (任职). A person is an account here, nothing more.

use contracts::registry::OrgKind;
use jiff::civil::Date;
use kernel::{AccountId, OrgCode, PostId, Timestamp, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kinds of post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PostKind {
    /// 街长
    StreetChief,
    /// 路巷长
    LaneChief,
    /// 网格长
    GridChief,
    /// 楼栋长
    BuildingChief,
    /// 单元长
    UnitChief,
    /// 网格党组织书记
    GridSecretary,
    /// 专职网格员
    GridWorker,
    /// 兼职网格员
    PartTimeGridWorker,
    /// 兼职委员
    PartTimeMember,
    /// 包保、联系点领导
    Contact,
}

impl PostKind {
    const NAMES: [(Self, &'static str); 10] = [
        (Self::StreetChief, "street_chief"),
        (Self::LaneChief, "lane_chief"),
        (Self::GridChief, "grid_chief"),
        (Self::BuildingChief, "building_chief"),
        (Self::UnitChief, "unit_chief"),
        (Self::GridSecretary, "grid_secretary"),
        (Self::GridWorker, "grid_worker"),
        (Self::PartTimeGridWorker, "part_time_grid_worker"),
        (Self::PartTimeMember, "part_time_member"),
        (Self::Contact, "contact"),
    ];

    /// Name on the wire and in the store.
    pub(crate) fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(known, _)| *known == self);
        found.map_or("", |(_, name)| name)
    }

    /// Reads a name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, known)| *known == name);
        found.map(|(kind, _)| *kind)
    }

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

/// How far somebody has come with a post (产生、聘任、退出).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PostState {
    /// 已产生、待聘任
    Nominated,
    /// 在任
    Appointed,
    /// 已退出
    Left,
}

impl PostState {
    const NAMES: [(Self, &'static str); 3] = [
        (Self::Nominated, "nominated"),
        (Self::Appointed, "appointed"),
        (Self::Left, "left"),
    ];

    /// Name in the store.
    pub(crate) fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(known, _)| *known == self);
        found.map_or("", |(_, name)| name)
    }

    /// Reads a name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, known)| *known == name);
        found.map(|(state, _)| *state)
    }
}

/// Why somebody left a post (退出原因).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LeaveReason {
    /// 任期届满
    TermEnded,
    /// 本人辞去
    Resigned,
    /// 工作调动
    Transferred,
    /// 免去
    Removed,
}

impl LeaveReason {
    const NAMES: [(Self, &'static str); 4] = [
        (Self::TermEnded, "term_ended"),
        (Self::Resigned, "resigned"),
        (Self::Transferred, "transferred"),
        (Self::Removed, "removed"),
    ];

    /// Name in the store.
    pub(crate) fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(known, _)| *known == self);
        found.map_or("", |(_, name)| name)
    }

    /// Reads a name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, known)| *known == name);
        found.map(|(reason, _)| *reason)
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
    use kernel::{IdSourceExt, SystemIds, Timestamp, Version};

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
    fn names_in_the_store_are_names_on_the_wire() {
        for (kind, name) in PostKind::NAMES {
            assert_eq!(serde_json::json!(kind), name);
            assert_eq!(PostKind::from_name(name), Some(kind));
            assert!(!kind.places().is_empty());
        }
        for (state, name) in PostState::NAMES {
            assert_eq!(
                (serde_json::json!(state), PostState::from_name(name)),
                (name.into(), Some(state))
            );
        }
        for (reason, name) in LeaveReason::NAMES {
            assert_eq!(
                (serde_json::json!(reason), LeaveReason::from_name(name)),
                (name.into(), Some(reason))
            );
        }
    }
}
