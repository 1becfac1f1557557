//! Which unit a request goes to (分派), with the reason: «why here».
//!
//! Rules are data (`rules/routing.toml`). Routing never fails: what no rule names goes to the district's catch-all
//! queue, and where a district has not even that, to the district itself.

mod table;

use kernel::{OrgCode, OrgPath};

use super::category::CategoryTable;
use super::wording::Bilingual;
pub use table::RoutingTableError;

/// The rules that are built in.
pub const BUNDLED: (&str, &str) = (
    "rules/routing.toml",
    include_str!("../../rules/routing.toml"),
);

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutingTable {
    /// The version of the rules.
    pub version: u32,
    /// Where everything else goes.
    pub catch_all: UnitName,
    /// The units that rules may name.
    pub units: Vec<UnitName>,
    rules: Vec<Rule>,
}

/// A kind of unit, which each district may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitName {
    /// The segment behind the district's code.
    pub segment: String,
    /// The name.
    pub title: Bilingual,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    id: String,
    category: Option<String>,
    area: Option<OrgCode>,
    unit: String,
}

/// Where a request goes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The unit.
    pub unit: OrgCode,
    /// The rule that applied; absent for the catch-all queue.
    pub rule: Option<String>,
    /// Why.
    pub reason: Bilingual,
}

impl Route {
    /// Tells whether a person has to find the unit.
    #[must_use]
    pub fn is_catch_all(&self) -> bool {
        self.rule.is_none()
    }
}

impl RoutingTable {
    /// Reads the built-in rules; every category they name must be one of `categories`.
    pub fn bundled(categories: &CategoryTable) -> Result<Self, RoutingTableError> {
        Self::parse(BUNDLED.0, BUNDLED.1, categories)
    }

    /// Finds the unit for a category at a place.
    ///
    /// `exists` tells which units the org tree has.
    #[must_use]
    pub fn route(
        &self,
        place: &OrgCode,
        path: &OrgPath,
        category: Option<&str>,
        categories: &CategoryTable,
        exists: impl Fn(&OrgCode) -> bool,
    ) -> Route {
        let Some(category) = category else {
            let why = Bilingual::new("类别未定", "the category is open");
            return self.catch_all(place, &why, exists);
        };
        let title = categories.title(category).unwrap_or_default();
        let Some(rule) = self.best_rule(place, path, category) else {
            let why = Bilingual::new(
                format!("类别 {category} {} 没有对应规则", title.zh),
                format!("no rule for category {category} {}", title.en),
            );
            return self.catch_all(place, &why, exists);
        };
        let name = self.units.iter().find(|unit| unit.segment == rule.unit);
        let name = name.map(|unit| unit.title.clone()).unwrap_or_default();
        let unit = district_unit(place, &rule.unit).filter(exists_in(&exists));
        let Some(unit) = unit else {
            let why = Bilingual::new(
                format!(
                    "规则 {} 指向的{}（{}）本区尚未建立",
                    rule.id, name.zh, rule.unit
                ),
                format!(
                    "rule {} names {} ({}), which the district lacks",
                    rule.id, name.en, rule.unit
                ),
            );
            return self.catch_all(place, &why, exists);
        };
        let (area_zh, area_en) = match &rule.area {
            Some(area) => (format!("、区域 {area}"), format!(" in area {area}")),
            None => (String::new(), String::new()),
        };
        Route {
            reason: Bilingual::new(
                format!(
                    "按规则 {}：因类别 {category} {}{area_zh}，派往{}",
                    rule.id, title.zh, name.zh
                ),
                format!(
                    "by rule {}: category {category} {}{area_en} goes to {}",
                    rule.id, title.en, name.en
                ),
            ),
            rule: Some(rule.id.clone()),
            unit,
        }
    }

    /// Chooses the most specific rule: the smallest area, then the longest category, then the first.
    fn best_rule(&self, place: &OrgCode, path: &OrgPath, category: &str) -> Option<&Rule> {
        let mut best: Option<(&Rule, (usize, usize))> = None;
        for rule in &self.rules {
            let Some(depth) = depth_of(rule.area.as_ref(), place, path) else {
                continue;
            };
            let length = match &rule.category {
                Some(wanted) if category.starts_with(wanted.as_str()) => wanted.len(),
                Some(_) => continue,
                None => 0,
            };
            if best.is_none_or(|(_, rank)| (depth, length) > rank) {
                best = Some((rule, (depth, length)));
            }
        }
        best.map(|(rule, _)| rule)
    }

    /// Sends a request to the district's catch-all queue.
    fn catch_all(
        &self,
        place: &OrgCode,
        why: &Bilingual,
        exists: impl Fn(&OrgCode) -> bool,
    ) -> Route {
        let queue = district_unit(place, &self.catch_all.segment).filter(exists_in(&exists));
        let title = &self.catch_all.title;
        match queue {
            Some(unit) => Route {
                unit,
                rule: None,
                reason: Bilingual::new(
                    format!("{}，转{}由人工派遣", why.zh, title.zh),
                    format!(
                        "{}, put in the {} for a person to dispatch",
                        why.en, title.en
                    ),
                ),
            },
            None => Route {
                unit: format!("{}000000", place.district())
                    .parse()
                    .unwrap_or_else(|_| place.clone()),
                rule: None,
                reason: Bilingual::new(
                    format!("{}，且本区没有{}，留在区级由人工派遣", why.zh, title.zh),
                    format!(
                        "{}, and the district has no {}: left at the district for a person to dispatch",
                        why.en, title.en
                    ),
                ),
            },
        }
    }
}

/// Turns a predicate on references into one for `Option::filter`.
fn exists_in(exists: &impl Fn(&OrgCode) -> bool) -> impl FnOnce(&OrgCode) -> bool {
    move |code| exists(code)
}

/// Makes the code of a unit of the district in which a place lies.
fn district_unit(place: &OrgCode, segment: &str) -> Option<OrgCode> {
    format!("{}000000.{segment}", place.district()).parse().ok()
}

/// Tells how deep an area lies, if the place is in it; zero for everywhere.
fn depth_of(area: Option<&OrgCode>, place: &OrgCode, path: &OrgPath) -> Option<usize> {
    let Some(area) = area else {
        return Some(0);
    };
    if area == place {
        return Some(usize::MAX);
    }
    let above = path.ancestors();
    above
        .iter()
        .position(|ancestor| ancestor.leaf().as_ref() == Some(area))
}

#[cfg(test)]
mod tests;
