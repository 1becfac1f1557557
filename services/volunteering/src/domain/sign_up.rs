//! A sign-up (报名) and everything that is weighed before somebody gets a place.

use std::time::Duration;

use jiff::tz::TimeZone;
use kernel::{AccountId, ActivityId, ShiftId, SignUpId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::activity::{Activity, ActivityState, Admission, Position, Shift, ShiftState};
use super::catalogue::{ServiceKind, SignUpLimits};
use super::volunteer::{Lack, Volunteer};
use super::windows::cover;

/// Most people who ever signed up for one shift.
pub(crate) const MOST_PER_SHIFT: usize = 2_000;
/// Seconds of a minute.
const MINUTE: u64 = 60;
/// A day.
const DAY: Duration = Duration::from_hours(24);

named! {
    /// How far a sign-up has come (报名状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum SignUpState {
        /// 待审核
        Applied = "applied",
        /// 已录用
        Confirmed = "confirmed",
        /// 候补
        Waiting = "waiting",
        /// 候补待确认: a place is kept until the offer ends
        Offered = "offered",
        /// 已谢绝
        Declined = "declined",
        /// 逾期未确认
        Lapsed = "lapsed",
        /// 已退出
        Withdrawn = "withdrawn",
        /// 未录用
        Refused = "refused",
        /// 已签到
        CheckedIn = "checked_in",
        /// 已完成
        Attended = "attended",
        /// 缺席
        Absent = "absent",
        /// 缺席申诉中
        Appealed = "appealed",
        /// 准予缺席
        Excused = "excused",
        /// 班次取消
        Cancelled = "cancelled",
    }
}

impl SignUpState {
    /// Says whether a place is taken.
    pub(crate) fn holds_place(self) -> bool {
        matches!(
            self,
            Self::Confirmed | Self::Offered | Self::CheckedIn | Self::Attended
        )
    }

    /// Says whether somebody did not come, as far as anybody has decided: whoever appeals is not excused yet.
    pub(crate) fn is_absence(self) -> bool {
        matches!(self, Self::Absent | Self::Appealed)
    }

    /// Says whether it may still lead to service.
    pub(crate) fn is_pending(self) -> bool {
        matches!(
            self,
            Self::Applied | Self::Confirmed | Self::Waiting | Self::Offered
        )
    }
}

named! {
    /// What speaks against a place without forbidding it (提醒，须本人确认).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = SignUpWarning)]
    pub(crate) enum Warning {
        /// 与其他班次间隔过短
        TooClose = "too_close",
        /// 超过每周服务时长
        OverWeeklyHours = "over_weekly_hours",
        /// 不在可服务时段
        OutsideWindows = "outside_windows",
    }
}

/// A sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignUp {
    pub(crate) id: SignUpId,
    pub(crate) shift: ShiftId,
    pub(crate) activity: ActivityId,
    pub(crate) account: AccountId,
    /// Number of the position.
    pub(crate) position: u32,
    pub(crate) state: SignUpState,
    /// Order in which people came.
    pub(crate) ticket: u32,
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) offer_until: Option<Timestamp>,
    pub(crate) checked_in_at: Option<Timestamp>,
    pub(crate) checked_out_at: Option<Timestamp>,
    /// 已申诉: whether the volunteer has appealed against being noted as absent; once is all.
    #[serde(default)]
    pub(crate) appealed: bool,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl SignUp {
    /// Says whether it is the offer of a plan that was never answered, to somebody who had not asked for the place
    /// (未答复的排班邀约): whoever asked has had an earlier version.
    pub(crate) fn is_mere_proposal(&self, now: Timestamp) -> bool {
        self.state == SignUpState::Offered
            && self.version == Version::FIRST
            && self.offer_until.is_some_and(|until| until > now)
    }

    /// Goes to another state.
    pub(crate) fn enter(&mut self, state: SignUpState, now: Timestamp) {
        self.state = state;
        if state != SignUpState::Offered {
            self.offer_until = None;
        }
        self.appealed |= state == SignUpState::Appealed;
        self.version = self.version.next();
        self.updated_at = now;
    }
}

