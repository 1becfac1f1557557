//! Resolving the block about merging orders (并案).

use std::collections::HashSet;

use super::action::actors;
use super::known_states;
use crate::domain::merge::MergeRule;
use crate::domain::workflow::definition::{Action, ActorRule};
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::DefinitionSpec;

/// Resolves the block.
pub(super) fn resolve(
    spec: &DefinitionSpec,
    states: &HashSet<&str>,
    actions: &[Action],
    report: &mut Report<'_>,
) -> Option<MergeRule> {
    let merge = spec.merge.as_ref()?;
    let place = Place::top("merge");
    known_states(states, &merge.from, &place.key("from"), report);
    known_states(states, &merge.into, &place.key("into"), report);
    let ends = |name: &String| {
        let mut found = spec.states.iter().filter(|state| state.terminal);
        found.any(|state| state.name == *name)
    };
    let action = actions.iter().find(|action| action.name == merge.action);
    let fits = action.is_some_and(|action| {
        action.actors == [ActorRule::System]
            && action.outcomes.is_empty()
            && merge.from.iter().all(|state| action.from.contains(state))
            && ends(&action.otherwise.to)
    });
    if !fits {
        report.add(
            ProblemKind::BadMerge,
            &place.key("action"),
            "须为仅由系统执行、适用于 from 各状态、通向终态的动作",
            "must be an action of the system alone, for every state of from, that leads to an end",
        );
    }
    if merge.from.is_empty() || merge.into.is_empty() || merge.into.iter().any(ends) {
        report.add(
            ProblemKind::BadMerge,
            &place,
            "from 与 into 不得为空，into 不得含终态",
            "from and into may not be empty, and into may hold no terminal state",
        );
    }
    let who = actors(&merge.who, &place.key("who"), report);
    if !who.iter().any(|rule| *rule != ActorRule::System) {
        report.add(
            ProblemKind::NobodyCan,
            &place.key("who"),
            "没有人能并案",
            "nobody can merge orders",
        );
    }
    Some(MergeRule {
        from: merge.from.clone(),
        into: merge.into.clone(),
        action: merge.action.clone(),
        who,
    })
}
