//! From the file's texts to a definition: every name is looked up, every limit checked.
//!
//! Where a name is unknown the entry is left out and the problem reported; the definition made here is used only when
//! the report stays empty.

mod action;
mod assist;
mod branch;
mod callback;
mod clock;
mod field;
mod merge;
mod request;
mod verification;

use kernel::Named;
use std::collections::HashSet;

use super::definition::{Definition, STAY, State};
use super::effect::Effect;
use super::place::{Place, Report};
use super::problem::ProblemKind;
use super::spec::{DefinitionSpec, ReviewSpec, StateSpec};
use crate::domain::number::OrderNumber;
use crate::domain::review::{BelowQuorum, ReviewExtension, ReviewOutcome, ReviewRule};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::definition::Condition;

/// The most rounds that one level may have.
const MAX_ROUNDS: u32 = 9;

/// Resolves a whole file.
pub(crate) fn definition(spec: &DefinitionSpec, report: &mut Report<'_>) -> Definition {
    check_head(spec, report);
    let states = states(&spec.states, report);
    let names: HashSet<&str> = spec
        .states
        .iter()
        .map(|state| state.name.as_str())
        .collect();
    known_state(&names, &spec.initial, &Place::top("initial"), report);
    let mut actions = Vec::new();
    let mut seen = HashSet::new();
    for (index, action) in spec.actions.iter().enumerate() {
        let place = Place::top("actions").at(index);
        unique(&mut seen, &action.name, &place, report);
        actions.push(action::resolve(
            action,
            &names,
            spec.review.is_some(),
            &place,
            report,
        ));
    }
    action::check_relations(&actions, report);
    let of_parts = spec.assist.as_ref().map(|assist| assist.clock.as_str());
    let clocks = clock::resolve_all(&spec.clocks, &names, (&actions, of_parts), report);
    let assist = assist::resolve(spec, &clocks, report);
    let merge = merge::resolve(spec, &names, &actions, report);
    let callback = callback::resolve(spec, &actions, report);
    let title = title(spec.title.as_ref(), &Place::top("title"), report);
    let definition = Definition {
        name: spec.name.clone(),
        version: spec.version,
        title,
        number_prefix: spec.number_prefix.clone(),
        initial: spec.initial.clone(),
        max_rounds: spec.max_rounds,
        states,
        requests: request::resolve_all(&spec.requests, &names, (&actions, &clocks), report),
        actions,
        clocks,
        review: spec
            .review
            .as_ref()
            .map(|review| review_rule(review, report)),
        callback,
        assist,
        merge,
        verification: verification::resolve(&spec.verification, &spec.actions, report),
    };
    if let Some(review) = &spec.review {
        check_review(review, &definition, report);
    }
    definition
}

fn check_head(spec: &DefinitionSpec, report: &mut Report<'_>) {
    let kebab = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-');
    if !spec
        .name
        .starts_with(|letter: char| letter.is_ascii_lowercase())
        || !spec.name.chars().all(kebab)
        || spec.name.len() > 40
    {
        let place = Place::top("name");
        report.add(
            ProblemKind::BadName,
            &place,
            "流程名须为小写字母、数字、连字符",
            "the name must be lower-case letters, digits and hyphens",
        );
    }
    if !OrderNumber::is_prefix(&spec.number_prefix) {
        let place = Place::top("number_prefix");
        report.add(
            ProblemKind::BadName,
            &place,
            "编号前缀须为 1 至 4 个大写字母",
            "the number prefix must be one to four capitals",
        );
    }
    if spec.version == 0 {
        let place = Place::top("version");
        report.add(
            ProblemKind::BadLimit,
            &place,
            "版本从 1 开始",
            "versions start at 1",
        );
    }
    if !(1..=MAX_ROUNDS).contains(&spec.max_rounds) {
        let place = Place::top("max_rounds");
        report.add(
            ProblemKind::BadLimit,
            &place,
            format!("轮次上限须为 1 至 {MAX_ROUNDS}"),
            format!("max_rounds must be 1 to {MAX_ROUNDS}"),
        );
    }
}

fn states(specs: &[StateSpec], report: &mut Report<'_>) -> Vec<State> {
    let mut seen = HashSet::new();
    let mut states = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let place = Place::top("states").at(index);
        unique(&mut seen, &spec.name, &place, report);
        if spec.name == STAY {
            report.add(
                ProblemKind::BadName,
                &place.key("name"),
                "状态不得名为 same，它表示“留在原状态”",
                "no state is named same: it stands for the state in which an action is taken",
            );
        }
        states.push(State {
            name: spec.name.clone(),
            title: title(spec.title.as_ref(), &place.key("title"), report),
            terminal: spec.terminal,
        });
    }
    states
}

