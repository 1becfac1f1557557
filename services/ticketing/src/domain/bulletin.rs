//! Bulletins (季度公报): what is published of the figures of a place and a quarter, with small counts hidden, each chained
//! to the one before by its hash.

pub mod chain;
pub mod quarter;
mod suppress;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::{OrgCode, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::statistics::{Counts, Rate, Rates};
pub use suppress::{Cell, hidden};

/// The form of a bulletin; another one gets another name.
pub const SCHEMA: &str = "linli-bulletin-1";
/// Counts below this are not shown (R8).
pub const LEAST: u64 = 5;

/// A rate that is published: its name, and what it is called.
type Headline = (&'static str, &'static str, &'static str);

/// The rates that are published, with their formulas in words.
const HEADLINES: [Headline; 6] = [
    ("closing_in_time", "按时办结率", "按时办结数 ÷ 应办结数"),
    ("taking_in_time", "按时签收率", "按时签收次数 ÷ 派单次数"),
    ("response", "响应率", "按时签收且先行联系数 ÷ 应响应数"),
    ("solution", "解决率", "回访已解决次数 ÷ 回访接通次数"),
    ("satisfaction", "满意率", "回访满意次数 ÷ 回访接通次数"),
    ("rework", "重办率", "重办数 ÷ 办结数"),
];

/// What is counted of a place before anything is hidden.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// All counts.
    pub counts: Counts,
    /// Orders by category; empty for those without one.
    pub categories: BTreeMap<String, u64>,
}

impl Totals {
    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.counts.add(&other.counts);
        for (category, count) in &other.categories {
            *self.categories.entry(category.clone()).or_default() += count;
        }
    }
}

/// A place that has a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its code.
    pub code: OrgCode,
    /// Its name.
    pub name: String,
    /// The place above it that has a bulletin too.
    pub parent: Option<OrgCode>,
    /// What is counted at and below it.
    pub totals: Totals,
    /// The places whose own orders are in it.
    pub sources: BTreeSet<OrgCode>,
}

/// What all bulletins of one publication have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The quarter: `2026Q3`.
    pub period: String,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// What became of the orders up to then is counted.
    pub as_of: Timestamp,
    /// The version of the rules by which is counted.
    pub rules_version: u32,
    /// Objections that were received in time.
    pub objections: u64,
}

/// The figures of a place and a quarter as they are published (公报).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bulletin {
    /// 格式 (the form).
    pub schema: String,
    /// 地点 (code of the place).
    pub org_code: OrgCode,
    /// 地点名称 (its name).
    pub org_name: String,
    /// 季度 (the quarter).
    #[schema(example = "2026Q3")]
    pub period: String,
    /// 起，含当日 (orders opened from this day on).
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// 止，含当日 (orders opened up to this day).
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// 数据截止 (what became of them before this instant).
    pub as_of: Timestamp,
    /// 统计口径版本 (version of the rules by which is counted).
    pub rules_version: u32,
    /// 小于此数不公开 (counts below this are hidden, and as many others as it takes that they can't be worked out).
    pub least: u64,
    /// 期内异议数 (objections received in the objection window of the whole district).
    pub objections: u64,
    /// 诉求数；不公开为空 (orders; null where hidden).
    pub opened: Option<u64>,
    /// 按类别 (by category).
    pub categories: Vec<BulletinCategory>,
    /// 率 (rates).
    pub rates: Vec<BulletinRate>,
    /// 计入地点 (places whose own orders are in it).
    pub sources: Vec<OrgCode>,
}

/// Orders of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulletinCategory {
    /// 类别；未归类为空 (the category; empty for none).
    pub category: String,
    /// 诉求数；不公开为空 (orders; null where hidden).
    pub opened: Option<u64>,
}

/// A published rate: its parts, each null where hidden. The quotient is left to the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulletinRate {
    /// 率 (the rate).
    pub name: String,
    /// 名称 (what it is called).
    pub title: String,
    /// 公式 (the formula in words).
    pub formula: String,
    /// 分子 (numerator).
    pub numerator: Option<u64>,
    /// 分母 (denominator).
    pub denominator: Option<u64>,
}

impl BulletinRate {
    /// Writes the rate for people.
    #[must_use]
    pub fn percent(&self) -> String {
        match (self.numerator, self.denominator) {
            (Some(numerator), Some(denominator)) => Rate::of(numerator, denominator).percent(),
            _ => "—".to_owned(),
        }
    }
}

/// Finds a published rate among all.
fn rate_of(rates: &Rates, name: &str) -> Rate {
    let found = rates.each().find(|(known, _)| *known == name);
    found.map_or_else(|| Rate::of(0, 0), |(_, rate)| rate)
}

