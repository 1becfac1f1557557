//! Resolving the time limits.

use kernel::Named;
use std::collections::HashSet;

use super::action::unknown_word;
use super::{known_states, title, unique};
use crate::domain::calendar::Limit;
use crate::domain::clock::DUE;
use crate::domain::workflow::definition::{
    Action, ClockRule, LevelAction, LevelRule, Rounds, When,
};
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::{ClockSpec, LevelSpec, LimitSpec};

/// The longest time limit: one year.
const MAX_HOURS: u32 = 366 * 24;

/// Resolves all time limits.
pub(super) fn resolve_all(
    specs: &[ClockSpec],
    states: &HashSet<&str>,
    (actions, of_parts): (&[Action], Option<&str>),
    report: &mut Report<'_>,
) -> Vec<ClockRule> {
    let mut seen = HashSet::new();
    let mut clocks = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let place = Place::top("clocks").at(index);
        unique(&mut seen, &spec.name, &place, report);
        known_states(states, &spec.starts_on, &place.key("starts_on"), report);
        known_states(states, &spec.stops_on, &place.key("stops_on"), report);
        known_states(states, &spec.pauses_on, &place.key("pauses_on"), report);
        known_actions(spec, actions, &place, report);
        let of_part = of_parts == Some(spec.name.as_str());
        if of_part {
            only_parts(spec, &place, report);
        } else if spec.starts_on.is_empty() {
            report.add(
                ProblemKind::BadLimit,
                &place.key("starts_on"),
                "没有任何状态启动此计时",
                "no state starts this clock",
            );
        }
        clocks.push(ClockRule {
            name: spec.name.clone(),
            title: title(spec.title.as_ref(), &place.key("title"), report),
            starts_on: spec.starts_on.clone(),
            stops_on: spec.stops_on.clone(),
            stops_with: spec.stops_with.clone(),
            pauses_on: spec.pauses_on.clone(),
            rounds: rounds(spec.rounds.as_deref(), &place.key("rounds"), report),
            window: spec.window,
            limit: clock_limit(spec, &place, report),
            emergency_hours: emergency(spec.emergency_hours, &place, report),
            levels: levels(&spec.levels, &place.key("levels"), report),
        });
    }
    clocks
}

/// The clock of assisting units begins and ends with each part, whatever the state.
fn only_parts(spec: &ClockSpec, place: &Place, report: &mut Report<'_>) {
    let written = [
        ("starts_on", !spec.starts_on.is_empty()),
        ("stops_on", !spec.stops_on.is_empty()),
        ("stops_with", !spec.stops_with.is_empty()),
        ("pauses_on", !spec.pauses_on.is_empty()),
        ("rounds", spec.rounds.is_some()),
        ("window", spec.window),
    ];
    for (key, _) in written.into_iter().filter(|(_, written)| *written) {
        report.add(
            ProblemKind::BadAssist,
            &place.key(key),
            "协办计时随协办起止，不写此项",
            "the clock of assisting units begins and ends with each part and has none of these",
        );
    }
}

fn known_actions(spec: &ClockSpec, actions: &[Action], place: &Place, report: &mut Report<'_>) {
    for (index, name) in spec.stops_with.iter().enumerate() {
        if !actions.iter().any(|action| action.name == *name) {
            report.add(
                ProblemKind::UnknownAction,
                &place.key("stops_with").at(index),
                format!("未知动作 {name:?}"),
                format!("unknown action {name:?}"),
            );
        }
    }
}

fn rounds(word: Option<&str>, place: &Place, report: &mut Report<'_>) -> Rounds {
    match word {
        None | Some("all") => Rounds::All,
        Some("first") => Rounds::First,
        Some("later") => Rounds::Later,
        Some(word) => {
            unknown_word(word, "all, first, later", place, report);
            Rounds::All
        }
    }
}

fn emergency(hours: Option<u32>, place: &Place, report: &mut Report<'_>) -> Option<u32> {
    if hours.is_some_and(|hours| !(1..=MAX_HOURS).contains(&hours)) {
        bad_limit(&place.key("emergency_hours"), report);
    }
    hours
}

fn clock_limit(spec: &ClockSpec, place: &Place, report: &mut Report<'_>) -> Limit {
    let written = LimitSpec {
        hours: spec.hours,
        work_hours: spec.work_hours,
        work_days: spec.work_days,
    };
    // where a number stands it is pointed at
    let key = match (spec.hours, spec.work_hours, spec.work_days) {
        (Some(_), ..) => place.key("hours"),
        (_, Some(_), _) => place.key("work_hours"),
        (_, _, Some(_)) => place.key("work_days"),
        _ => place.clone(),
    };
    limit(written, &key, report)
}

fn limit(spec: LimitSpec, place: &Place, report: &mut Report<'_>) -> Limit {
    let (limit, hours) = match (spec.hours, spec.work_hours, spec.work_days) {
        (Some(hours), None, None) => (Limit::Hours(hours), hours),
        (None, Some(hours), None) => (Limit::WorkHours(hours), hours),
        (None, None, Some(days)) => (Limit::WorkDays(days), days.saturating_mul(24)),
        _ => {
            report.add(
                ProblemKind::BadLimit,
                place,
                "须为 hours、work_hours、work_days 之一",
                "must be exactly one of hours, work_hours, work_days",
            );
            return Limit::Hours(1);
        }
    };
    if !(1..=MAX_HOURS).contains(&hours) {
        bad_limit(place, report);
    }
    limit
}

fn bad_limit(place: &Place, report: &mut Report<'_>) {
    report.add(
        ProblemKind::BadLimit,
        place,
        format!("时限须为 1 至 {MAX_HOURS} 小时（或相应天数）"),
        format!("a limit must be 1 to {MAX_HOURS} hours, or as many days"),
    );
}

fn levels(specs: &[LevelSpec], place: &Place, report: &mut Report<'_>) -> Vec<LevelRule> {
    let mut seen = HashSet::new();
    let mut levels = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let place = place.at(index);
        unique(&mut seen, &spec.name, &place, report);
        let when = match (spec.before, spec.after) {
            (None, None) => When::Due,
            (Some(by), None) => When::Before(limit(by, &place.key("before"), report)),
            (None, Some(by)) => When::After(limit(by, &place.key("after"), report)),
            _ => {
                unknown_word("before, after", "before, after", &place, report);
                When::Due
            }
        };
        // the due time's own level can be given actions, not another time
        if (spec.name == DUE) != (when == When::Due) {
            report.add(
                ProblemKind::BadLimit,
                &place.key("name"),
                "到期级别名为 due，其他级别须有 before 或 after",
                "the level at the due time is named due, all others need before or after",
            );
        }
        levels.push(LevelRule {
            name: spec.name.clone(),
            when,
            actions: actions(&spec.actions, &place.key("actions"), report),
        });
    }
    levels
}

fn actions(names: &[String], place: &Place, report: &mut Report<'_>) -> Vec<LevelAction> {
    let mut actions = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match LevelAction::from_name(name) {
            Some(action) => actions.push(action),
            None => unknown_word(
                name,
                "remind, escalate, supervise",
                &place.at(index),
                report,
            ),
        }
    }
    actions
}
