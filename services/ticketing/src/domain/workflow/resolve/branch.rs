//! Resolving the branches of an action: conditions and rounds.

use super::action::unknown_word;
use crate::domain::callback::CallbackOutcome;
use crate::domain::review::ReviewOutcome;
use crate::domain::verification::Verification;
use crate::domain::workflow::definition::{Action, Condition, RoundChange};
use crate::domain::workflow::effect::Effect;
use crate::domain::workflow::form::{FieldKind, Form};
use crate::domain::workflow::guard::Guard;
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::{ConditionSpec, ValueSpec};
use kernel::Named;

/// Resolves what a move does to the round.
pub(super) fn round(word: Option<&str>, place: &Place, report: &mut Report<'_>) -> RoundChange {
    let Some(word) = word else {
        return RoundChange::Keep;
    };
    RoundChange::from_name(word).unwrap_or_else(|| {
        unknown_word(word, "keep, next, fresh", place, report);
        RoundChange::Keep
    })
}

/// Resolves the conditions of an outcome.
pub(super) fn conditions(
    specs: &[ConditionSpec],
    form: &Form,
    effects: &[Effect],
    place: &Place,
    report: &mut Report<'_>,
) -> Vec<Condition> {
    let mut conditions = Vec::new();
    if specs.is_empty() {
        report.add(
            ProblemKind::BadCondition,
            place,
            "条件为空，其后的分支永远不会执行",
            "without a condition the branches behind it are never taken",
        );
    }
    for (index, spec) in specs.iter().enumerate() {
        match condition(spec, form, effects) {
            Some(condition) => conditions.push(condition),
            None => report.add(
                ProblemKind::BadCondition,
                &place.at(index),
                "条件无法求值：须为表单的布尔或选项字段及其取值，或有投票的动作的 review，或回访动作的 callback，\
                 或 rounds_left、verification、unit_set、requester_known",
                "the condition cannot be evaluated: a boolean or choice field of the form with one of its values, \
                 or review on an action that counts votes, or callback on one that records it, or rounds_left, \
                 verification, unit_set or requester_known",
            ),
        }
    }
    conditions
}

fn condition(spec: &ConditionSpec, form: &Form, effects: &[Effect]) -> Option<Condition> {
    let depends_on = [
        spec.field.is_some() && spec.is.is_some(),
        spec.review.is_some(),
        spec.callback.is_some(),
        spec.rounds_left.is_some(),
        spec.verification.is_some(),
        spec.unit_set.is_some(),
        spec.requester_known.is_some(),
    ];
    let one = depends_on.into_iter().filter(|named| *named).count() == 1;
    if !one || spec.field.is_some() != spec.is.is_some() {
        return None;
    }
    if let (Some(name), Some(value)) = (&spec.field, &spec.is) {
        return of_field(form, name, value);
    }
    if let Some(word) = &spec.review {
        let counts =
            effects.contains(&Effect::RecordVote) || effects.contains(&Effect::ConcludeReview);
        return ReviewOutcome::from_name(word)
            .filter(|_| counts)
            .map(Condition::Review);
    }
    if let Some(word) = &spec.callback {
        return CallbackOutcome::from_name(word)
            .filter(|_| effects.contains(&Effect::RecordCallback))
            .map(Condition::Callback);
    }
    if let Some(word) = &spec.verification {
        return Verification::from_name(word).map(Condition::Verification);
    }
    let rounds = spec.rounds_left.map(Condition::RoundsLeft);
    let unit = spec.unit_set.map(Condition::UnitSet);
    let requester = spec.requester_known.map(Condition::RequesterKnown);
    rounds.or(unit).or(requester)
}

/// A boolean or choice field of the form, with one of its values.
fn of_field(form: &Form, name: &str, value: &ValueSpec) -> Option<Condition> {
    match (&form.field(name)?.kind, value) {
        (FieldKind::Boolean, ValueSpec::Boolean(value)) => {
            Some(Condition::Boolean(name.to_owned(), *value))
        }
        (FieldKind::Choice { options }, ValueSpec::Text(value)) => options
            .iter()
            .any(|option| option.value == *value)
            .then(|| Condition::Choice(name.to_owned(), value.clone())),
        _ => None,
    }
}

/// Reports a next round that nothing limits.
pub(super) fn check_rounds(action: &Action, place: &Place, report: &mut Report<'_>) {
    if action.guards.contains(&Guard::RoundsLeft) {
        return;
    }
    let mut add = |place: &Place| {
        report.add(
            ProblemKind::UnlimitedRounds,
            &place.key("round"),
            "round = \"next\" 须以 rounds_left = true 为条件",
            "round = \"next\" must depend on rounds_left = true",
        );
    };
    if action.otherwise.round == RoundChange::Next {
        add(place);
    }
    for (index, outcome) in action.outcomes.iter().enumerate() {
        let limited = outcome.when.contains(&Condition::RoundsLeft(true));
        if outcome.then.round == RoundChange::Next && !limited {
            add(&place.key("outcomes").at(index));
        }
    }
}
