//! A team (队伍): volunteers who serve together, with those who lead them.

use kernel::{AccountId, OrgPath, TeamId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most people who ever belonged to one team.
pub(crate) const MOST_MEMBERS: usize = 2_000;

named! {
    /// Where somebody stands in a team (队员状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = TeamMemberState)]
    pub(crate) enum MemberState {
        /// 申请加入
        Asked = "asked",
        /// 队员
        Member = "member",
        /// 已退出
        Left = "left",
        /// 未通过
        Refused = "refused",
    }
}

named! {
    /// What is done with a member (队员管理动作).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = TeamMemberStep)]
    pub(crate) enum MemberStep {
        /// 同意加入
        Confirm = "confirm",
        /// 不同意加入
        Refuse = "refuse",
        /// 退出，或移出
        Leave = "leave",
        /// 任命队长
        Lead = "lead",
        /// 免去队长
        StepDown = "step_down",
    }
}

/// Somebody in a team, or on the way in or out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) account: AccountId,
    pub(crate) leader: bool,
    pub(crate) state: MemberState,
    pub(crate) since: Timestamp,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Team {
    pub(crate) id: TeamId,
    pub(crate) org_path: OrgPath,
    /// Kind, of the rules.
    pub(crate) kind: String,
    /// Its public name.
    pub(crate) name: String,
    pub(crate) members: Vec<Member>,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Who acts on a team.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TeamActor {
    pub(crate) account: AccountId,
    /// Somebody of the organisation.
    pub(crate) runs: bool,
}

/// Why a team does not change so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TeamRefusal {
    /// Nobody of that account is in it, as far as the caller may know.
    NoMember,
    /// Not the caller's to do.
    NotAllowed,
    /// Not from where the member stands.
    State,
    /// It is full.
    Full,
}

impl Team {
    /// Finds somebody who belongs or belonged to it.
    pub(crate) fn find(&self, account: AccountId) -> Option<&Member> {
        self.members.iter().find(|member| member.account == account)
    }

    /// Says whether somebody is a member now.
    pub(crate) fn has(&self, account: AccountId) -> bool {
        self.find(account)
            .is_some_and(|member| member.state == MemberState::Member)
    }

    /// Says whether somebody leads it.
    pub(crate) fn is_led_by(&self, account: AccountId) -> bool {
        self.find(account)
            .is_some_and(|member| member.leader && member.state == MemberState::Member)
    }

    fn touch(&mut self, now: Timestamp) {
        self.version = self.version.next();
        self.updated_at = now;
    }

    /// Lets somebody ask to join; whoever left or was refused may ask again.
    pub(crate) fn join(&mut self, account: AccountId, now: Timestamp) -> Result<(), TeamRefusal> {
        let asked = Member {
            account,
            leader: false,
            state: MemberState::Asked,
            since: now,
        };
        let count = self.members.len();
        let known = self
            .members
            .iter_mut()
            .find(|member| member.account == account);
        match known {
            Some(member) if matches!(member.state, MemberState::Asked | MemberState::Member) => {
                return Err(TeamRefusal::State);
            }
            Some(member) => *member = asked,
            None if count >= MOST_MEMBERS => return Err(TeamRefusal::Full),
            None => self.members.push(asked),
        }
        self.touch(now);
        Ok(())
    }

    /// Takes a step with a member. Leaders confirm, refuse and remove; the organisation also appoints leaders; a
    /// member leaves.
    pub(crate) fn step(
        &mut self,
        account: AccountId,
        step: MemberStep,
        actor: TeamActor,
        now: Timestamp,
    ) -> Result<(), TeamRefusal> {
        let leads = actor.runs || self.is_led_by(actor.account);
        let own = actor.account == account;
        let known = leads || own;
        let allowed = match step {
            // nobody lets themselves in
            MemberStep::Confirm | MemberStep::Refuse => leads && !own,
            MemberStep::Leave => known,
            MemberStep::Lead => actor.runs,
            MemberStep::StepDown => actor.runs || (leads && own),
        };
        if !known {
            return Err(TeamRefusal::NoMember);
        }
        if !allowed {
            return Err(TeamRefusal::NotAllowed);
        }
        let mut members = self.members.iter_mut();
        let member = members.find(|member| member.account == account);
        let member = member.ok_or(TeamRefusal::NoMember)?;
        let (state, leader) = match (step, member.state) {
            (MemberStep::Confirm, MemberState::Asked)
            | (MemberStep::StepDown, MemberState::Member) => (MemberState::Member, false),
            (MemberStep::Refuse, MemberState::Asked) => (MemberState::Refused, false),
            (MemberStep::Leave, MemberState::Asked | MemberState::Member) => {
                (MemberState::Left, false)
            }
            (MemberStep::Lead, MemberState::Member) => (MemberState::Member, true),
            _ => return Err(TeamRefusal::State),
        };
        if member.state != state {
            member.since = now;
        }
        (member.state, member.leader) = (state, leader);
        self.touch(now);
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{AccountId, TeamId, Timestamp, TypedId, Version};
    use uuid::Uuid;

    use super::{MemberState, MemberStep, Team, TeamActor, TeamRefusal};

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn leaders_let_people_in_and_nobody_lets_themselves_in() {
        let now = Timestamp::UNIX_EPOCH;
        let mut team = Team {
            id: TeamId::from_uuid(Uuid::nil()),
            org_path: "/420105000000/".parse().unwrap(),
            kind: "joint_defence".to_owned(),
            name: "联防队".to_owned(),
            members: Vec::new(),
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        };
        let (one, two, staff) = (account(1), account(2), account(9));
        let actor = |account, runs| TeamActor { account, runs };
        team.join(one, now).unwrap();
        assert_eq!(team.join(one, now), Err(TeamRefusal::State));
        let confirm = MemberStep::Confirm;
        assert_eq!(
            team.step(one, confirm, actor(one, false), now),
            Err(TeamRefusal::NotAllowed)
        );
        assert_eq!(
            team.step(one, confirm, actor(two, false), now),
            Err(TeamRefusal::NoMember)
        );
        team.step(one, confirm, actor(staff, true), now).unwrap();
        team.join(two, now).unwrap();
        assert_eq!(
            team.step(two, confirm, actor(one, false), now),
            Err(TeamRefusal::NoMember)
        );
        team.step(one, MemberStep::Lead, actor(staff, true), now)
            .unwrap();
        team.step(two, confirm, actor(one, false), now).unwrap();
        assert_eq!(
            team.step(two, MemberStep::Lead, actor(one, false), now),
            Err(TeamRefusal::NotAllowed)
        );
        assert!(team.has(two) && !team.is_led_by(two));
        team.step(two, MemberStep::Leave, actor(two, false), now)
            .unwrap();
        assert_eq!(team.find(two).unwrap().state, MemberState::Left);
        team.join(two, now).unwrap();
        assert!(!team.has(two));
    }
}