/// Why somebody gets no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SignUpRefusal {
    /// It is not recruiting, or the shift is cancelled or has begun.
    Closed,
    /// The shift has no such position.
    NoPosition,
    /// There are too many on the list.
    ListFull,
    /// The caller is on the list already.
    Already,
    /// Only members of the team.
    TeamOnly,
    /// It is the turn of others, until then where it is open to all later on (非轮值).
    NotOnTurn(Option<Timestamp>),
    /// The caller keeps out of the matters of the place (回避).
    Barred,
    /// What the volunteer lacks at the time of the shift.
    Lacks(Vec<Lack>),
    /// Another shift at the same time.
    Collides,
    /// As many shifts of the activity as one may have.
    Quota,
    /// Too soon after the last one.
    CoolDown,
    /// Absent too often: pauses until then.
    Paused(Timestamp),
    /// What the caller must know first.
    Warned(Vec<Warning>),
}

/// Everything that is weighed, read in one transaction.
#[derive(Debug)]
pub(crate) struct Situation<'case> {
    pub(crate) now: Timestamp,
    pub(crate) zone: &'case TimeZone,
    pub(crate) limits: &'case SignUpLimits,
    pub(crate) activity: &'case Activity,
    pub(crate) kind: &'case ServiceKind,
    pub(crate) shift: &'case Shift,
    pub(crate) volunteer: &'case Volunteer,
    /// Whether the volunteer keeps out of the place.
    pub(crate) barred: bool,
    /// Whether the volunteer is a member of the activity's team.
    pub(crate) in_team: bool,
    /// Whether the volunteer is of the unit or team whose turn it is.
    pub(crate) on_turn: bool,
    /// The volunteer's other sign-ups, of this activity and of the time around the shift.
    pub(crate) others: &'case [SignUp],
    /// Who is on the list of the shift.
    pub(crate) list: &'case [SignUp],
}

/// Lists what a volunteer lacks for a position of a shift, on its days.
pub(crate) fn lacks_for(
    volunteer: &Volunteer,
    (kind, shift, position): (&ServiceKind, &Shift, &Position),
    zone: &TimeZone,
) -> Vec<Lack> {
    let mut skills = kind.skills.clone();
    skills.extend(position.skill.clone());
    let mut lacks = volunteer.lacks(kind.needs(&skills), shift.days(zone));
    let language = position.language.as_deref();
    if language.is_some_and(|language| !volunteer.speaks(language)) {
        lacks.push(Lack::Language);
    }
    lacks
}