/// Makes the bulletins of all places at once: what one hides, the others must not give away.
#[must_use]
pub fn issue(issue: &Issue, places: &[Place]) -> Vec<Bulletin> {
    let categories: BTreeSet<&str> = places
        .iter()
        .flat_map(|place| place.totals.categories.keys().map(String::as_str))
        .collect();
    let rows: Vec<Row> = places
        .iter()
        .map(|place| Row::of(place, &categories))
        .collect();
    let hidden = hidden(&cells(&rows), &lines(places, &rows), LEAST);
    let width = rows.first().map_or(0, |row| row.values.len());
    let mut bulletins = Vec::with_capacity(places.len());
    for (number, (place, row)) in places.iter().zip(&rows).enumerate() {
        let shown = |column: usize| {
            let hides = hidden.get(number * width + column).copied().unwrap_or(true);
            row.values.get(column).copied().filter(|_| !hides)
        };
        let rates = HEADLINES
            .iter()
            .enumerate()
            .map(|(nth, (name, title, formula))| {
                let first = categories.len() + 1 + nth * 3;
                BulletinRate {
                    name: (*name).to_owned(),
                    title: (*title).to_owned(),
                    formula: (*formula).to_owned(),
                    // what is left of the numerator gives it away
                    numerator: shown(first).filter(|_| shown(first + 1).is_some()),
                    denominator: shown(first + 2),
                }
            });
        bulletins.push(Bulletin {
            schema: SCHEMA.to_owned(),
            org_code: place.code.clone(),
            org_name: place.name.clone(),
            period: issue.period.clone(),
            from: issue.from,
            to: issue.to,
            as_of: issue.as_of,
            rules_version: issue.rules_version,
            least: LEAST,
            objections: issue.objections,
            opened: shown(categories.len()),
            categories: categories
                .iter()
                .enumerate()
                .map(|(column, category)| BulletinCategory {
                    category: (*category).to_owned(),
                    opened: shown(column),
                })
                .collect(),
            rates: rates.collect(),
            sources: place.sources.iter().cloned().collect(),
        });
    }
    bulletins
}

/// The numbers of a place: its categories, their total, and of each rate the numerator, the rest and the denominator.
struct Row {
    values: Vec<u64>,
    sums: Vec<Vec<usize>>,
}

impl Row {
    fn of(place: &Place, categories: &BTreeSet<&str>) -> Self {
        let totals = &place.totals;
        let mut values: Vec<u64> = categories
            .iter()
            .map(|category| totals.categories.get(*category).copied().unwrap_or(0))
            .collect();
        values.push(values.iter().sum());
        let mut sums = vec![(0..values.len()).collect()];
        let rates = Rates::of(&totals.counts);
        for (name, _, _) in HEADLINES {
            let rate = rate_of(&rates, name);
            let first = values.len();
            sums.push(vec![first, first + 1, first + 2]);
            let rest = rate.denominator.saturating_sub(rate.numerator);
            values.extend([rate.numerator, rest, rate.denominator]);
        }
        Self { values, sums }
    }
}

/// Lists all numbers, row by row; behind them what places have of their own, which is not published.
fn cells(rows: &[Row]) -> Vec<Cell> {
    rows.iter()
        .flat_map(|row| row.values.iter().map(|value| Cell::Published(*value)))
        .collect()
}

/// Lists which numbers add up: along a row, and from places to the place above them.
fn lines(places: &[Place], rows: &[Row]) -> Vec<Vec<usize>> {
    let width = rows.first().map_or(0, |row| row.values.len());
    let mut lines = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for sum in &row.sums {
            lines.push(sum.iter().map(|column| number * width + column).collect());
        }
    }
    let mut below: BTreeMap<&OrgCode, Vec<usize>> = BTreeMap::new();
    for (number, place) in places.iter().enumerate() {
        if let Some(parent) = &place.parent {
            below.entry(parent).or_default().push(number);
        }
    }
    for (number, place) in places.iter().enumerate() {
        let Some(children) = below.get(&place.code) else {
            continue;
        };
        for column in 0..width {
            let of = |row: usize| row * width + column;
            let mut line: Vec<usize> = children.iter().map(|row| of(*row)).collect();
            line.push(of(number));
            lines.push(line);
        }
    }
    lines
}

/// Names the first published number that isn't what the totals give.
#[must_use]
pub fn first_difference(bulletin: &Bulletin, totals: &Totals) -> Option<String> {
    let differs = |what: &str, shown: Option<u64>, derived: u64| {
        shown
            .filter(|shown| *shown != derived)
            .map(|shown| format!("{what}: {shown} published, {derived} by the event log"))
    };
    let all: u64 = totals.categories.values().sum();
    if let Some(found) = differs("opened", bulletin.opened, all) {
        return Some(found);
    }
    for count in &bulletin.categories {
        let derived = totals.categories.get(&count.category).copied().unwrap_or(0);
        if let Some(found) = differs(
            &format!("category {:?}", count.category),
            count.opened,
            derived,
        ) {
            return Some(found);
        }
    }
    let rates = Rates::of(&totals.counts);
    bulletin.rates.iter().find_map(|shown| {
        let derived = rate_of(&rates, &shown.name);
        differs(
            &format!("{} numerator", shown.name),
            shown.numerator,
            derived.numerator,
        )
        .or_else(|| {
            differs(
                &format!("{} denominator", shown.name),
                shown.denominator,
                derived.denominator,
            )
        })
    })
}
