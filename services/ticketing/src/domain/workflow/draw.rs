//! A definition as a Mermaid state diagram.

use kernel::Named;
use std::fmt::Write as _;

use super::definition::{Action, Condition, Definition, Move, RoundChange};
use crate::domain::verification::Verification;

/// Draws a definition as `stateDiagram-v2`, with Chinese titles; loops that change nothing are left out.
#[must_use]
pub fn mermaid(definition: &Definition) -> String {
    let mut text = String::new();
    // writing to a String cannot fail
    let _ = writeln!(
        text,
        "---\ntitle: {} {} v{}\n---",
        definition.title.zh, definition.name, definition.version
    );
    text.push_str("stateDiagram-v2\n");
    for state in &definition.states {
        let _ = writeln!(text, "    {} : {}", state.name, label(&state.title.zh));
    }
    let _ = writeln!(text, "    [*] --> {}", definition.initial);
    for action in &definition.actions {
        for from in &action.from {
            for (condition, made) in branches(action) {
                // a step of several that leads on stays out of the way, one that only does is shown
                let to = made.target(from);
                let stays = to == from && made.round == RoundChange::Keep;
                if stays && !action.outcomes.is_empty() {
                    continue;
                }
                let _ = writeln!(
                    text,
                    "    {from} --> {to} : {}{condition}",
                    label(&action.title.zh)
                );
            }
        }
    }
    for state in definition.states.iter().filter(|state| state.terminal) {
        let _ = writeln!(text, "    {} --> [*]", state.name);
    }
    text
}

/// Walks the moves of an action with the text of their condition.
fn branches(action: &Action) -> impl Iterator<Item = (String, &Move)> {
    let outcomes = action.outcomes.iter().map(|outcome| {
        let conditions: Vec<String> = outcome.when.iter().map(words).collect();
        (format!("［{}］", conditions.join("，")), &outcome.then)
    });
    let rest = if action.outcomes.is_empty() {
        ""
    } else {
        "［其他］"
    };
    outcomes.chain(std::iter::once((rest.to_owned(), &action.otherwise)))
}

fn words(condition: &Condition) -> String {
    match condition {
        Condition::Boolean(field, value) => format!("{field}={value}"),
        Condition::Choice(field, value) => format!("{field}={value}"),
        Condition::Review(outcome) => format!("review={}", outcome.name()),
        Condition::Callback(outcome) => format!("callback={}", outcome.name()),
        Condition::RoundsLeft(true) => "尚可重办".to_owned(),
        Condition::RoundsLeft(false) => "不可重办".to_owned(),
        Condition::Verification(Verification::Word) => "以诉求人的话为准".to_owned(),
        Condition::Verification(Verification::Photo) => "以核查照片为准".to_owned(),
        Condition::Verification(Verification::Both) => "既核查又回访".to_owned(),
        Condition::UnitSet(true) => "有承办单位".to_owned(),
        Condition::UnitSet(false) => "无承办单位".to_owned(),
        Condition::RequesterKnown(true) => "有诉求人可回访".to_owned(),
        Condition::RequesterKnown(false) => "无诉求人可回访".to_owned(),
    }
}

/// Replaces the characters that end a label in Mermaid.
fn label(title: &str) -> String {
    title.replace([';', ':', '\n'], " ")
}
