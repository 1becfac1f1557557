//! What an order adds as it stands after the last line of its log.

use super::Walk;
use crate::domain::calendar::Calendar;
use crate::domain::request::{Metric, RequestKind, RequestState};
use crate::domain::statistics::rules::Phase;
use crate::domain::statistics::sums::{Sums, class_of};

impl Walk<'_> {
    pub(super) fn finish(mut self, state: &str, calendar: &Calendar) -> Sums {
        let phase = self.phase(state);
        self.stand(phase);
        self.settle_requests(phase);
        self.lights(phase);
        self.judge(phase);
        let mut sums = Sums::default();
        if phase == Phase::Closed
            && let (Some(from), Some(to)) =
                (self.handed_out_at.or(self.taken_up_at), self.closed_at)
        {
            let still = self
                .stops
                .iter()
                .map(|stop| calendar.between(stop.0, stop.1));
            let worked = calendar.between(from, to).saturating_sub(still.sum());
            let minutes = worked.as_secs() / 60;
            self.counts.timed = 1;
            self.counts.timed_minutes = minutes;
            sums.minutes.insert(class_of(minutes), 1);
        }
        sums.counts = self.counts;
        sums
    }

    fn stand(&mut self, phase: Phase) {
        let grid = self.rules.grid.contains(self.subject.channel);
        let counts = &mut self.counts;
        counts.opened = 1;
        match phase {
            Phase::Declined => {
                counts.declined = 1;
                counts.not_filed = u64::from(self.refuted);
            }
            Phase::Withdrawn => counts.withdrawn = 1,
            Phase::Voided => counts.voided = 1,
            Phase::Merged => {
                counts.merged = 1;
                counts.repeated = u64::from(self.repeats);
            }
            Phase::Terminated => counts.terminated = 1,
            Phase::Transferred => counts.transferred = 1,
            Phase::Closed => counts.closed = 1,
            Phase::Open => {}
        }
        let turned_away = counts.declined + counts.withdrawn + counts.voided + counts.merged;
        counts.accepted = 1 - turned_away.min(1);
        counts.direct = counts.closed * u64::from(self.answered);
        counts.reworked = counts.closed * u64::from(self.round > 1);
        if grid {
            counts.grid_reports = 1;
            counts.grid_handled = counts.closed * u64::from(self.self_handled);
            counts.grid_reports_valid = counts.filed.max(counts.grid_handled);
        }
        let (first, last) = (self.units.first(), self.units.last());
        counts.dispatched_to_unit = u64::from(first.is_some());
        counts.dispatched_right = u64::from(first.is_some() && first == last);
    }

    fn settle_requests(&mut self, phase: Phase) {
        let counts = &mut self.counts;
        for (kind, state) in self.requests.values() {
            let agreed = matches!(state, RequestState::Approved | RequestState::Ended);
            let refused = *state == RequestState::Refused;
            match kind {
                RequestKind::Return => {
                    let asked = !matches!(state, RequestState::Draft | RequestState::Withdrawn);
                    counts.return_requests += u64::from(asked);
                    counts.returns_refused += u64::from(refused);
                    counts.shirked |= u64::from(refused);
                }
                RequestKind::Extend if agreed => {
                    counts.extended = 1;
                    counts.extensions += 1;
                }
                RequestKind::Suspend if agreed => {
                    counts.suspended_ever = 1;
                    let lasts = *state == RequestState::Approved && phase == Phase::Open;
                    counts.suspended |= u64::from(lasts);
                }
                _ => {}
            }
        }
        let mut units = self.units.clone();
        units.sort_unstable();
        units.dedup();
        counts.shirked |= u64::from(units.len() >= 3);
    }

    fn lights(&mut self, phase: Phase) {
        if phase != Phase::Open {
            return;
        }
        let counts = &mut self.counts;
        if self.clocks.values().any(|running| running.missed) {
            counts.lights_red = 1;
        } else if self.clocks.values().any(|running| running.warned) {
            counts.lights_yellow = 1;
        } else {
            counts.lights_green = 1;
        }
    }

    fn judge(&mut self, phase: Phase) {
        let counted = |metric| u64::from(!self.subject.excluded.contains(&metric));
        let (timely, response) = (counted(Metric::Timely), counted(Metric::Response));
        let counts = &mut self.counts;
        let past_due = phase == Phase::Open && counts.lights_red == 1;
        counts.due = u64::from(phase == Phase::Closed || past_due);
        counts.due_timely = counts.due * timely;
        counts.closed_in_time = counts.closed * timely * u64::from(!self.missed);
        let contacted = counts.contact_due == 0 || counts.contacted_in_time == 1;
        let responded = counts.taken > 0 && !self.taken_late && contacted;
        let at_once = self.answered || self.self_handled;
        counts.due_response = counts.due * response;
        counts.responded = counts.due_response * u64::from(responded || at_once);
        let unhandled = self
            .clocks
            .iter()
            .any(|(name, running)| running.missed && self.rules.handle.contains(name));
        counts.should_handle =
            u64::from(counts.handled == 1 || (phase == Phase::Open && unhandled));
        counts.handled_in_time = counts.handled * u64::from(!self.handling_missed);
        if counts.handled == 1 && self.over_limit_percent > 0 {
            counts.over_limit = 1;
            counts.over_limit_percent = self.over_limit_percent;
        }
    }
}
