//! An activity (活动) and its shifts (班次): what is to be done, where, when, and by how many.

use std::time::Duration;

use jiff::civil::Date;
use kernel::{ActivityId, GeoPoint, OrgPath, ShiftId, TeamId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalogue::{Risk, ServiceKind};
use super::duty::{Duty, Rotor};

/// How far ahead a shift may lie.
pub(crate) const HORIZON: Duration = Duration::from_hours(24 * 366);

named! {
    /// How far an activity has come (活动状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ActivityState {
        /// 草稿
        Draft = "draft",
        /// 待审
        Submitted = "submitted",
        /// 招募中
        Recruiting = "recruiting",
        /// 已完成
        Completed = "completed",
        /// 已归档
        Archived = "archived",
        /// 已取消
        Cancelled = "cancelled",
    }
}

named! {
    /// What is done with an activity (活动办理动作).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ActivityStep {
        /// 提交审核
        Submit = "submit",
        /// 退回修改
        Return = "return",
        /// 发布
        Publish = "publish",
        /// 取消
        Cancel = "cancel",
        /// 完成
        Complete = "complete",
        /// 归档
        Archive = "archive",
    }
}

named! {
    /// How people are taken (录用方式).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = ActivityAdmission)]
    pub(crate) enum Admission {
        /// 先到先得
        Open = "open",
        /// 审核录用
        Review = "review",
    }
}

/// Where an activity is, and how near counts as there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Venue {
    pub(crate) point: GeoPoint,
    pub(crate) metres: u32,
}

/// Who may come how often, and how late one may leave (报名条件).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) admission: Admission,
    /// Minutes before a shift until which one may withdraw.
    pub(crate) withdraw_before: u32,
    /// Most shifts of one person in the activity.
    pub(crate) most_shifts: Option<u32>,
    /// Days between two shifts of one person in the activity.
    pub(crate) cool_down_days: u32,
    /// Only members of the activity's team.
    pub(crate) team_only: bool,
}

/// An activity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Activity {
    pub(crate) id: ActivityId,
    pub(crate) org_path: OrgPath,
    /// Its leaders run it as well.
    pub(crate) team: Option<TeamId>,
    /// Kind of service, of the rules.
    pub(crate) kind: String,
    pub(crate) title: String,
    /// What can go wrong, told beforehand (S35).
    pub(crate) risks: Option<String>,
    pub(crate) venue: Option<Venue>,
    pub(crate) terms: Terms,
    pub(crate) duty: Option<Duty>,
    pub(crate) state: ActivityState,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Why an activity does not change so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActivityRefusal {
    /// Not from this state.
    State,
    /// Its risks are not told.
    RisksUntold,
    /// Not the caller's to decide.
    NotAllowed,
    /// Part of what was published and stays.
    Fixed(&'static str),
}

impl Activity {
    /// Says whether everyone may see it.
    pub(crate) fn is_public(&self) -> bool {
        !matches!(
            self.state,
            ActivityState::Draft | ActivityState::Submitted | ActivityState::Archived
        )
    }

    /// Takes a step; `runs` says whether the caller is of the organisation and not only leads the team.
    pub(crate) fn step(
        &mut self,
        step: ActivityStep,
        runs: bool,
        kind: &ServiceKind,
        now: Timestamp,
    ) -> Result<(), ActivityRefusal> {
        use ActivityState as State;
        let next = match (step, self.state) {
            (ActivityStep::Submit, State::Draft) => State::Submitted,
            (ActivityStep::Return, State::Submitted) => State::Draft,
            (ActivityStep::Publish, State::Draft | State::Submitted) => State::Recruiting,
            (ActivityStep::Cancel, State::Draft | State::Submitted | State::Recruiting) => {
                State::Cancelled
            }
            (ActivityStep::Complete, State::Recruiting) => State::Completed,
            (ActivityStep::Archive, State::Completed | State::Cancelled) => State::Archived,
            _ => return Err(ActivityRefusal::State),
        };
        if !runs && !matches!(step, ActivityStep::Submit | ActivityStep::Complete) {
            return Err(ActivityRefusal::NotAllowed);
        }
        if next == State::Recruiting && kind.risk != Risk::Ordinary && self.risks.is_none() {
            return Err(ActivityRefusal::RisksUntold);
        }
        self.state = next;
        self.version = self.version.next();
        self.updated_at = now;
        Ok(())
    }
}

impl Activity {
    /// Says whether anything but a draft was ever made of it.
    pub(crate) fn is_draft(&self) -> bool {
        matches!(self.state, ActivityState::Draft | ActivityState::Submitted)
    }

    /// Puts a draft away that was not meant, without showing it to anybody (撤销导入).
    pub(crate) fn put_away(&mut self, now: Timestamp) {
        self.state = ActivityState::Archived;
        self.version = self.version.next();
        self.updated_at = now;
    }
}

/// People that a shift needs for one thing (岗位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Its number in the shift, from 1.
    pub(crate) number: u32,
    /// A skill that it needs beyond those of the kind.
    pub(crate) skill: Option<String>,
    /// A language that those who fill it speak, a BCP 47 tag.
    #[serde(default)]
    pub(crate) language: Option<String>,
    pub(crate) needed: u32,
}

named! {
    /// Whether a shift takes place (班次状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ShiftState {
        /// 有效
        Open = "open",
        /// 已取消
        Cancelled = "cancelled",
    }
}

named! {
    /// What is done with a shift (班次办理动作).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ShiftStep {
        /// 取消
        Cancel = "cancel",
    }
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shift {
    pub(crate) id: ShiftId,
    pub(crate) activity: ActivityId,
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) positions: Vec<Position>,
    /// Whose turn it is, where units or teams take turns.
    pub(crate) on_duty: Option<Rotor>,
    pub(crate) state: ShiftState,
    /// Why it was cancelled by itself (取消原因).
    #[serde(default)]
    pub(crate) cancel_reason: Option<String>,
    /// Next number of the order in which people came.
    pub(crate) next_ticket: u32,
    pub(crate) version: Version,
}

impl Shift {
    /// Finds a position.
    pub(crate) fn position(&self, number: u32) -> Option<&Position> {
        self.positions
            .iter()
            .find(|position| position.number == number)
    }

    /// Days that it touches in the zone of the rules.
    pub(crate) fn days(&self, zone: &jiff::tz::TimeZone) -> (Date, Date) {
        (self.begins_at.date_in(zone), self.ends_at.date_in(zone))
    }

    /// Takes the next number of the order in which people came.
    pub(crate) fn ticket(&mut self) -> u32 {
        let ticket = self.next_ticket;
        self.next_ticket = self.next_ticket.saturating_add(1);
        self.version = self.version.next();
        ticket
    }
}
