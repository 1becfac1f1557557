//! Resolving the block of assisting units (协办).

use super::action::{actors, roles};
use crate::domain::assist::AssistRule;
use crate::domain::workflow::definition::{ActorRule, ClockRule};
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::DefinitionSpec;

/// The most open parts that a workflow may allow.
const MOST: u32 = 20;

/// Resolves the block; states that allow it and the block stand together.
pub(super) fn resolve(
    spec: &DefinitionSpec,
    clocks: &[ClockRule],
    report: &mut Report<'_>,
) -> Option<AssistRule> {
    let assisting = spec.states.iter().filter(|state| state.assist);
    let states: Vec<String> = assisting.map(|state| state.name.clone()).collect();
    let place = Place::top("assist");
    let mut bad = |place: &Place, zh: &str, en: &str| {
        report.add(ProblemKind::BadAssist, place, zh, en);
    };
    for (index, state) in spec.states.iter().enumerate() {
        let place = Place::top("states").at(index).key("assist");
        if state.assist && spec.assist.is_none() {
            bad(
                &place,
                "状态允许协办，但没有 [assist]",
                "the state allows assisting units, and there is no [assist]",
            );
        }
        if state.assist && state.terminal {
            bad(
                &place,
                "终态不得有协办",
                "a terminal state may have no assisting units",
            );
        }
    }
    let assist = spec.assist.as_ref()?;
    if states.is_empty() {
        bad(
            &place,
            "没有状态允许协办（assist = true）",
            "no state allows assisting units (assist = true)",
        );
    }
    if !clocks.iter().any(|clock| clock.name == assist.clock) {
        bad(
            &place.key("clock"),
            "须为流程中的计时",
            "must name a clock of the workflow",
        );
    }
    if !(1..=MOST).contains(&assist.most) {
        bad(
            &place.key("most"),
            "同时协办的单位须为 1 至 20 个",
            "most must be 1 to 20",
        );
    }
    let ask = actors(&assist.ask, &place.key("ask"), report);
    let roles = roles(&assist.roles, &place.key("roles"), report);
    if roles.is_empty() || !ask.iter().any(|rule| *rule != ActorRule::System) {
        report.add(
            ProblemKind::NobodyCan,
            &place,
            "没有人能请求或办理协办",
            "nobody can ask for or work on a part",
        );
    }
    Some(AssistRule {
        states,
        clock: assist.clock.clone(),
        most: assist.most,
        ask,
        roles,
    })
}
