//! Resolving how results of categories are verified (核查方式).

use std::collections::BTreeMap;

use kernel::Named;

use super::action::unknown_word;
use crate::domain::verification::Verification;
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::ActionSpec;

/// Digits of the codes of categories, by level.
const LENGTHS: [usize; 4] = [2, 4, 6, 8];

/// Resolves the table.
pub(super) fn resolve(
    specs: &BTreeMap<String, String>,
    actions: &[ActionSpec],
    report: &mut Report<'_>,
) -> BTreeMap<String, Verification> {
    let place = Place::top("verification");
    let mut outcomes = actions.iter().flat_map(|action| &action.outcomes);
    let asked = outcomes.any(|outcome| {
        let mut when = outcome.when.iter();
        when.any(|condition| condition.verification.is_some())
    });
    if !specs.is_empty() && !asked {
        report.add(
            ProblemKind::BadCondition,
            &place,
            "流程没有以 verification 为条件的去向",
            "the workflow has no outcome that depends on verification",
        );
    }
    let mut resolved = BTreeMap::new();
    for (code, word) in specs {
        let digits = code.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !LENGTHS.contains(&code.len()) {
            report.add(
                ProblemKind::BadName,
                &place,
                format!("类别编码 {code:?} 须为两、四、六或八位数字"),
                format!("category {code:?} must be two, four, six or eight digits"),
            );
        }
        match Verification::from_name(word) {
            Some(policy) => {
                resolved.insert(code.clone(), policy);
            }
            None => unknown_word(word, "word, photo, both", &place, report),
        }
    }
    resolved
}
