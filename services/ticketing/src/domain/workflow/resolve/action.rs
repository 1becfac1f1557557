//! Resolving one action.

use std::sync::Arc;

use std::collections::HashSet;

use kernel::{Named, Role};

use super::branch::{check_rounds, conditions, round};
use super::{field, known_state, known_states, title};
use crate::domain::actor::Relation;
use crate::domain::workflow::definition::{Action, ActorRule, Move, Outcome, Over, STAY};
use crate::domain::workflow::effect::Effect;
use crate::domain::workflow::form::Required;
use crate::domain::workflow::guard::Guard;
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::{ActionSpec, ActorSpec};

/// Resolves an action.
pub(super) fn resolve(
    spec: &ActionSpec,
    states: &HashSet<&str>,
    has_review: bool,
    place: &Place,
    report: &mut Report<'_>,
) -> Action {
    known_states(states, &spec.from, &place.key("from"), report);
    if spec.from.is_empty() {
        report.add(
            ProblemKind::NobodyCan,
            &place.key("from"),
            "没有任何状态允许此动作",
            "no state allows this action",
        );
    }
    let form = field::form(&spec.form, &place.key("form"), report);
    let guards = guards(&spec.guards, &place.key("guards"), report);
    let effects = effects(&spec.effects, &place.key("effects"), report);
    known_target(states, &spec.to, &place.key("to"), report);
    let otherwise = Move {
        to: spec.to.clone(),
        round: round(spec.round.as_deref(), &place.key("round"), report),
        effects: Vec::new(),
    };
    let mut outcomes = Vec::new();
    for (index, outcome) in spec.outcomes.iter().enumerate() {
        let place = place.key("outcomes").at(index);
        known_target(states, &outcome.to, &place.key("to"), report);
        outcomes.push(Outcome {
            when: conditions(&outcome.when, &form, &effects, &place.key("when"), report),
            then: Move {
                to: outcome.to.clone(),
                round: round(outcome.round.as_deref(), &place.key("round"), report),
                effects: self::effects(&outcome.effects, &place.key("effects"), report),
            },
        });
    }
    let action = Action {
        name: spec.name.clone(),
        title: title(spec.title.as_ref(), &place.key("title"), report),
        from: spec.from.clone(),
        otherwise,
        actors: actors(&spec.actors, &place.key("actors"), report),
        guards,
        schema: Arc::new(form.schema()),
        form,
        effects,
        outcomes,
    };
    check_effects(&action, has_review, place, report);
    check_rounds(&action, place, report);
    action
}

/// An action leads to a state, or stays where it is taken.
fn known_target(states: &HashSet<&str>, name: &str, place: &Place, report: &mut Report<'_>) {
    if name != STAY {
        known_state(states, name, place, report);
    }
}

/// Reports relations that no action ever gives to anybody.
pub(super) fn check_relations(actions: &[Action], report: &mut Report<'_>) {
    let given = |effect| actions.iter().any(|action| action.can_cause(effect));
    let (assigns, draws) = (given(Effect::Assign), given(Effect::DrawPanel));
    for (index, action) in actions.iter().enumerate() {
        let can = |rule: &ActorRule| match rule {
            ActorRule::Relation(Relation::Assignee) => assigns,
            ActorRule::Relation(Relation::Panel) => draws,
            _ => true,
        };
        if !action.actors.iter().any(can) {
            report.add(
                ProblemKind::NobodyCan,
                &Place::top("actions").at(index).key("actors"),
                format!("没有人能执行动作 {:?}", action.name),
                format!("nobody can take action {:?}", action.name),
            );
        }
    }
}

pub(super) fn actors(
    specs: &[ActorSpec],
    place: &Place,
    report: &mut Report<'_>,
) -> Vec<ActorRule> {
    let mut rules = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let place = place.at(index);
        match (&spec.roles, &spec.relation, spec.system) {
            (Some(names), None, None) => {
                let held = roles(names, &place.key("roles"), report);
                let over = match spec.over.as_deref() {
                    None | Some("area") => Over::Area,
                    Some("unit") => Over::Unit,
                    Some(word) => {
                        unknown_word(word, "area, unit", &place.key("over"), report);
                        continue;
                    }
                };
                if !held.is_empty() {
                    rules.push(ActorRule::Roles { roles: held, over });
                }
            }
            (None, Some(name), None) => match Relation::from_name(name) {
                Some(relation) => rules.push(ActorRule::Relation(relation)),
                None => report.add(
                    ProblemKind::UnknownRelation,
                    &place.key("relation"),
                    format!("未知关系 {name:?}"),
                    format!("unknown relation {name:?}"),
                ),
            },
            (None, None, Some(true)) => rules.push(ActorRule::System),
            _ => report.add(
                ProblemKind::UnknownWord,
                &place,
                "须为 roles、relation、system = true 之一",
                "must be exactly one of roles, relation, system = true",
            ),
        }
    }
    rules
}

pub(super) fn roles(names: &[String], place: &Place, report: &mut Report<'_>) -> Vec<Role> {
    let mut roles = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match name.parse::<Role>() {
            Ok(role) => roles.push(role),
            Err(_) => report.add(
                ProblemKind::UnknownRole,
                &place.at(index),
                format!("未知角色 {name:?}"),
                format!("unknown role {name:?}"),
            ),
        }
    }
    roles
}

fn guards(names: &[String], place: &Place, report: &mut Report<'_>) -> Vec<Guard> {
    let mut guards = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match Guard::from_name(name) {
            Some(guard) => guards.push(guard),
            None => report.add(
                ProblemKind::UnknownGuard,
                &place.at(index),
                format!("未知守卫 {name:?}"),
                format!("unknown guard {name:?}"),
            ),
        }
    }
    guards
}

fn effects(names: &[String], place: &Place, report: &mut Report<'_>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match Effect::from_name(name) {
            Some(effect) => effects.push(effect),
            None => report.add(
                ProblemKind::UnknownEffect,
                &place.at(index),
                format!("未知效果 {name:?}"),
                format!("unknown effect {name:?}"),
            ),
        }
    }
    effects
}

/// Reports a word that is none of those allowed.
pub(super) fn unknown_word(word: &str, allowed: &str, place: &Place, report: &mut Report<'_>) {
    report.add(
        ProblemKind::UnknownWord,
        place,
        format!("{word:?} 须为以下之一：{allowed}"),
        format!("{word:?} must be one of {allowed}"),
    );
}

/// Reports effects that lack what they work with.
fn check_effects(action: &Action, has_review: bool, place: &Place, report: &mut Report<'_>) {
    for effect in Effect::ALL.iter().copied() {
        if !action.can_cause(effect) {
            continue;
        }
        let name = effect.name();
        if effect.needs_review() && !has_review {
            report.add(
                ProblemKind::BadReview,
                &place.key("effects"),
                format!("效果 {name} 需要 [review]"),
                format!("effect {name} needs a [review] block"),
            );
        }
        for needed in effect.needed_fields() {
            let field = action.form.field(needed.name);
            let fits = field.is_some_and(|field| {
                field.required == Required::Yes && Effect::accepts(*needed, &field.kind)
            });
            if !fits {
                let (key, kind) = (needed.name, needed.kind);
                report.add(
                    ProblemKind::MissingField,
                    &place.key("form"),
                    format!("效果 {name} 需要必填字段 {key}（{kind}）"),
                    format!("effect {name} needs a required field {key} of type {kind}"),
                );
            }
        }
    }
}
