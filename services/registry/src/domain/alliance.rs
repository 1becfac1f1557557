//! Alliances of organisations of an area (区域性党建联盟): one convenes it and invites, the others join.

use kernel::{AllianceId, OrgCode, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most organisations of an alliance.
pub(crate) const MOST_MEMBERS: usize = 100;

named! {
    /// How an organisation stands to an alliance.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum MemberState {
        /// 受邀
        Invited = "invited",
        /// 已加入
        Joined = "joined",
        /// 已退出或谢绝
        Left = "left",
    }
}

named! {
    /// What is done in an alliance.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum AllianceStep {
        /// 邀请 (by the convener)
        Invite = "invite",
        /// 加入 (by who was invited)
        Join = "join",
        /// 退出、谢绝 (by a member or who was invited)
        Leave = "leave",
        /// 解散 (by the convener)
        Dissolve = "dissolve",
    }
}

/// An organisation and how it stands to the alliance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) org_code: OrgCode,
    pub(crate) state: MemberState,
}

/// An alliance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alliance {
    /// Its id.
    pub(crate) id: AllianceId,
    /// Its public name.
    pub(crate) name: String,
    /// Organisation that convenes it; a member as long as it lasts.
    pub(crate) convener: OrgCode,
    /// Those who were invited, have joined or have left.
    pub(crate) members: Vec<Member>,
    /// Whether it was dissolved.
    pub(crate) dissolved: bool,
    /// Its version.
    pub(crate) version: Version,
    /// When it was founded.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongAllianceStep {
    /// As many as it takes.
    Full,
    /// Not as things stand.
    State,
}

impl Alliance {
    /// Says in whose name a step about an organisation is taken.
    pub(crate) fn actor<'a>(&'a self, step: AllianceStep, org: &'a OrgCode) -> &'a OrgCode {
        match step {
            AllianceStep::Invite | AllianceStep::Dissolve => &self.convener,
            AllianceStep::Join | AllianceStep::Leave => org,
        }
    }

    /// Takes a step about an organisation.
    pub(crate) fn step(
        &mut self,
        step: AllianceStep,
        org: &OrgCode,
        now: Timestamp,
    ) -> Result<(), WrongAllianceStep> {
        if self.dissolved {
            return Err(WrongAllianceStep::State);
        }
        let full = self.members.len() >= MOST_MEMBERS;
        let convener = *org == self.convener;
        let known = self.members.iter_mut().find(|known| known.org_code == *org);
        match (step, known) {
            (AllianceStep::Dissolve, _) => self.dissolved = true,
            (AllianceStep::Invite, None) if full => return Err(WrongAllianceStep::Full),
            (AllianceStep::Invite, None) => self.members.push(Member {
                org_code: org.clone(),
                state: MemberState::Invited,
            }),
            (AllianceStep::Invite, Some(known)) if known.state == MemberState::Left => {
                known.state = MemberState::Invited;
            }
            (AllianceStep::Join, Some(known)) if known.state == MemberState::Invited => {
                known.state = MemberState::Joined;
            }
            (AllianceStep::Leave, Some(known)) if !convener && known.state != MemberState::Left => {
                known.state = MemberState::Left;
            }
            _ => return Err(WrongAllianceStep::State),
        }
        self.version = self.version.next();
        self.updated_at = now;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{IdSourceExt, OrgCode, SystemIds, Timestamp, Version};

    use super::AllianceStep::{Dissolve, Invite, Join, Leave};
    use super::{Alliance, MOST_MEMBERS, Member, MemberState, WrongAllianceStep};

    fn org(number: usize) -> OrgCode {
        format!("420105011010.U{number}").parse().unwrap()
    }

    #[test]
    fn whoever_is_invited_joins_and_leaves_but_the_convener_stays() {
        let now = Timestamp::UNIX_EPOCH;
        let mut alliance = Alliance {
            id: SystemIds::new().next(),
            name: "江欣苑党建联盟".to_owned(),
            convener: org(0),
            members: vec![Member {
                org_code: org(0),
                state: MemberState::Joined,
            }],
            dissolved: false,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        };
        let wrong = Err(WrongAllianceStep::State);
        let mut step = |step, number| alliance.step(step, &org(number), now);
        assert_eq!(step(Join, 1), wrong);
        assert_eq!(step(Invite, 1), Ok(()));
        assert_eq!(step(Invite, 1), wrong);
        assert_eq!(step(Join, 1), Ok(()));
        assert_eq!(step(Leave, 1), Ok(()));
        assert_eq!(step(Join, 1), wrong);
        assert_eq!(step(Leave, 0), wrong);
        for number in 2..MOST_MEMBERS {
            assert_eq!(step(Invite, number), Ok(()));
        }
        assert_eq!(step(Invite, MOST_MEMBERS), Err(WrongAllianceStep::Full));
        assert_eq!(step(Dissolve, 0), Ok(()));
        assert_eq!(step(Invite, 1), wrong);
    }
}
