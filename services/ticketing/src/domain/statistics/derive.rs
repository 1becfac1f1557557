//! What one order adds to the figures, read from its event log alone.

mod ending;

use std::collections::BTreeMap;

use kernel::{OrderId, OrgCode, RequestId, Timestamp, TypedId};

use super::Counts;
use super::rules::{FigureRules, Phase, StepKind};
use super::sums::Sums;
use crate::domain::calendar::Calendar;
use crate::domain::callback::{CallbackOutcome, Solved};
use crate::domain::clock::DUE;
use crate::domain::event::DomainEvent;
use crate::domain::request::{Metric, RequestKind, RequestState};
use crate::domain::review::ReviewOutcome;
use crate::domain::workflow::Definition;

/// One line of an order's event log, as far as figures read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The action; empty where the platform did it outside the workflow.
    pub action: String,
    /// The state after.
    pub to: String,
    /// The round in which it happened.
    pub round: u32,
    /// Whether a limit that ended here had been missed.
    pub late: bool,
    /// Whether the resident was reached.
    pub reached: Option<bool>,
    /// Whether it was found solved, passed, as reported, or rightly whistled.
    pub solved: Option<bool>,
    /// Whether the matter is solved, as the unit says that reports back.
    pub claimed: Option<bool>,
    /// The score, of 5.
    pub score: Option<i64>,
    /// Problems that were solved since the last report.
    pub problems_solved: Option<u64>,
    /// What was answered to the resident.
    pub said: Option<String>,
    /// What followed.
    pub facts: Vec<DomainEvent>,
    /// When.
    pub at: Timestamp,
}

/// What is known of the order beside its log.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The workflow.
    pub workflow: &'a str,
    /// Its definition, where it is installed.
    pub definition: Option<&'a Definition>,
    /// Where the order came in.
    pub channel: &'a str,
    /// The figures that don't count it (剔除).
    pub excluded: &'a [Metric],
}

/// Reads an order's log, oldest line first; a log without lines adds nothing.
#[must_use]
pub fn derive(
    subject: &Subject<'_>,
    lines: &[Line],
    rules: &FigureRules,
    calendar: &Calendar,
) -> Sums {
    let Some(last) = lines.last() else {
        return Sums::default();
    };
    let mut walk = Walk::new(subject, rules);
    for line in lines {
        walk.read(line);
    }
    walk.finish(&last.to, calendar)
}

/// A limit that runs.
#[derive(Debug, Clone, Copy)]
struct Running {
    started_at: Timestamp,
    due_at: Timestamp,
    warned: bool,
    missed: bool,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
struct Walk<'a> {
    subject: &'a Subject<'a>,
    rules: &'a FigureRules,
    counts: Counts,
    clocks: BTreeMap<String, Running>,
    requests: BTreeMap<RequestId, (RequestKind, RequestState)>,
    units: Vec<OrgCode>,
    handed_out_at: Option<Timestamp>,
    taken_up_at: Option<Timestamp>,
    /// Answered directly, or done by the grid on the spot, since it was opened or opened again.
    answered: bool,
    self_handled: bool,
    /// Not found as reported, when somebody last looked on site.
    refuted: bool,
    closed_at: Option<Timestamp>,
    stopped_at: Option<Timestamp>,
    stops: Vec<(Timestamp, Timestamp)>,
    round: u32,
    missed: bool,
    handling_missed: bool,
    taken_late: bool,
    over_limit_percent: u64,
    /// Votes of a review that is not decided: solved, satisfied.
    sealed: Vec<(bool, bool)>,
    opened_at: Option<Timestamp>,
    /// Whether the matter that it became part of was brought forward shortly before or after.
    repeats: bool,
    state: String,
}

impl<'a> Walk<'a> {
    fn new(subject: &'a Subject<'a>, rules: &'a FigureRules) -> Self {
        Self {
            subject,
            rules,
            counts: Counts::default(),
            clocks: BTreeMap::new(),
            requests: BTreeMap::new(),
            units: Vec::new(),
            handed_out_at: None,
            taken_up_at: None,
            answered: false,
            self_handled: false,
            refuted: false,
            closed_at: None,
            stopped_at: None,
            stops: Vec::new(),
            round: 1,
            missed: false,
            handling_missed: false,
            taken_late: false,
            over_limit_percent: 0,
            sealed: Vec::new(),
            opened_at: None,
            repeats: false,
            state: String::new(),
        }
    }

    fn phase(&self, state: &str) -> Phase {
        self.rules.phase(self.subject.definition, state)
    }

    fn read(&mut self, line: &Line) {
        self.opened_at.get_or_insert(line.at);
        self.round = self.round.max(line.round);
        let step = self.rules.step(self.subject.workflow, &line.action);
        if let Some(step) = step {
            self.step(step, line);
        }
        for fact in &line.facts {
            self.fact(fact, line, step);
        }
        if line.to != self.state {
            self.enter(line);
        }
    }

