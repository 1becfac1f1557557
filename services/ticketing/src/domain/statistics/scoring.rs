//! How a score of 100 is made of the figures (计分办法): the three rates by their weights, or 100 less deductions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Counts;
use super::measures::after_deductions;

/// How a score is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoringScheme {
    /// 三率综合 (8).
    #[default]
    ThreeRates,
    /// 扣分制: 100 − Σ penalty, not below 0 (14).
    Deductions,
}

/// What each of a count costs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deduction {
    /// The count, as the figures name it.
    pub count: String,
    /// Points for each.
    pub points: u64,
    /// Points for all of them together at most; 100 where nothing is said.
    #[serde(default = "all")]
    pub most: u64,
}

fn all() -> u64 {
    100
}

/// Which scheme holds where, and what the deductions are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scoring {
    /// The scheme of figures that are of no single workflow, and of workflows without their own.
    pub default: ScoringScheme,
    /// The schemes of single workflows.
    pub workflows: BTreeMap<String, ScoringScheme>,
    /// What costs points.
    pub deductions: Vec<Deduction>,
}

impl Scoring {
    /// Finds the scheme of a workflow's figures, or of those of all.
    #[must_use]
    pub fn scheme(&self, workflow: Option<&str>) -> ScoringScheme {
        let own = workflow.and_then(|name| self.workflows.get(name));
        *own.unwrap_or(&self.default)
    }

    /// Tells whether deductions are used anywhere.
    #[must_use]
    pub(super) fn deducts(&self) -> bool {
        let mut schemes = self.workflows.values().chain([&self.default]);
        schemes.any(|scheme| *scheme == ScoringScheme::Deductions)
    }

    /// 扣分制: 100 less what each count costs; nothing where no order is counted (14).
    #[must_use]
    pub fn deducted(&self, counts: &Counts) -> Option<u64> {
        let penalties: Vec<u64> = self
            .deductions
            .iter()
            .map(|one| {
                let many = counts.get(&one.count).unwrap_or_default();
                many.saturating_mul(one.points).min(one.most)
            })
            .collect();
        (counts.opened > 0).then(|| after_deductions(&penalties))
    }
}

#[cfg(test)]
mod tests;
