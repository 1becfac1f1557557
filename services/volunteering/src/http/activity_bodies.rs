//! What is said about activities and shifts, and shown of them.

use kernel::{ActivityId, GeoPoint, Line, OrgPath, ShiftId, TeamId, Text, Timestamp, Version};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::civil::{ServiceDay, ServiceTime};
use super::volunteer_bodies::few;
use crate::app::{ChangeShift, OpenActivity, OpenShift, Places, UpdateShift};
use crate::domain::activity::{
    Activity, ActivityState, ActivityStep, Admission, Position, Shift, ShiftState, ShiftStep,
    Terms, Venue,
};
use crate::domain::duty::{Duty, MOST_WEEKS, Rotor, TurnRule};
use crate::domain::volunteer::Weekday;

/// Most people for one position.
const MOST_PEOPLE: u32 = 1_000;
/// Most minutes before a shift that a deadline may lie, and days of a cool-down.
const MOST_MINUTES: u32 = 14 * 24 * 60;
const MOST_DAYS: u32 = 90;
/// Farthest that counts as at the place.
const MOST_METRES: u32 = 5_000;

pub(super) fn within<'de, D: Deserializer<'de>>(
    deserializer: D,
    least: u32,
    most: u32,
) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(de::Error::custom(format!(
        "须在 {least} 到 {most} 之间 (must be {least} to {most})"
    )))
}

fn people<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 1, MOST_PEOPLE)
}

fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 0, MOST_MINUTES)
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 0, MOST_DAYS)
}

fn metres<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 10, MOST_METRES)
}

fn weeks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 1, MOST_WEEKS)
}

fn at_least_one<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = few(deserializer)?;
    if list.is_empty() {
        return Err(de::Error::custom("至少一项 (must hold at least one)"));
    }
    Ok(list)
}

fn some_shifts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    match Option::<u32>::deserialize(deserializer)? {
        Some(most) if !(1..=MOST_PEOPLE).contains(&most) => {
            Err(de::Error::custom("须在 1 到 1000 之间 (must be 1 to 1000)"))
        }
        most => Ok(most),
    }
}

const fn one() -> u32 {
    1
}

/// People that a shift needs for one thing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShiftPositionBody {
    /// 所需技能，见规则 (a skill that it needs beyond those of the kind).
    #[serde(default)]
    skill: Option<String>,
    /// 所需语言，BCP 47 (a language that those who fill it speak).
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 2, max_length = 35)]
    language: Option<Line<2, 35>>,
    /// 人数 (people needed).
    #[serde(deserialize_with = "people")]
    #[schema(minimum = 1, maximum = 1000)]
    needed: u32,
}

/// Numbers positions in the order in which they were given.
fn numbered(bodies: Vec<ShiftPositionBody>) -> Vec<Position> {
    let position = |(number, body): (u32, ShiftPositionBody)| Position {
        number,
        skill: body.skill,
        language: body.language.map(Line::into_string),
        needed: body.needed,
    };
    (1..).zip(bodies).map(position).collect()
}

/// Where an activity is; whoever checks in must be there.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivityVenue {
    /// 地点，WGS-84 (the place).
    point: GeoPoint,
    /// 签到半径，米 (how near counts as there).
    #[serde(deserialize_with = "metres")]
    #[schema(minimum = 10, maximum = 5000)]
    metres: u32,
}

/// Duty that comes again and again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DutyBody {
    /// 星期 (days of the week).
    #[serde(deserialize_with = "at_least_one")]
    #[schema(min_items = 1, max_items = 50)]
    weekdays: Vec<Weekday>,
    /// 开始 (beginning).
    from: ServiceTime,
    /// 结束；不晚于开始则为次日 (end; on the next day if not later than the beginning).
    until: ServiceTime,
    /// 首日 (first day).
    since: ServiceDay,
    /// 末日 (last day).
    #[serde(default)]
    last: Option<ServiceDay>,
    /// 每几周一次 (every so many weeks).
    #[serde(default = "one", deserialize_with = "weeks")]
    #[schema(minimum = 1, maximum = 52, default = 1)]
    every_weeks: u32,
    /// 轮值单位或队伍，按此顺序 (who takes turns, in this order).
    #[serde(default, deserialize_with = "few")]
    #[schema(max_items = 50)]
    rotation: Vec<Rotor>,
    /// 报名范围：不限、轮值者优先、仅限轮值者 (whom its shifts are for).
    #[serde(default)]
    turn: TurnRule,
    /// 岗位 (positions).
    #[serde(deserialize_with = "at_least_one")]
    #[schema(min_items = 1, max_items = 50)]
    positions: Vec<ShiftPositionBody>,
}