    fn enter(&mut self, line: &Line) {
        let (rules, counts) = (self.rules, &mut self.counts);
        if rules.callback.contains(&line.to) {
            counts.should_call_back = 1;
        }
        if rules.publishable.contains(&line.to) {
            counts.publishable = 1;
        }
        if rules.published.contains(&line.to) {
            counts.published = 1;
        }
        if self.phase(&line.to) == Phase::Closed {
            self.closed_at.get_or_insert(line.at);
        } else {
            self.closed_at = None;
        }
        self.state.clone_from(&line.to);
    }

    fn step(&mut self, step: StepKind, line: &Line) {
        let in_time = u64::from(!line.late);
        let counts = &mut self.counts;
        match step {
            StepKind::Accept => {
                counts.accepts += 1;
                counts.accepts_in_time += in_time;
                counts.filed = 1;
                self.taken_up_at.get_or_insert(line.at);
            }
            StepKind::Dispatch => {
                counts.dispatches += 1;
                counts.dispatches_in_time += in_time;
                counts.filed = 1;
                counts.dispatched = 1;
                self.handed_out_at.get_or_insert(line.at);
                (self.answered, self.self_handled) = (false, false);
            }
            StepKind::Return => counts.returns += 1,
            StepKind::GiveBack => {
                counts.returns += 1;
                counts.return_requests += 1;
            }
            StepKind::Recall => counts.recalls += 1,
            StepKind::Take => {
                counts.taken += 1;
                counts.taken_in_time += in_time;
                self.taken_late |= line.late;
                self.taken_up_at.get_or_insert(line.at);
            }
            StepKind::Contact => {
                let kept = line.facts.iter().any(|fact| match fact {
                    DomainEvent::ClockStopped { clock, overdue } => {
                        self.rules.contact.contains(clock) && !overdue
                    }
                    _ => false,
                });
                counts.contacted_in_time |= u64::from(kept);
            }
            StepKind::Report => {
                counts.handled = 1;
                // the last word counts, as the unit's own
                if let Some(solved) = line.claimed {
                    (counts.claims, counts.claims_solved) = (1, u64::from(solved));
                }
            }
            StepKind::Verify => {
                counts.verified = 1;
                counts.verifications += 1;
                counts.verifications_in_time += in_time;
                counts.verifications_passed += u64::from(line.solved == Some(true));
                let failed = u64::from(line.solved == Some(false));
                counts.check_failures += failed;
                counts.checks_failed |= failed;
            }
            StepKind::CallBack => self.call_back(line),
            // sealed until it is decided: figures would be a running tally
            StepKind::Vote => {
                let satisfied = is_satisfied(line.score);
                self.sealed.push((line.solved == Some(true), satisfied));
            }
            StepKind::Reopen => {
                counts.reopened = 1;
                (self.answered, self.self_handled) = (false, false);
            }
            StepKind::Direct => self.answered = true,
            StepKind::SelfHandle => self.self_handled = true,
            StepKind::CheckReport => {
                counts.reports_checked = 1;
                counts.report_checks += 1;
                counts.report_checks_in_time += in_time;
                counts.report_checks_found += u64::from(line.solved == Some(true));
                self.refuted = line.solved == Some(false);
            }
            // both sides: the last word on each order counts
            StepKind::JudgeUnit => {
                counts.unit_scores = 1;
                counts.unit_score_points = points(line.score);
                counts.whistles_solved = u64::from(line.solved == Some(true));
            }
            StepKind::JudgePlace => {
                counts.place_scores = 1;
                counts.place_score_points = points(line.score);
                counts.whistles_justified = u64::from(line.solved == Some(true));
            }
            StepKind::Milestone => {
                counts.problems_solved += line.problems_solved.unwrap_or_default();
            }
        }
    }

    fn call_back(&mut self, line: &Line) {
        let counted = |metric| !self.subject.excluded.contains(&metric);
        let (solution, satisfaction) = (counted(Metric::Solved), counted(Metric::Satisfaction));
        let told = line.facts.iter().find_map(|fact| match fact {
            DomainEvent::CalledBack { callback, .. } => Some(callback),
            _ => None,
        });
        let counts = &mut self.counts;
        counts.should_call_back = 1;
        counts.callbacks += 1;
        counts.callbacks_in_time += u64::from(!line.late);
        // of whom nobody was ever asked, until somebody is after all
        counts.callbacks_not_reached =
            u64::from(told.is_some_and(|told| told.outcome == CallbackOutcome::NotReached));
        // orders of before have it in the form alone
        let answer = told.map(|told| told.answer);
        let reached = answer.map_or(line.reached == Some(true), |answer| answer.is_some());
        if !reached {
            return;
        }
        let said = answer.flatten().map(|answer| answer.solved);
        let is_solved = said.map_or(line.solved == Some(true), |said| said == Solved::Yes);
        let solved = u64::from(is_solved);
        counts.called_back = 1;
        counts.callbacks_reached += 1;
        counts.callbacks_confirmed += solved;
        if solution {
            counts.solution_base += 1;
            counts.callbacks_solved += solved;
            counts.callbacks_half_solved += u64::from(said == Some(Solved::Half));
        }
        if satisfaction {
            counts.satisfaction_base += 1;
            counts.callbacks_satisfied += u64::from(is_satisfied(line.score));
            match line.score {
                Some(1) => counts.satisfaction_1 += 1,
                Some(2) => counts.satisfaction_2 += 1,
                Some(3) => counts.satisfaction_3 += 1,
                Some(4) => counts.satisfaction_4 += 1,
                Some(5) => counts.satisfaction_5 += 1,
                _ => {}
            }
        }
    }

