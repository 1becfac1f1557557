//! Resolving the side requests.

use kernel::Named;
use std::collections::HashSet;

use super::action::actors;
use super::known_states;
use crate::domain::request::{RequestKind, RequestRule};
use crate::domain::workflow::definition::{Action, ActorRule, ClockRule};
use crate::domain::workflow::effect::Effect;
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::{ActorSpec, RequestSpec};

/// The most that a request can ask for: a year of days.
const MOST: u32 = 366;

/// Resolves all side requests.
pub(super) fn resolve_all(
    specs: &[RequestSpec],
    states: &HashSet<&str>,
    (actions, clocks): (&[Action], &[ClockRule]),
    report: &mut Report<'_>,
) -> Vec<RequestRule> {
    let mut rules: Vec<RequestRule> = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let place = Place::top("requests").at(index);
        let mut bad = |key, zh: &str, en: &str| {
            report.add(ProblemKind::BadRequest, &place.key(key), zh, en);
        };
        let Some(kind) = RequestKind::from_name(&spec.kind) else {
            bad("kind", "未知的申请种类", "there is no such kind of request");
            continue;
        };
        if rules.iter().any(|rule| rule.kind == kind) {
            bad("kind", "同一种申请只能写一次", "each kind stands once");
        }
        check_actions(kind, spec, actions, &mut bad);
        let known = |name: &String| clocks.iter().any(|clock| clock.name == *name);
        let names_one = kind != RequestKind::Extend || !spec.clocks.is_empty();
        if !names_one || !spec.clocks.iter().all(known) {
            bad(
                "clocks",
                "须为流程中的计时",
                "must name clocks of the workflow",
            );
        }
        let counted = matches!(kind, RequestKind::Extend | RequestKind::Suspend);
        if counted != spec.most.is_some()
            || spec.most.is_some_and(|most| !(1..=MOST).contains(&most))
        {
            bad(
                "most",
                "延期与挂账须写明上限（1 至 366 天），其他申请没有",
                "an extension and a suspension have a limit of 1 to 366 days, others have none",
            );
        }
        known_states(states, &spec.from, &place.key("from"), report);
        rules.push(rule(kind, spec, &place, report));
    }
    rules
}

fn rule(
    kind: RequestKind,
    spec: &RequestSpec,
    place: &Place,
    report: &mut Report<'_>,
) -> RequestRule {
    let mut people = |key, specs: &[ActorSpec]| {
        let rules = actors(specs, &place.key(key), report);
        if !rules.iter().any(|rule| *rule != ActorRule::System) {
            report.add(
                ProblemKind::NobodyCan,
                &place.key(key),
                "没有人能提出或审批此申请",
                "nobody can make or decide this request",
            );
        }
        rules
    };
    let apply = people("apply", &spec.apply);
    let decide = people("decide", &spec.decide);
    let upper = match spec.upper.as_slice() {
        [] => decide.clone(),
        specs => people("upper", specs),
    };
    RequestRule {
        kind,
        from: spec.from.clone(),
        action: spec.action.clone(),
        assign: spec.assign.clone(),
        clocks: spec.clocks.clone(),
        most: spec.most.unwrap_or(0),
        upper_from: spec.upper_from.unwrap_or(u32::MAX),
        upper_units: spec.upper_units.unwrap_or(u32::MAX),
        apply,
        decide,
        upper,
    }
}

/// An approval is carried out by an action that the system takes from every state in which it can be given.
fn check_actions(
    kind: RequestKind,
    spec: &RequestSpec,
    actions: &[Action],
    bad: &mut impl FnMut(&'static str, &str, &str),
) {
    let moves = matches!(kind, RequestKind::Return | RequestKind::Terminate);
    let by_system = |name: &String| {
        let found = actions.iter().find(|action| action.name == *name);
        found.filter(|action| action.actors.contains(&ActorRule::System))
    };
    let fits = match &spec.action {
        Some(name) => by_system(name)
            .is_some_and(|action| spec.from.iter().all(|state| action.from.contains(state))),
        None => !moves,
    };
    if !fits || (spec.action.is_some() && !moves) {
        bad(
            "action",
            "退单与终止须写明由系统执行、适用于 from 各状态的动作，其他申请没有",
            "a return and a termination name an action of the system for every state of from, others have none",
        );
    }
    let routes =
        |name: &String| by_system(name).is_some_and(|action| action.can_cause(Effect::Route));
    let assigns = spec.assign.as_ref().is_none_or(routes);
    if !assigns || (spec.assign.is_some() && kind != RequestKind::Return) {
        bad(
            "assign",
            "会商指定须为由系统执行、有 route 效果的动作，仅用于退单",
            "a conference assigns by an action of the system with the effect route, for a return alone",
        );
    }
}