impl Situation<'_> {
    /// Others that may still lead to service, or did.
    fn busy(&self) -> impl Iterator<Item = &SignUp> {
        let taken = |state: SignUpState| state.holds_place() || state.is_pending();
        let other = move |sign_up: &&SignUp| sign_up.shift != self.shift.id && taken(sign_up.state);
        self.others.iter().filter(other)
    }

    /// Says whether a place that the volunteer holds is at the same time. Waiting elsewhere does not collide: only
    /// one of the offers can be accepted.
    fn collides(&self) -> bool {
        let held = self
            .busy()
            .filter(|other| other.state != SignUpState::Waiting);
        held.into_iter().any(|other| {
            other.begins_at < self.shift.ends_at && self.shift.begins_at < other.ends_at
        })
    }

    fn is_too_close(&self) -> bool {
        let gap = Duration::from_secs(u64::from(self.limits.gap_minutes) * MINUTE);
        self.busy().any(|other| {
            other.begins_at < self.shift.ends_at.plus(gap)
                && self.shift.begins_at < other.ends_at.plus(gap)
        })
    }

    fn is_over_weekly_hours(&self) -> bool {
        let Some(hours) = self.volunteer.preferences.weekly_hours else {
            return false;
        };
        let week = |at: Timestamp| at.date_in(self.zone).iso_week_date();
        let of = |date: jiff::civil::ISOWeekDate| (date.year(), date.week());
        let this = of(week(self.shift.begins_at));
        let same = self
            .busy()
            .filter(|other| of(week(other.begins_at)) == this);
        let length = |begin: Timestamp, end: Timestamp| end.duration_since(begin).as_secs();
        let others: u64 = same
            .map(|other| length(other.begins_at, other.ends_at))
            .sum();
        others + length(self.shift.begins_at, self.shift.ends_at) > u64::from(hours) * 3600
    }

    fn is_outside_windows(&self) -> bool {
        let begin = self.zone.to_datetime(self.shift.begins_at.as_jiff());
        let end = self.zone.to_datetime(self.shift.ends_at.as_jiff());
        !cover(&self.volunteer.preferences.windows, (begin, end))
    }

    /// When a pause ends that follows absences without excuse; an appeal is none yet.
    fn paused_until(&self) -> Option<Timestamp> {
        let window = self.limits.absence_window();
        let absent = self
            .others
            .iter()
            .filter(|other| other.state.is_absence() && other.ends_at.plus(window) > self.now);
        let ends: Vec<Timestamp> = absent.map(|other| other.ends_at).collect();
        let often = u32::try_from(ends.len()).unwrap_or(u32::MAX) >= self.limits.absences;
        let last = ends.into_iter().max().filter(|_| often)?;
        let until = last.plus(DAY.saturating_mul(self.limits.pause_days));
        (until > self.now).then_some(until)
    }

    fn check_activity(&self) -> Result<(), SignUpRefusal> {
        let terms = &self.activity.terms;
        let served = self
            .busy()
            .filter(|other| other.activity == self.activity.id);
        let served: Vec<&SignUp> = served.collect();
        let count = u32::try_from(served.len()).unwrap_or(u32::MAX);
        if terms.most_shifts.is_some_and(|most| count >= most) {
            return Err(SignUpRefusal::Quota);
        }
        let pause = DAY.saturating_mul(terms.cool_down_days);
        let soon = served.iter().any(|other| {
            other.begins_at < self.shift.ends_at.plus(pause)
                && self.shift.begins_at < other.ends_at.plus(pause)
        });
        if terms.cool_down_days > 0 && soon {
            return Err(SignUpRefusal::CoolDown);
        }
        Ok(())
    }

    /// Says whether the volunteer may serve in a position: what does not change while one waits.
    pub(crate) fn check(&self, position: u32) -> Result<(), SignUpRefusal> {
        let open = self.activity.state == ActivityState::Recruiting
            && self.shift.state == ShiftState::Open
            && self.now < self.shift.begins_at;
        if !open {
            return Err(SignUpRefusal::Closed);
        }
        let position = self
            .shift
            .position(position)
            .ok_or(SignUpRefusal::NoPosition)?;
        if self.barred {
            return Err(SignUpRefusal::Barred);
        }
        if self.activity.terms.team_only && !self.in_team {
            return Err(SignUpRefusal::TeamOnly);
        }
        self.check_turn()?;
        let lacks = lacks_for(self.volunteer, (self.kind, self.shift, position), self.zone);
        if !lacks.is_empty() {
            return Err(SignUpRefusal::Lacks(lacks));
        }
        if let Some(until) = self.paused_until() {
            return Err(SignUpRefusal::Paused(until));
        }
        if self.collides() {
            return Err(SignUpRefusal::Collides);
        }
        Ok(())
    }

    /// Decides where a new sign-up begins; what the caller has acknowledged is not warned of again.
    pub(crate) fn admit(
        &self,
        position: u32,
        acknowledged: &[Warning],
    ) -> Result<SignUpState, SignUpRefusal> {
        let own = self
            .list
            .iter()
            .find(|other| other.account == self.volunteer.account);
        let again = |state| {
            use SignUpState as State;
            matches!(state, State::Withdrawn | State::Declined | State::Lapsed)
        };
        if own.is_some_and(|own| !again(own.state)) {
            return Err(SignUpRefusal::Already);
        }
        if own.is_none() && self.list.len() >= MOST_PER_SHIFT {
            return Err(SignUpRefusal::ListFull);
        }
        self.check(position)?;
        self.check_activity()?;
        let mut warnings = Vec::new();
        for (warning, warned) in [
            (Warning::TooClose, self.is_too_close()),
            (Warning::OverWeeklyHours, self.is_over_weekly_hours()),
            (Warning::OutsideWindows, self.is_outside_windows()),
        ] {
            if warned && !acknowledged.contains(&warning) {
                warnings.push(warning);
            }
        }
        if !warnings.is_empty() {
            return Err(SignUpRefusal::Warned(warnings));
        }
        Ok(match self.activity.terms.admission {
            Admission::Review => SignUpState::Applied,
            Admission::Open if has_place(self.shift, self.list, position) => SignUpState::Confirmed,
            Admission::Open => SignUpState::Waiting,
        })
    }
}

