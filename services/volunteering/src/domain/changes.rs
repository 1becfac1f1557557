//! What may still be changed about an activity and a shift (活动变更、班次变更), and what stays because people rely on it.

use kernel::Timestamp;

use super::activity::{
    Activity, ActivityRefusal, ActivityState, Position, Shift, ShiftState, Terms, Venue,
};
use super::catalogue::{Risk, ServiceKind};
use super::duty::Duty;
use super::sign_up::SignUp;

/// Why a shift is not cancelled or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShiftRefusal {
    /// It is cancelled, has begun, or its activity has ended.
    State,
    /// Somebody has a place or applied for one: its time stays.
    TimeFixed,
    /// Fewer people than have places in this position, counted from 0.
    FewerThanTaken(usize),
    /// Somebody is on the list of this position, counted from 0: it stays, with its skill.
    PositionInUse(usize),
}

/// What a shift is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlannedShift<'plan> {
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) positions: &'plan [Position],
}

impl Shift {
    /// Cancels it; what has ended took place.
    pub(crate) fn cancel(&mut self, reason: String, now: Timestamp) -> Result<(), ShiftRefusal> {
        if self.state != ShiftState::Open || self.ends_at <= now {
            return Err(ShiftRefusal::State);
        }
        self.state = ShiftState::Cancelled;
        self.cancel_reason = Some(reason);
        self.version = self.version.next();
        Ok(())
    }

    /// Makes it what it is to be; positions keep their numbers. Says whether its time is another one.
    pub(crate) fn change(
        &mut self,
        plan: PlannedShift<'_>,
        list: &[SignUp],
        now: Timestamp,
    ) -> Result<bool, ShiftRefusal> {
        if self.state != ShiftState::Open || self.begins_at <= now {
            return Err(ShiftRefusal::State);
        }
        let moved = (self.begins_at, self.ends_at) != (plan.begins_at, plan.ends_at);
        if moved && list.iter().any(|other| other.state.holds_place()) {
            return Err(ShiftRefusal::TimeFixed);
        }
        for (index, before) in self.positions.iter().enumerate() {
            let after = plan.positions.get(index);
            let here = || list.iter().filter(|other| other.position == before.number);
            let in_use = here().any(|other| other.state.holds_place() || other.state.is_pending());
            if in_use && after.is_none_or(|after| !before.asks_the_same(after)) {
                return Err(ShiftRefusal::PositionInUse(index));
            }
            let taken = here().filter(|other| other.state.holds_place()).count();
            let needed = after.map_or(0, |after| {
                usize::try_from(after.needed).unwrap_or(usize::MAX)
            });
            if needed < taken {
                return Err(ShiftRefusal::FewerThanTaken(index));
            }
        }
        self.begins_at = plan.begins_at;
        self.ends_at = plan.ends_at;
        self.positions = plan.positions.to_vec();
        self.version = self.version.next();
        Ok(moved)
    }
}

impl Position {
    /// Says whether whoever may fill one may fill the other.
    fn asks_the_same(&self, other: &Self) -> bool {
        self.skill == other.skill && self.language == other.language
    }
}

impl SignUp {
    /// Follows its shift to another time. Whoever has left the list is told nothing of it.
    pub(crate) fn follow(&mut self, shift: &Shift, now: Timestamp) {
        self.begins_at = shift.begins_at;
        self.ends_at = shift.ends_at;
        if self.state.is_pending() {
            self.version = self.version.next();
            self.updated_at = now;
        }
    }
}

/// What an activity is said to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlannedActivity {
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) risks: Option<String>,
    pub(crate) venue: Option<Venue>,
    pub(crate) terms: Terms,
    pub(crate) duty: Option<Duty>,
}

/// Says whether two duties differ in their last day alone.
fn differ_in_last_day(one: Option<&Duty>, other: Option<&Duty>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            let same = Duty {
                last: one.last,
                moved: one.moved.clone(),
                ..other.clone()
            };
            same == *one
        }
        _ => false,
    }
}

impl Activity {
    /// Makes it what it is to be: everything of a draft; of one that recruits what nobody signed up for. `kind` is that
    /// of the plan.
    pub(crate) fn change(
        &mut self,
        plan: PlannedActivity,
        runs: bool,
        kind: &ServiceKind,
        now: Timestamp,
    ) -> Result<(), ActivityRefusal> {
        match self.state {
            ActivityState::Draft => {}
            // the organisation has said yes to what is public
            ActivityState::Recruiting if !runs => return Err(ActivityRefusal::NotAllowed),
            ActivityState::Recruiting => {
                if plan.kind != self.kind {
                    return Err(ActivityRefusal::Fixed("/kind"));
                }
                if !differ_in_last_day(self.duty.as_ref(), plan.duty.as_ref()) {
                    return Err(ActivityRefusal::Fixed("/duty"));
                }
                if kind.risk != Risk::Ordinary && plan.risks.is_none() {
                    return Err(ActivityRefusal::RisksUntold);
                }
            }
            _ => return Err(ActivityRefusal::State),
        }
        let moved = self.duty.take().map(|duty| duty.moved).unwrap_or_default();
        self.kind = plan.kind;
        self.title = plan.title;
        self.risks = plan.risks;
        self.venue = plan.venue;
        self.terms = plan.terms;
        self.duty = plan.duty.map(|duty| Duty { moved, ..duty });
        self.version = self.version.next();
        self.updated_at = now;
        Ok(())
    }

    /// Remembers that the duty's shift of a time is at another one: it is not made again there.
    pub(crate) fn remember_moved(&mut self, began_at: Timestamp, now: Timestamp) {
        let Some(duty) = &mut self.duty else { return };
        duty.moved.retain(|moved| *moved > now);
        duty.moved.push(began_at);
        self.version = self.version.next();
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests;