impl From<DutyBody> for Duty {
    fn from(body: DutyBody) -> Self {
        Self {
            weekdays: body.weekdays,
            from: body.from.0,
            until: body.until.0,
            since: body.since.0,
            last: body.last.map(|day| day.0),
            every_weeks: body.every_weeks,
            rotation: body.rotation,
            turn: body.turn,
            positions: numbered(body.positions),
            moved: Vec::new(),
        }
    }
}

impl From<Duty> for DutyBody {
    fn from(duty: Duty) -> Self {
        let position = |position: Position| ShiftPositionBody {
            skill: position.skill,
            // it was read as one
            language: position.language.and_then(|language| language.parse().ok()),
            needed: position.needed,
        };
        Self {
            weekdays: duty.weekdays,
            from: ServiceTime(duty.from),
            until: ServiceTime(duty.until),
            since: ServiceDay(duty.since),
            last: duty.last.map(ServiceDay),
            every_weeks: duty.every_weeks,
            rotation: duty.rotation,
            turn: duty.turn,
            positions: duty.positions.into_iter().map(position).collect(),
        }
    }
}

/// An activity to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenActivityBody {
    /// 组织 (path of its organisation).
    org_path: OrgPath,
    /// 队伍 (team whose leaders run it as well).
    #[serde(default)]
    team_id: Option<TeamId>,
    /// 服务类别，见规则 (kind of service, of the rules).
    kind: String,
    /// 名称 (its public title).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    title: Line<1, 100>,
    /// 可能的风险；较高风险的服务必填 (what can go wrong; of all but ordinary service).
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000)]
    risks: Option<Text<1, 1000>>,
    /// 地点 (place).
    #[serde(default)]
    venue: Option<ActivityVenue>,
    /// 录用方式 (how people are taken).
    admission: Admission,
    /// 班次前多少分钟停止退出 (minutes before a shift until which one may withdraw).
    #[serde(default, deserialize_with = "minutes")]
    #[schema(maximum = 20_160, default = 0)]
    withdraw_before: u32,
    /// 每人最多班次 (most shifts of one person).
    #[serde(default, deserialize_with = "some_shifts")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    most_shifts: Option<u32>,
    /// 两次间隔天数 (days between two shifts of one person).
    #[serde(default, deserialize_with = "days")]
    #[schema(maximum = 90, default = 0)]
    cool_down_days: u32,
    /// 仅限队员 (members of the team only).
    #[serde(default)]
    team_only: bool,
    /// 定期值日规则 (duty that comes again and again).
    #[serde(default)]
    duty: Option<DutyBody>,
}

impl From<OpenActivityBody> for OpenActivity {
    fn from(body: OpenActivityBody) -> Self {
        Self {
            org_path: body.org_path,
            team: body.team_id,
            kind: body.kind,
            title: body.title.into_string(),
            risks: body.risks.map(Text::into_string),
            venue: body.venue.map(|venue| Venue {
                point: venue.point,
                metres: venue.metres,
            }),
            terms: Terms {
                admission: body.admission,
                withdraw_before: body.withdraw_before,
                most_shifts: body.most_shifts,
                cool_down_days: body.cool_down_days,
                team_only: body.team_only,
            },
            duty: body.duty.map(Duty::from),
        }
    }
}

/// A step with an activity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeActivityBody {
    /// 动作 (the step).
    pub(super) step: ActivityStep,
}

/// A shift to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenShiftBody {
    /// 开始 (beginning).
    begins_at: Timestamp,
    /// 结束 (end).
    ends_at: Timestamp,
    /// 岗位 (positions).
    #[serde(deserialize_with = "at_least_one")]
    #[schema(min_items = 1, max_items = 50)]
    positions: Vec<ShiftPositionBody>,
}

impl OpenShiftBody {
    /// Makes the command.
    pub(super) fn of(self, activity: ActivityId) -> OpenShift {
        OpenShift {
            activity,
            begins_at: self.begins_at,
            ends_at: self.ends_at,
            positions: numbered(self.positions),
        }
    }
}

impl OpenShiftBody {
    /// Makes the command that changes a shift.
    pub(super) fn instead(self, id: ShiftId) -> UpdateShift {
        UpdateShift {
            id,
            begins_at: self.begins_at,
            ends_at: self.ends_at,
            positions: numbered(self.positions),
        }
    }
}

