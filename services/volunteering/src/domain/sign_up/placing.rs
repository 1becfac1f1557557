//! What stands between somebody and a place that others would give them, as plans do: every reason, not only the first.

use std::time::Duration;

use kernel::named;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MINUTE, SignUpRefusal, SignUpState, Situation, free_places, lacks_for};
use crate::domain::activity::{ActivityState, ShiftState};
use crate::domain::duty::TurnRule;
use crate::domain::volunteer::Lack;

named! {
    /// What stands between a volunteer and a place (不能排入的原因).
    #[derive(PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    #[schema(as = RosterObstacle)]
    pub(crate) enum Obstacle {
        /// 班次已取消、已开始或活动不再招募
        Closed = "shift_closed",
        /// 没有这个岗位
        NoPosition = "no_position",
        /// 岗位已满
        Full = "place_taken",
        /// 已有人候补
        OthersWait = "others_wait",
        /// 已不是本组织的志愿者
        Gone = "not_registered",
        /// 已在本班名单上
        OnList = "on_the_list",
        /// 已退出、谢绝或未获录用
        HasAnswered = "has_answered",
        /// 回避
        KeepsOut = "keeps_out",
        /// 仅限队员
        TeamOnly = "team_only",
        /// 非本班轮值单位或队伍
        NotOnTurn = "not_on_turn",
        /// 未认证
        Certification = "certification",
        /// 缺少有效技能证明
        Skill = "skill",
        /// 无有效保险
        Insurance = "insurance",
        /// 未成年人不得参加
        Age = "age",
        /// 无监护人同意
        GuardianConsent = "guardian_consent",
        /// 不会所需语言
        Language = "language",
        /// 多次缺席，暂停报名
        Paused = "paused",
        /// 本活动次数已满
        Quota = "quota",
        /// 距上次服务过近
        CoolDown = "cool_down",
        /// 同一时间另有班次
        Collides = "collides",
        /// 与其他班次间隔过短
        TooClose = "too_close",
        /// 超过每周服务时长
        OverWeeklyHours = "over_weekly_hours",
        /// 不在可服务时段
        OutsideWindows = "outside_windows",
    }
}

impl From<Lack> for Obstacle {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Certification => Self::Certification,
            Lack::Skill => Self::Skill,
            Lack::Insurance => Self::Insurance,
            Lack::Age => Self::Age,
            Lack::GuardianConsent => Self::GuardianConsent,
            Lack::Language => Self::Language,
        }
    }
}

impl Obstacle {
    /// Says it, in Chinese and in English.
    pub(crate) const fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Closed => (
                "班次已取消、已开始或不再招募",
                "the shift takes nobody any more",
            ),
            Self::NoPosition => ("班次没有这个岗位", "the shift has no such position"),
            Self::Full => ("岗位已满", "the places are taken"),
            Self::OthersWait => ("已有人候补", "others wait for it"),
            Self::Gone => ("已不是志愿者", "no volunteer any more"),
            Self::OnList => ("已在本班名单上", "on the list of the shift already"),
            Self::HasAnswered => (
                "已退出、谢绝或未获录用",
                "withdrew, declined or was refused",
            ),
            Self::KeepsOut => ("须回避该组织事务", "keeps out of this place"),
            Self::TeamOnly => ("仅限该队队员", "for members of the team only"),
            Self::NotOnTurn => ("非本班轮值单位或队伍", "it is the turn of others"),
            Self::Certification => ("志愿者身份未认证", "not certified"),
            Self::Skill => (
                "缺少届时有效的技能证明",
                "no proof of the skill that is valid then",
            ),
            Self::Insurance => ("届时无有效保险", "no insurance that is valid then"),
            Self::Age => ("未成年人不得参加", "closed to minors"),
            Self::GuardianConsent => ("缺少监护人同意", "no consent of the guardian"),
            Self::Language => ("不会所需语言", "does not speak the language"),
            Self::Paused => ("多次缺席，暂停报名", "pauses after absences"),
            Self::Quota => (
                "本活动次数已满",
                "as many shifts of the activity as one may have",
            ),
            Self::CoolDown => ("距上次服务过近", "too soon after the last time"),
            Self::Collides => ("同一时间另有班次", "another shift at the same time"),
            Self::TooClose => ("与其他班次间隔过短", "very close to another shift"),
            Self::OverWeeklyHours => ("超过每周服务时长", "over the hours a week"),
            Self::OutsideWindows => ("不在可服务时段内", "outside the times given"),
        }
    }
}