    fn fact(&mut self, fact: &DomainEvent, line: &Line, step: Option<StepKind>) {
        match fact {
            DomainEvent::ClockStarted { clock, due_at } => {
                let running = Running {
                    started_at: line.at,
                    due_at: *due_at,
                    warned: false,
                    missed: false,
                };
                self.clocks.insert(clock.clone(), running);
                if self.rules.contact.contains(clock) {
                    self.counts.contact_due = 1;
                }
            }
            DomainEvent::ClockResumed { clock, due_at }
            | DomainEvent::ClockExtended { clock, due_at }
            | DomainEvent::ClockRecomputed {
                clock, to: due_at, ..
            } => {
                if let Some(running) = self.clocks.get_mut(clock) {
                    running.missed &= *due_at < line.at;
                    running.warned &= *due_at < line.at;
                    running.due_at = *due_at;
                }
                if matches!(fact, DomainEvent::ClockResumed { .. }) {
                    self.go_on(clock, line.at);
                }
            }
            DomainEvent::ClockPaused { clock, .. } if self.rules.handle.contains(clock) => {
                self.stopped_at.get_or_insert(line.at);
            }
            DomainEvent::ClockStopped { clock, overdue } => self.stop(clock, *overdue, line.at),
            DomainEvent::LevelReached { clock, level } => {
                let late = level == DUE;
                if let Some(running) = self.clocks.get_mut(clock) {
                    running.missed |= late;
                    running.warned = true;
                }
                self.miss(clock, late);
            }
            // votes that decided nothing stay sealed: figures would tell what they were
            DomainEvent::ReviewConcluded { tally, .. }
                if tally.outcome == ReviewOutcome::Unjudged =>
            {
                self.sealed.clear();
            }
            DomainEvent::ReviewConcluded { .. } => {
                for (solved, satisfied) in self.sealed.drain(..) {
                    self.counts.votes += 1;
                    self.counts.votes_solved += u64::from(solved);
                    self.counts.votes_satisfied += u64::from(satisfied);
                }
            }
            DomainEvent::MergedInto {
                survivor,
                survivor_opened_at,
            } => {
                let opened = self.opened_at.unwrap_or(line.at);
                let first = survivor_opened_at.or_else(|| made_at(*survivor));
                let apart = first.map_or(0, |first| days_between(opened, first));
                self.repeats = apart <= self.rules.repeated_within_days;
            }
            DomainEvent::Supervised { .. } => self.counts.supervised = 1,
            DomainEvent::RoundStarted { round } => self.round = self.round.max(*round),
            DomainEvent::Routed { unit, .. } if step == Some(StepKind::Dispatch) => {
                self.units.push(unit.clone());
            }
            DomainEvent::Requested {
                request,
                request_kind,
                state,
                ..
            } => {
                self.requests.insert(*request, (*request_kind, *state));
            }
            _ => {}
        }
    }

    fn stop(&mut self, clock: &str, overdue: bool, at: Timestamp) {
        self.miss(clock, overdue);
        let stopped = self.clocks.remove(clock);
        if !self.rules.handle.contains(clock) {
            return;
        }
        self.go_on(clock, at);
        let Some(running) = stopped.filter(|_| overdue) else {
            return;
        };
        let limit = running.due_at.duration_since(running.started_at).as_secs();
        let over = at.duration_since(running.due_at).as_secs();
        let percent = over.saturating_mul(100).checked_div(limit);
        self.over_limit_percent = percent.unwrap_or(0);
    }

    /// Ends a time in which the handling stood still.
    fn go_on(&mut self, clock: &str, at: Timestamp) {
        if self.rules.handle.contains(clock)
            && let Some(since) = self.stopped_at.take()
        {
            self.stops.push((since, at));
        }
    }

    fn miss(&mut self, clock: &str, late: bool) {
        let aside = self.rules.filing.contains(clock) || self.rules.contact.contains(clock);
        self.missed |= late && !aside;
        self.handling_missed |= late && self.rules.handle.contains(clock);
    }
}

fn is_satisfied(score: Option<i64>) -> bool {
    score.is_some_and(|score| score >= 4)
}

fn points(score: Option<i64>) -> u64 {
    score
        .and_then(|score| u64::try_from(score).ok())
        .unwrap_or_default()
}

/// When an order was made, by its id: what a client's clock said where the client made the id.
fn made_at(order: OrderId) -> Option<Timestamp> {
    let millis = i64::try_from(order.uuid().as_u128() >> 80).ok()?;
    Timestamp::from_micros(millis.checked_mul(1_000)?).ok()
}

/// Counts the whole days between two instants.
fn days_between(one: Timestamp, other: Timestamp) -> u64 {
    const DAY: u64 = 24 * 3600;
    let apart = one.duration_since(other).max(other.duration_since(one));
    apart.as_secs() / DAY
}