/// Says whether a position has a place that nobody waits for.
pub(crate) fn has_place(shift: &Shift, list: &[SignUp], position: u32) -> bool {
    let here = || list.iter().filter(|other| other.position == position);
    let waits = here().any(|other| other.state == SignUpState::Waiting);
    free_places(shift, list, position) > 0 && !waits
}

/// Counts the places of a position that are free.
fn free_places(shift: &Shift, list: &[SignUp], position: u32) -> usize {
    let needed = shift
        .position(position)
        .map_or(0, |position| position.needed);
    let here = list.iter().filter(|other| other.position == position);
    let taken = here.filter(|other| other.state.holds_place()).count();
    usize::try_from(needed)
        .unwrap_or(usize::MAX)
        .saturating_sub(taken)
}

/// Ends offers that nobody answered and offers free places to those who wait, in the order in which they came;
/// returns the places on the list that changed.
pub(crate) fn promote(
    shift: &Shift,
    list: &mut [SignUp],
    limits: &SignUpLimits,
    now: Timestamp,
) -> Vec<usize> {
    let mut changed = Vec::new();
    for (index, sign_up) in list.iter_mut().enumerate() {
        if sign_up.offer_until.is_some_and(|until| until <= now) {
            sign_up.enter(SignUpState::Lapsed, now);
            changed.push(index);
        }
    }
    if shift.state != ShiftState::Open || shift.begins_at <= now {
        return changed;
    }
    let answer = |minutes: u32| Duration::from_secs(u64::from(minutes) * MINUTE);
    let mut until = now.plus(answer(limits.offer_minutes));
    if until > shift.begins_at {
        // near the shift there is less time to answer, and never more than until it begins
        until = now
            .plus(answer(limits.offer_minutes_near))
            .min(shift.begins_at);
    }
    for position in &shift.positions {
        let free = free_places(shift, list, position.number);
        let mut waiting: Vec<(u32, usize)> = list
            .iter()
            .enumerate()
            .filter(|(_, other)| {
                other.position == position.number && other.state == SignUpState::Waiting
            })
            .map(|(index, other)| (other.ticket, index))
            .collect();
        waiting.sort_unstable();
        for (_, index) in waiting.into_iter().take(free) {
            if let Some(sign_up) = list.get_mut(index) {
                sign_up.enter(SignUpState::Offered, now);
                sign_up.offer_until = Some(until);
                changed.push(index);
            }
        }
    }
    changed
}

/// Notes who had a place and never checked in; returns them with the versions before. Where nobody checked in,
/// checking in was not used, and nobody is noted.
pub(crate) fn never_came(list: Vec<SignUp>, now: Timestamp) -> Vec<(SignUp, Version)> {
    if !list.iter().any(|sign_up| sign_up.checked_in_at.is_some()) {
        return Vec::new();
    }
    let absent = list
        .into_iter()
        .filter(|sign_up| sign_up.state == SignUpState::Confirmed);
    let note = |mut sign_up: SignUp| {
        let seen = sign_up.version;
        sign_up.enter(SignUpState::Absent, now);
        (sign_up, seen)
    };
    absent.map(note).collect()
}

mod placing;
mod steps;

pub(crate) use placing::Obstacle;
pub(crate) use steps::SignUpStep;

#[cfg(test)]
mod tests;