/// A step with a shift.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeShiftBody {
    /// 动作 (the step).
    step: ShiftStep,
    /// 原因，报名者可见 (why; whoever signed up can read it).
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    reason: Line<1, 200>,
}

impl ChangeShiftBody {
    /// Makes the command.
    pub(super) fn of(self, id: ShiftId) -> ChangeShift {
        ChangeShift {
            id,
            step: self.step,
            reason: self.reason.into_string(),
        }
    }
}

/// An activity (活动).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityView {
    /// 编号 (its id).
    id: ActivityId,
    /// 组织 (path of its organisation).
    org_path: OrgPath,
    /// 队伍 (team).
    team_id: Option<TeamId>,
    /// 服务类别 (kind).
    kind: String,
    /// 名称 (title).
    title: String,
    /// 风险 (what can go wrong).
    risks: Option<String>,
    /// 地点 (place).
    venue: Option<ActivityVenue>,
    /// 录用方式 (how people are taken).
    admission: Admission,
    /// 班次前多少分钟停止退出 (minutes before a shift until which one may withdraw).
    withdraw_before: u32,
    /// 每人最多班次 (most shifts of one person).
    most_shifts: Option<u32>,
    /// 两次间隔天数 (days between two shifts of one person).
    cool_down_days: u32,
    /// 仅限队员 (members of the team only).
    team_only: bool,
    /// 定期值日 (comes again and again).
    recurring: bool,
    /// 定期值日规则 (the rule of its duty).
    duty: Option<DutyBody>,
    /// 状态 (state).
    state: ActivityState,
    /// 版本 (its version).
    version: Version,
}

impl From<Activity> for ActivityView {
    fn from(activity: Activity) -> Self {
        let Terms {
            admission,
            withdraw_before,
            most_shifts,
            cool_down_days,
            team_only,
        } = activity.terms;
        Self {
            id: activity.id,
            org_path: activity.org_path,
            team_id: activity.team,
            kind: activity.kind,
            title: activity.title,
            risks: activity.risks,
            venue: activity.venue.map(|venue| ActivityVenue {
                point: venue.point,
                metres: venue.metres,
            }),
            admission,
            withdraw_before,
            most_shifts,
            cool_down_days,
            team_only,
            recurring: activity.duty.is_some(),
            duty: activity.duty.map(DutyBody::from),
            state: activity.state,
            version: activity.version,
        }
    }
}

/// People that a shift needs for one thing, and has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShiftPositionView {
    /// 岗位序号 (its number).
    number: u32,
    /// 所需技能 (skill).
    skill: Option<String>,
    /// 所需语言 (language).
    language: Option<String>,
    /// 所需人数 (people needed).
    needed: u32,
    /// 已占名额 (places taken).
    taken: u32,
    /// 候补人数 (people who wait).
    waiting: u32,
}

/// A shift (班次).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShiftView {
    /// 编号 (its id).
    id: ShiftId,
    /// 活动 (its activity).
    activity_id: ActivityId,
    /// 开始 (beginning).
    begins_at: Timestamp,
    /// 结束 (end).
    ends_at: Timestamp,
    /// 轮值单位或队伍 (whose turn it is).
    on_duty: Option<Rotor>,
    /// 岗位 (positions).
    positions: Vec<ShiftPositionView>,
    /// 状态 (state).
    state: ShiftState,
    /// 单独取消的原因 (why it was cancelled by itself).
    cancel_reason: Option<String>,
    /// 版本 (its version).
    version: Version,
}

impl ShiftView {
    /// Shows a shift with the places that are taken.
    pub(super) fn new(shift: Shift, places: &Places) -> Self {
        let id = shift.id;
        let position = |position: Position| {
            let counts = places.get(&(id, position.number)).copied();
            let (taken, waiting) = counts.unwrap_or_default();
            ShiftPositionView {
                number: position.number,
                skill: position.skill,
                language: position.language,
                needed: position.needed,
                taken,
                waiting,
            }
        };
        Self {
            id,
            activity_id: shift.activity,
            begins_at: shift.begins_at,
            ends_at: shift.ends_at,
            on_duty: shift.on_duty,
            positions: shift.positions.into_iter().map(position).collect(),
            state: shift.state,
            cancel_reason: shift.cancel_reason,
            version: shift.version,
        }
    }
}
