//! The shape of a definition: what can be reached, what ends, which clocks stop.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::Definition;
use super::place::{Place, Report};
use super::problem::ProblemKind;

/// Every state with the states that one action leads to.
type Edges<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Reports unreachable states, dead ends, actions that leave a terminal state, and clocks that nothing stops.
pub(crate) fn check(definition: &Definition, report: &mut Report<'_>) {
    let edges = edges(definition);
    let reachable = walk(&edges, &definition.initial, |_| true);
    for (index, state) in definition.states.iter().enumerate() {
        let place = Place::top("states").at(index);
        let name = &state.name;
        if !reachable.contains(name.as_str()) {
            report.add(
                ProblemKind::Unreachable,
                &place,
                format!("状态 {name:?} 无法到达"),
                format!("state {name:?} cannot be reached"),
            );
        }
        let ends = walk(&edges, name, |_| true)
            .iter()
            .any(|state| definition.is_terminal(state));
        if !ends {
            report.add(
                ProblemKind::DeadEnd,
                &place,
                format!("从状态 {name:?} 无法到达任何终态"),
                format!("no terminal state can be reached from state {name:?}"),
            );
        }
    }
    check_terminals(definition, report);
    check_clocks(definition, &edges, report);
}

fn edges(definition: &Definition) -> Edges<'_> {
    let mut edges: Edges<'_> = BTreeMap::new();
    for action in &definition.actions {
        for from in &action.from {
            let targets = edges.entry(from).or_default();
            targets.extend(action.moves().map(|made| made.target(from)));
        }
    }
    edges
}

/// Collects what can be reached from a state, itself included, going on only from states that `passes` allows.
fn walk<'a>(edges: &Edges<'a>, start: &'a str, passes: impl Fn(&str) -> bool) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        if state != start && !passes(state) {
            continue;
        }
        for target in edges.get(state).into_iter().flatten() {
            if seen.insert(target) {
                open.push(target);
            }
        }
    }
    seen
}

fn check_terminals(definition: &Definition, report: &mut Report<'_>) {
    for (index, action) in definition.actions.iter().enumerate() {
        for (position, from) in action.from.iter().enumerate() {
            if definition.is_terminal(from) {
                report.add(
                    ProblemKind::LeavesTerminal,
                    &Place::top("actions").at(index).key("from").at(position),
                    format!("终态 {from:?} 不得再有动作"),
                    format!("terminal state {from:?} may have no actions"),
                );
            }
        }
    }
}

/// A clock must stop on every way to an end: one that runs on after the end would escalate a finished order.
fn check_clocks(definition: &Definition, edges: &Edges<'_>, report: &mut Report<'_>) {
    let of_parts = definition.assist.as_ref().map(|rule| rule.clock.as_str());
    for (index, clock) in definition.clocks.iter().enumerate() {
        // it ends with the part, and no part outlasts the states that know parts
        if of_parts == Some(clock.name.as_str()) {
            continue;
        }
        let stops = |state: &str| clock.stops_on.iter().any(|stop| stop == state);
        let mut runs_in = BTreeSet::new();
        for start in &clock.starts_on {
            let visited = walk(edges, start, |state| !stops(state));
            runs_in.extend(
                visited
                    .into_iter()
                    .filter(|state| definition.is_terminal(state) && !stops(state)),
            );
        }
        if clock.stops_on.is_empty() || !runs_in.is_empty() {
            let (name, ends) = (&clock.name, Vec::from_iter(runs_in).join(", "));
            report.add(
                ProblemKind::EndlessClock,
                &Place::top("clocks").at(index).key("stops_on"),
                format!("计时 {name:?} 到终态仍未停止（{ends}）"),
                format!("clock {name:?} is never stopped on the way to an end ({ends})"),
            );
        }
    }
}
