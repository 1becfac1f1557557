//! Resolving the block about calling back (回访).

use crate::domain::actor::Relation;
use crate::domain::callback::{CallbackOutcome, CallbackRule, Solved};
use crate::domain::workflow::definition::{Action, ActorRule, Condition};
use crate::domain::workflow::effect::Effect;
use crate::domain::workflow::form::{FieldKind, Required};
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::DefinitionSpec;

/// Says whether somebody was reached, in the form of a person's try.
const REACHED: &str = "reached";

/// Resolves the block.
pub(super) fn resolve(
    spec: &DefinitionSpec,
    actions: &[Action],
    report: &mut Report<'_>,
) -> Option<CallbackRule> {
    let Some(callback) = spec.callback.as_ref() else {
        check_unasked(actions, report);
        return None;
    };
    let place = Place::top("callback");
    let find = |name: &String| actions.iter().find(|action| action.name == *name);
    let by_person = find(&callback.by_person).is_some_and(|action| {
        let tries = [CallbackOutcome::Waiting, CallbackOutcome::Discontent];
        records(action, &Required::When(REACHED.to_owned(), true))
            && has_tries(action)
            && tries.iter().all(|outcome| branches(action, *outcome))
    });
    if !by_person {
        report.add(
            ProblemKind::BadCallback,
            &place.key("by_person"),
            "须为有 record_callback 效果的动作：表单含 reached、unreached_reason、solved、satisfaction、attitude，\
             并有 waiting 与 discontent 的去向",
            "must be an action with the effect record_callback, the fields reached, unreached_reason, solved, \
             satisfaction and attitude, and outcomes for waiting and discontent",
        );
    }
    let by_requester = find(&callback.by_requester).is_some_and(|action| {
        let who = [ActorRule::Relation(Relation::Requester), ActorRule::System];
        records(action, &Required::Yes)
            && branches(action, CallbackOutcome::Discontent)
            && who.iter().all(|rule| action.actors.contains(rule))
    });
    if !by_requester {
        report.add(
            ProblemKind::BadCallback,
            &place.key("by_requester"),
            "须为诉求人与系统可执行、有 record_callback 效果的动作：表单必填 solved、satisfaction、attitude，并有 discontent 的去向",
            "must be an action of the requester and of the system with the effect record_callback, the required \
             fields solved, satisfaction and attitude, and an outcome for discontent",
        );
    }
    for (key, value, most) in [
        ("tries", callback.tries, 9),
        ("content_from", u32::from(callback.content_from), 5),
        ("link_hours", callback.link_hours, 720),
    ] {
        if !(1..=most).contains(&value) {
            report.add(
                ProblemKind::BadLimit,
                &place.key(key),
                format!("{key} 须为 1 至 {most}"),
                format!("{key} must be 1 to {most}"),
            );
        }
    }
    Some(CallbackRule {
        by_person: callback.by_person.clone(),
        by_requester: callback.by_requester.clone(),
        tries: callback.tries,
        content_from: callback.content_from,
        link_hours: callback.link_hours,
    })
}

/// Reports actions that record what the definition does not ask for.
fn check_unasked(actions: &[Action], report: &mut Report<'_>) {
    for (index, action) in actions.iter().enumerate() {
        if action.can_cause(Effect::RecordCallback) {
            report.add(
                ProblemKind::BadCallback,
                &Place::top("actions").at(index).key("effects"),
                "效果 record_callback 需要 [callback]",
                "effect record_callback needs a [callback] block",
            );
        }
    }
}

/// Tells whether an action records answers, and its form asks for them.
fn records(action: &Action, required: &Required) -> bool {
    let asks = |name: &str, fits: &dyn Fn(&FieldKind) -> bool| {
        let field = action.form.field(name);
        field.is_some_and(|field| field.required == *required && fits(&field.kind))
    };
    let is_solved = |kind: &FieldKind| match kind {
        FieldKind::Choice { options } => {
            options.len() == Solved::ALL.len()
                && Solved::ALL
                    .iter()
                    .all(|known| options.iter().any(|option| option.value == known.name()))
        }
        _ => false,
    };
    let is_stars = |kind: &FieldKind| *kind == FieldKind::Integer { min: 1, max: 5 };
    action.effects.contains(&Effect::RecordCallback)
        && asks("solved", &is_solved)
        && asks("satisfaction", &is_stars)
        && asks("attitude", &is_stars)
}

/// Tells whether a form records tries that reach nobody, with the reason.
fn has_tries(action: &Action) -> bool {
    let reached = action.form.field(REACHED);
    let reason = action.form.field("unreached_reason");
    reached.is_some_and(|field| field.kind == FieldKind::Boolean && field.required == Required::Yes)
        && reason.is_some_and(|field| {
            matches!(field.kind, FieldKind::Choice { .. })
                && field.required == Required::When(REACHED.to_owned(), false)
        })
}

fn branches(action: &Action, outcome: CallbackOutcome) -> bool {
    let condition = Condition::Callback(outcome);
    let mut outcomes = action.outcomes.iter();
    outcomes.any(|branch| branch.when.contains(&condition))
}
