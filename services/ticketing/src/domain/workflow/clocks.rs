//! Starting, pausing and stopping the time limits of an order, and the levels they reach.

use kernel::Timestamp;

use super::definition::{ClockRule, Definition, LevelAction, Rounds};
use crate::domain::calendar::{Calendar, Limit};
use crate::domain::clock::{DUE, Extension, Level, Pause, Run, RunningClock};
use crate::domain::event::DomainEvent;
use crate::domain::order::Order;

/// Between the clock of the definition and the number of a part; no name holds it.
const PART: char = '.';

/// A level that was reached, with what the definition wants done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The clock.
    pub clock: String,
    /// The level.
    pub level: String,
    /// Whether a limit was missed by it.
    pub missed: bool,
    /// What is done about it.
    pub actions: Vec<LevelAction>,
}

/// Stops, pauses, resumes and starts clocks for the state that the order has just entered.
pub(crate) fn enter_state(
    definition: &Definition,
    order: &mut Order,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    for rule in &definition.clocks {
        if rule.stops_on.contains(&order.state) {
            stop(&rule.name, order, now, events);
        }
    }
    for rule in &definition.clocks {
        let pauses = rule.pauses_on.contains(&order.state);
        let state = order.state.clone();
        let Some(clock) = find(order, &rule.name) else {
            continue;
        };
        match clock.paused_for() {
            None if pauses => pause(clock, &state, now, events),
            Some(reason) if !pauses && rule.pauses_on.iter().any(|state| state == reason) => {
                resume(clock, rule, calendar, now, events);
            }
            _ => {}
        }
    }
    for rule in &definition.clocks {
        let counts = match rule.rounds {
            Rounds::All => true,
            Rounds::First => order.round == 1,
            Rounds::Later => order.round > 1,
        };
        let runs = order.clocks.iter().any(|clock| clock.name == rule.name);
        if counts && !runs && rule.starts_on.contains(&order.state) {
            start(rule, rule.name.clone(), order, calendar, now, events);
        }
    }
    refresh(order);
}

/// Stops the clocks that an action stops, wherever it leads.
pub(crate) fn stop_with(
    definition: &Definition,
    order: &mut Order,
    action: &str,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    for rule in &definition.clocks {
        if rule.stops_with.iter().any(|name| name == action) {
            stop(&rule.name, order, now, events);
        }
    }
    refresh(order);
}

/// Lets every clock of an order stand still, for one reason (挂账).
pub fn pause_all(order: &mut Order, reason: &str, now: Timestamp, events: &mut Vec<DomainEvent>) {
    for clock in &mut order.clocks {
        if clock.paused_for().is_none() {
            pause(clock, reason, now, events);
        }
    }
    refresh(order);
}

/// Lets the clocks go on that stand still for a reason.
pub fn resume_all(
    definition: &Definition,
    order: &mut Order,
    reason: &str,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    for clock in &mut order.clocks {
        let rule = rule_of(definition, &clock.name);
        if let (Some(rule), Some(why)) = (rule, clock.paused_for())
            && why == reason
        {
            resume(clock, rule, calendar, now, events);
        }
    }
    refresh(order);
}

/// Makes a clock longer; its levels count anew from the new due time.
pub fn extend(
    definition: &Definition,
    order: &mut Order,
    name: &str,
    by: Limit,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    let rule = definition.clocks.iter().find(|rule| rule.name == name);
    let (Some(rule), Some(clock)) = (rule, find(order, name)) else {
        return;
    };
    if let Some(run) = &mut clock.run {
        run.extensions.push(Extension { at: now, by });
        run.rung = 0;
    }
    settle(clock, rule, calendar, Some(now));
    events.push(DomainEvent::ClockExtended {
        clock: name.to_owned(),
        due_at: clock.due_at,
    });
    refresh(order);
}

/// Applies a calendar to what happened to an order's clocks before it; returns whether a due time moved.
#[must_use]
pub fn recompute(
    definition: &Definition,
    order: &mut Order,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) -> bool {
    let before = events.len();
    for clock in &mut order.clocks {
        let from = clock.due_at;
        let rule = rule_of(definition, &clock.name);
        let Some(rule) = rule.filter(|_| clock.run.is_some()) else {
            continue;
        };
        settle(clock, rule, calendar, Some(now));
        if clock.due_at != from {
            events.push(DomainEvent::ClockRecomputed {
                clock: clock.name.clone(),
                from,
                to: clock.due_at,
            });
        }
    }
    refresh(order);
    events.len() > before
}

/// Takes the levels that have been reached off an order's clocks; without its definition they have no actions. What was taken once is never taken again, however
/// the time is set; after a jump all that lie before it come at once, in their order.
#[must_use]
pub fn reach(definition: Option<&Definition>, order: &mut Order, now: Timestamp) -> Vec<Reached> {
    let mut reached: Vec<(Timestamp, Reached)> = Vec::new();
    for clock in &mut order.clocks {
        if clock.paused_for().is_some() {
            continue;
        }
        let rule = definition.and_then(|definition| rule_of(definition, &clock.name));
        let due_at = clock.due_at;
        // a clock from before levels were kept has its due time alone
        let run = clock.run.get_or_insert_with(|| {
            let mut run = Run::begin(due_at, Limit::Hours(0), false);
            run.levels.push(Level {
                name: DUE.to_owned(),
                at: due_at,
            });
            run
        });
        let past = run.levels.iter().take_while(|level| level.at < now).count();
        for level in run.levels.drain(..past) {
            let wanted = rule.and_then(|rule| rule.level(&level.name));
            let at = level.at;
            let taken = Reached {
                clock: clock.name.clone(),
                missed: level.name == DUE,
                actions: wanted.map_or_else(Vec::new, |level| level.actions.clone()),
                level: level.name.clone(),
            };
            run.reached.push(level.name);
            reached.push((at, taken));
        }
    }
    refresh(order);
    reached.sort_by_key(|(at, _)| *at);
    reached.into_iter().map(|(_, reached)| reached).collect()
}