impl Situation<'_> {
    /// Lists what stands against a place whatever the volunteer does at other times. Whoever applied or waits for it
    /// may have it; whoever said no is not asked again.
    pub(crate) fn standing_obstacles(&self, position: u32) -> Vec<Obstacle> {
        let open = self.activity.state == ActivityState::Recruiting
            && self.shift.state == ShiftState::Open
            && self.now < self.shift.begins_at;
        if !open {
            return vec![Obstacle::Closed];
        }
        let Some(wanted) = self.shift.position(position) else {
            return vec![Obstacle::NoPosition];
        };
        let mut found = Vec::new();
        let account = self.volunteer.account;
        let own = self.list.iter().find(|other| other.account == account);
        let asks = |state| matches!(state, SignUpState::Applied | SignUpState::Waiting);
        let asked = own.filter(|own| own.position == position && asks(own.state));
        match own.map(|own| own.state) {
            None => {}
            Some(
                SignUpState::Withdrawn
                | SignUpState::Declined
                | SignUpState::Lapsed
                | SignUpState::Refused,
            ) => found.push(Obstacle::HasAnswered),
            Some(_) if asked.is_some() => {}
            Some(_) => found.push(Obstacle::OnList),
        }
        let waits = |state| state == SignUpState::Waiting;
        let queue = self
            .list
            .iter()
            .any(|other| other.position == position && waits(other.state));
        if queue && !asked.is_some_and(|own| waits(own.state)) {
            found.push(Obstacle::OthersWait);
        }
        if self.barred {
            found.push(Obstacle::KeepsOut);
        }
        if self.activity.terms.team_only && !self.in_team {
            found.push(Obstacle::TeamOnly);
        }
        if self.check_turn().is_err() {
            found.push(Obstacle::NotOnTurn);
        }
        let lacks = lacks_for(self.volunteer, (self.kind, self.shift, wanted), self.zone);
        found.extend(lacks.into_iter().map(Obstacle::from));
        if self.paused_until().is_some() {
            found.push(Obstacle::Paused);
        }
        match self.check_activity() {
            Err(SignUpRefusal::Quota) => found.push(Obstacle::Quota),
            Err(_) => found.push(Obstacle::CoolDown),
            Ok(()) => {}
        }
        found
    }

    /// Lists everything that stands against a place, the volunteer's other shifts and free time included: nobody is
    /// planned into what they would have to be warned of.
    pub(crate) fn obstacles(&self, position: u32) -> Vec<Obstacle> {
        let mut found = self.standing_obstacles(position);
        if self.collides() {
            found.push(Obstacle::Collides);
        } else if self.is_near_another() {
            found.push(Obstacle::TooClose);
        }
        if self.is_over_weekly_hours() {
            found.push(Obstacle::OverWeeklyHours);
        }
        if self.is_outside_windows() {
            found.push(Obstacle::OutsideWindows);
        }
        found
    }

    /// Says whether it is the volunteer's turn, or open to others by now.
    pub(super) fn check_turn(&self) -> Result<(), SignUpRefusal> {
        let rule = self.activity.duty.as_ref().map(|duty| duty.turn);
        if self.on_turn || self.shift.on_duty.is_none() {
            return Ok(());
        }
        match rule.unwrap_or_default() {
            TurnRule::Open => Ok(()),
            TurnRule::Only => Err(SignUpRefusal::NotOnTurn(None)),
            TurnRule::First => {
                let hours = Duration::from_hours(u64::from(self.limits.turn_open_hours));
                let open = self.shift.begins_at.minus(hours);
                if self.now >= open {
                    return Ok(());
                }
                Err(SignUpRefusal::NotOnTurn(Some(open)))
            }
        }
    }

    /// Says whether no place of a position is free.
    pub(crate) fn is_full(&self, position: u32) -> bool {
        free_places(self.shift, self.list, position) == 0
    }

    /// Lists when the volunteer is on other shifts; where somebody only waits they are free.
    pub(crate) fn taken_times(&self) -> impl Iterator<Item = &super::SignUp> {
        self.busy()
            .filter(|other| other.state != SignUpState::Waiting)
    }

    fn is_near_another(&self) -> bool {
        let gap = Duration::from_secs(u64::from(self.limits.gap_minutes) * MINUTE);
        self.taken_times().any(|other| {
            other.begins_at < self.shift.ends_at.plus(gap)
                && self.shift.begins_at < other.ends_at.plus(gap)
        })
    }
}