fn review_rule(spec: &ReviewSpec, report: &mut Report<'_>) -> ReviewRule {
    let place = Place::top("review");
    let by_household = match spec.by.as_deref() {
        None | Some("person") => false,
        Some("household") => true,
        Some(word) => {
            action::unknown_word(word, "person, household", &place.key("by"), report);
            false
        }
    };
    let below_quorum = spec
        .below_quorum
        .as_deref()
        .map_or(Some(BelowQuorum::Votes), |word| {
            let known = BelowQuorum::from_name(word);
            if known.is_none() {
                action::unknown_word(word, "votes, unjudged", &place.key("below_quorum"), report);
            }
            known
        });
    let extension = match (&spec.extend_clock, spec.extend_hours) {
        (Some(clock), Some(hours)) => Some(ReviewExtension {
            clock: clock.clone(),
            hours,
        }),
        (None, None) => None,
        _ => {
            report.add(
                ProblemKind::BadReview,
                &place.key("extend_hours"),
                "extend_hours 与 extend_clock 须同时给出",
                "extend_hours and extend_clock go together",
            );
            None
        }
    };
    ReviewRule {
        by_household,
        below_quorum: below_quorum.unwrap_or(BelowQuorum::Votes),
        extension,
        action: spec.action.clone(),
        panel: spec.panel,
        quorum: spec.quorum,
        pass_mean_x100: spec.pass_mean_x100,
        solved_majority: spec.solved_majority,
    }
}

fn check_review(spec: &ReviewSpec, definition: &Definition, report: &mut Report<'_>) {
    let place = Place::top("review");
    let mut add = |key, zh: &str, en: &str| {
        report.add(ProblemKind::BadReview, &place.key(key), zh, en);
    };
    match definition.action(&spec.action) {
        None => add(
            "action",
            "评单动作不存在",
            "there is no such action to cast votes",
        ),
        Some(action) => {
            if !action.effects.contains(&Effect::RecordVote) {
                add(
                    "action",
                    "评单动作须有 record_vote 效果",
                    "its effects must hold record_vote",
                );
            }
            for outcome in [ReviewOutcome::Passed, ReviewOutcome::Failed] {
                let condition = Condition::Review(outcome);
                if !action
                    .outcomes
                    .iter()
                    .any(|branch| branch.when.contains(&condition))
                {
                    let name = outcome.name();
                    let zh = format!("评单动作缺少 review = \"{name}\" 的去向");
                    let en = format!("the action has no outcome for review = \"{name}\"");
                    add("action", &zh, &en);
                }
            }
        }
    }
    if !definition
        .actions
        .iter()
        .any(|action| action.can_cause(Effect::DrawPanel))
    {
        add("panel", "没有动作抽取评议人", "no action draws the panel");
    }
    if let Some(extension) = definition
        .review
        .as_ref()
        .and_then(|rule| rule.extension.as_ref())
    {
        let runs = |name: &str| definition.clocks.iter().any(|clock| clock.name == name);
        let condition = Condition::Review(ReviewOutcome::Extended);
        let mut concluding = definition
            .actions
            .iter()
            .filter(|action| action.effects.contains(&Effect::ConcludeReview));
        let stays = concluding.all(|action| {
            let mut outcomes = action.outcomes.iter();
            let found = outcomes.find(|branch| branch.when == [condition.clone()]);
            found.is_some_and(|branch| action.from == [branch.then.to.clone()])
        });
        if !(1..=720).contains(&extension.hours) || !runs(&extension.clock) || !stays {
            add(
                "extend_hours",
                "延长须为 1 至 720 小时，计时须存在，结束评单的动作须有 review = \"extended\" 且留在原状态的去向",
                "1 to 720 hours of a clock that exists, and every action that concludes must stay where it is for \
                 review = \"extended\"",
            );
        }
    }
    if !(1..=100).contains(&spec.panel) {
        add("panel", "评议人数须为 1 至 100", "panel must be 1 to 100");
    }
    if spec.quorum == 0 || spec.quorum > spec.panel.saturating_add(1) {
        add(
            "quorum",
            "法定票数须为 1 至评议人数加 1",
            "quorum must be 1 to panel + 1",
        );
    }
    if !(100..=500).contains(&spec.pass_mean_x100) {
        add(
            "pass_mean_x100",
            "合格均分须为 100 至 500",
            "pass_mean_x100 must be 100 to 500",
        );
    }
}

/// Takes a title over, or reports that it is missing.
fn title(title: Option<&Bilingual>, place: &Place, report: &mut Report<'_>) -> Bilingual {
    match title {
        Some(title) if !title.is_incomplete() => title.clone(),
        _ => {
            report.add(
                ProblemKind::MissingTitle,
                place,
                "缺少中英文标题",
                "the title in both languages is missing",
            );
            Bilingual::default()
        }
    }
}

/// Reports a malformed name and one that was used before.
fn unique<'spec>(
    seen: &mut HashSet<&'spec str>,
    name: &'spec str,
    place: &Place,
    report: &mut Report<'_>,
) {
    let place = place.key("name");
    let snake = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_');
    let starts = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    if !starts || !name.chars().all(snake) || name.len() > 40 {
        report.add(
            ProblemKind::BadName,
            &place,
            format!("名称 {name:?} 须为小写字母、数字、下划线"),
            format!("name {name:?} must be lower-case letters, digits and underscores"),
        );
    }
    if !seen.insert(name) {
        report.add(
            ProblemKind::Duplicate,
            &place,
            format!("名称 {name:?} 重复"),
            format!("name {name:?} is used twice"),
        );
    }
}

fn known_states(states: &HashSet<&str>, names: &[String], place: &Place, report: &mut Report<'_>) {
    for (index, name) in names.iter().enumerate() {
        known_state(states, name, &place.at(index), report);
    }
}

fn known_state(states: &HashSet<&str>, name: &str, place: &Place, report: &mut Report<'_>) {
    if !states.contains(name) {
        report.add(
            ProblemKind::UnknownState,
            place,
            format!("未知状态 {name:?}"),
            format!("unknown state {name:?}"),
        );
    }
}
