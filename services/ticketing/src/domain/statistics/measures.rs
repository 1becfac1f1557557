//! Formulas that are no rate of two counts, or that need what this service does not know.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rate::float;
use super::scoring::{Scoring, ScoringScheme};
use super::{Counts, Rate, Sums};

/// Points of the five answers, from 非常不满意 to 非常满意, of the two-score system (9, S18).
const TWO_SCORE: [f64; 5] = [-100.0, 0.0, 50.0, 80.0, 100.0];

/// 接通率: answered by a person ÷ calls queued for a person (1).
#[must_use]
pub fn connection(answered: u64, queued: u64) -> Rate {
    Rate::of(answered, queued)
}

/// 15 秒应答率: answered within 15 s ÷ answered (1).
#[must_use]
pub fn quick_answer(within_15_s: u64, answered: u64) -> Rate {
    Rate::of(within_15_s, answered)
}

/// 知识库更新及时率: updated in time ÷ due (13).
#[must_use]
pub fn knowledge_upkeep(in_time: u64, due: u64) -> Rate {
    Rate::of(in_time, due)
}

/// 万人诉求比: accepted ÷ population × 10,000 (13); `千户事件数` with households and 1,000 (22).
#[must_use]
pub fn per_heads(accepted: u64, heads: u64, unit: u64) -> Option<f64> {
    Rate::of(accepted, heads)
        .value
        .map(|share| share * float(unit))
}

/// 网格巡查覆盖率: visited targets ÷ targets (22).
#[must_use]
pub fn patrol_coverage(visited: u64, targets: u64) -> Rate {
    Rate::of(visited, targets)
}

/// Weights of the three rates; they are set anew for each round (8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureWeights {
    /// 响应率, in percent.
    pub response: u32,
    /// 解决率, in percent.
    pub solution: u32,
    /// 满意率, in percent.
    pub satisfaction: u32,
}

impl FigureWeights {
    /// Returns the sum, which is to be 100.
    #[must_use]
    pub fn sum(self) -> u32 {
        self.response
            .saturating_add(self.solution)
            .saturating_add(self.satisfaction)
    }
}

/// 三率综合: w1·响应 + w2·解决 + w3·满意, in percent (8); nothing where one of them has no value.
#[must_use]
pub fn three_rates(
    weights: FigureWeights,
    response: Rate,
    solution: Rate,
    satisfaction: Rate,
) -> Option<f64> {
    let part = |weight: u32, rate: Rate| rate.value.map(|value| value * f64::from(weight));
    Some(
        part(weights.response, response)?
            + part(weights.solution, solution)?
            + part(weights.satisfaction, satisfaction)?,
    )
}

/// Lists how often each answer was given, from 1 to 5.
fn answers(counts: &Counts) -> [u64; 5] {
    [
        counts.satisfaction_1,
        counts.satisfaction_2,
        counts.satisfaction_3,
        counts.satisfaction_4,
        counts.satisfaction_5,
    ]
}

fn mean(counts: &Counts, points: [f64; 5]) -> Option<f64> {
    let given = answers(counts);
    let all: u64 = given.iter().sum();
    let total: f64 = given
        .into_iter()
        .zip(points)
        .map(|(count, points)| float(count) * points)
        .sum();
    (all > 0).then(|| total / float(all))
}

/// 双评分满意度: mean of 100/80/50/0/−100 points (9, S18).
#[must_use]
pub fn two_score(counts: &Counts) -> Option<f64> {
    mean(counts, TWO_SCORE)
}

/// 好差评: mean of one to five stars (9, S21).
#[must_use]
pub fn stars(counts: &Counts) -> Option<f64> {
    mean(counts, [1.0, 2.0, 3.0, 4.0, 5.0])
}

/// 平均办理时长: working minutes ÷ orders (12).
#[must_use]
pub fn mean_minutes(counts: &Counts) -> Option<f64> {
    Rate::of(counts.timed_minutes, counts.timed).value
}

/// 平均超时倍数: Σ (used − limit) ÷ limit ÷ orders beyond their limit (18).
#[must_use]
pub fn over_limit(counts: &Counts) -> Option<f64> {
    Rate::of(counts.over_limit_percent, counts.over_limit)
        .value
        .map(|percent| percent / 100.0)
}

/// 扣分制: 100 − Σ penalty, not below 0 (14, 温州).
#[must_use]
pub fn after_deductions(penalties: &[u64]) -> u64 {
    let sum = penalties
        .iter()
        .fold(0_u64, |sum, penalty| sum.saturating_add(*penalty));
    100_u64.saturating_sub(sum)
}

/// 部门得分: mean of what streets gave departments that they had whistled for, of 100 (23).
#[must_use]
pub fn unit_score(counts: &Counts) -> Option<f64> {
    Rate::of(counts.unit_score_points, counts.unit_scores).value
}

/// 街道得分: mean of what departments gave the streets that had whistled, of 100 (23).
#[must_use]
pub fn place_score(counts: &Counts) -> Option<f64> {
    Rate::of(counts.place_score_points, counts.place_scores).value
}

/// What is no rate (指标).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct FigureMeasures {
    /// 三率综合，百分制 (8).
    pub three_rates: Option<f64>,
    /// 三率权重 (weights of the three rates).
    pub weights: FigureWeights,
    /// 双评分满意度 (9).
    pub two_score: Option<f64>,
    /// 好差评均分 (mean stars, 9).
    pub stars: Option<f64>,
    /// 平均办理时长，工作分钟 (mean handling time in working minutes, 12).
    pub mean_minutes: Option<f64>,
    /// 办理时长中位数，误差不超过四分之一 (median, right to within a quarter, 12).
    pub median_minutes: Option<u64>,
    /// 办理时长 90 分位数，误差不超过四分之一 (what nine in ten stayed within, 12).
    pub p90_minutes: Option<u64>,
    /// 平均超时倍数 (18).
    pub over_limit: Option<f64>,
    /// 部门得分均值：街道评部门，百分制 (mean of streets' scores of departments, 23).
    pub unit_score: Option<f64>,
    /// 街道得分均值：部门评街道，百分制 (mean of departments' scores of streets, 23).
    pub place_score: Option<f64>,
    /// 计分办法 (how the score is made).
    pub scheme: ScoringScheme,
    /// 得分，百分制 (the score by that scheme, 8 or 14).
    pub score: Option<f64>,
}

impl FigureMeasures {
    /// Computes all of them, for one workflow or for all.
    #[must_use]
    pub fn of(
        sums: &Sums,
        weights: FigureWeights,
        scoring: &Scoring,
        workflow: Option<&str>,
    ) -> Self {
        let counts = &sums.counts;
        let three_rates = three_rates(
            weights,
            super::formulas::response(counts),
            super::formulas::solution(counts),
            super::formulas::satisfaction(counts),
        );
        let scheme = scoring.scheme(workflow);
        Self {
            three_rates,
            weights,
            two_score: two_score(counts),
            stars: stars(counts),
            mean_minutes: mean_minutes(counts),
            median_minutes: sums.percentile(50),
            p90_minutes: sums.percentile(90),
            over_limit: over_limit(counts),
            unit_score: unit_score(counts),
            place_score: place_score(counts),
            scheme,
            score: match scheme {
                ScoringScheme::ThreeRates => three_rates,
                ScoringScheme::Deductions => scoring.deducted(counts).map(float),
            },
        }
    }
}