/// Names the clock of an assisting unit's part: the clock of the definition, and the number of the part.
#[must_use]
pub fn part_clock(rule: &str, number: u32) -> String {
    format!("{rule}{PART}{number}")
}

/// Tells whether a clock is one of an assisting unit's part.
#[must_use]
pub fn is_of_part(clock: &str) -> bool {
    clock.contains(PART)
}

/// Finds the number of the part whose clock it is.
#[must_use]
pub fn part_of(clock: &str) -> Option<u32> {
    clock.split_once(PART)?.1.parse().ok()
}

/// Finds the rule of a running clock.
#[must_use]
pub fn rule_of<'a>(definition: &'a Definition, clock: &str) -> Option<&'a ClockRule> {
    let name = clock.split_once(PART).map_or(clock, |(name, _)| name);
    definition.clocks.iter().find(|rule| rule.name == name)
}

/// Starts the clock of an assisting unit's part; returns when it runs out.
pub(crate) fn start_part(
    definition: &Definition,
    order: &mut Order,
    number: u32,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) -> Option<Timestamp> {
    let name = &definition.assist.as_ref()?.clock;
    let rule = definition.clocks.iter().find(|rule| rule.name == *name)?;
    start(rule, part_clock(name, number), order, calendar, now, events);
    refresh(order);
    Some(order.clocks.last()?.due_at)
}

/// Stops the clock of an assisting unit's part.
pub(crate) fn stop_part(
    order: &mut Order,
    clock: &str,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    stop(clock, order, now, events);
    refresh(order);
}

/// Puts clocks back as they were when an order was merged into another (拆案): what ran out meanwhile has run out.
pub(crate) fn restore(order: &mut Order, clocks: Vec<RunningClock>, events: &mut Vec<DomainEvent>) {
    for clock in &clocks {
        events.push(DomainEvent::ClockStarted {
            clock: clock.name.clone(),
            due_at: clock.due_at,
        });
    }
    order.clocks = clocks;
    refresh(order);
}

fn find<'a>(order: &'a mut Order, name: &str) -> Option<&'a mut RunningClock> {
    order.clocks.iter_mut().find(|clock| clock.name == name)
}

fn start(
    rule: &ClockRule,
    name: String,
    order: &mut Order,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    let limit = match rule.emergency_hours {
        Some(hours) if order.life_safety => Limit::Hours(hours),
        _ if order.life_safety => rule.limit.natural(),
        _ => rule.limit,
    };
    let mut clock = RunningClock {
        name: name.clone(),
        due_at: now,
        run: Some(Run::begin(now, limit, rule.window)),
    };
    settle(&mut clock, rule, calendar, None);
    if let Some(run) = &mut clock.run {
        // a warning that would come before the clock has begun is none
        run.levels
            .retain(|level| level.at > now || level.name == DUE);
    }
    events.push(DomainEvent::ClockStarted {
        clock: name,
        due_at: clock.due_at,
    });
    order.clocks.push(clock);
}

fn stop(name: &str, order: &mut Order, now: Timestamp, events: &mut Vec<DomainEvent>) {
    let place = order.clocks.iter().position(|clock| clock.name == name);
    if let Some(place) = place {
        let stopped = order.clocks.remove(place);
        events.push(DomainEvent::ClockStopped {
            overdue: stopped.is_missed(now),
            clock: stopped.name,
        });
    }
}

fn pause(clock: &mut RunningClock, reason: &str, now: Timestamp, events: &mut Vec<DomainEvent>) {
    let Some(run) = &mut clock.run else {
        return;
    };
    run.pauses.push(Pause {
        at: now,
        until: None,
        reason: reason.to_owned(),
    });
    events.push(DomainEvent::ClockPaused {
        clock: clock.name.clone(),
        reason: reason.to_owned(),
    });
}

fn resume(
    clock: &mut RunningClock,
    rule: &ClockRule,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    if let Some(pause) = clock.run.as_mut().and_then(|run| run.pauses.last_mut()) {
        pause.until = Some(now);
    }
    settle(clock, rule, calendar, None);
    events.push(DomainEvent::ClockResumed {
        clock: clock.name.clone(),
        due_at: clock.due_at,
    });
}

/// Works out the due time and the levels that have not been reached yet. Where a due time is given anew (`since`),
/// levels that lie ahead of it again are still to come.
fn settle(
    clock: &mut RunningClock,
    rule: &ClockRule,
    calendar: &Calendar,
    since: Option<Timestamp>,
) {
    let Some(run) = &mut clock.run else {
        return;
    };
    clock.due_at = run.due(calendar);
    let mut levels = Vec::new();
    if !run.window {
        levels.push(Level {
            name: DUE.to_owned(),
            at: clock.due_at,
        });
    }
    for level in rule.levels.iter().filter(|level| level.name != DUE) {
        levels.push(Level {
            name: level.name.clone(),
            at: level.when.instant(clock.due_at, run.limit, calendar),
        });
    }
    if let Some(now) = since {
        let ahead = |name: &String| {
            levels
                .iter()
                .any(|level| level.name == *name && level.at > now)
        };
        run.reached.retain(|name| !ahead(name));
    }
    levels.retain(|level| !run.reached.contains(&level.name));
    levels.sort_by_key(|level| level.at);
    run.levels = levels;
}

/// Finds the order's own due time and when it is to be looked at next.
fn refresh(order: &mut Order) {
    order.due_at = order.own_due_at();
    order.wake_at = order.clocks.iter().filter_map(RunningClock::wakes_at).min();
}
