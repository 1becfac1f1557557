//! Which unit a request goes to (分派), with the reason: «why here» (权责清单).
//!
//! Rules are data (`rules/routing.toml`, and what a district puts in their place). Routing never fails: what no rule names
//! goes to the district's catch-all queue, and where a district has not even that, to the district itself.

mod look;
mod spec;
mod table;
mod window;

use jiff::civil::DateTime;
use kernel::{OrgCode, OrgPath};

use super::category::CategoryTable;
use super::rule_file::RuleFileError;
use super::wording::Bilingual;
pub use look::Verdict;
pub use spec::{CatalogueSpec, Level, RuleSpec, UnitSpec};
pub use window::{Hours, Season};

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
pub struct Rule {
    /// Its name.
    pub id: String,
    /// For this category and those below it.
    pub category: Option<String>,
    /// For places in this area.
    pub area: Option<OrgCode>,
    /// The unit that handles it (主办), by its segment.
    pub unit: String,
    /// Those that help (协办), by their segments.
    pub assisting: Vec<String>,
    /// The lowest level whose unit is meant.
    pub level: Level,
    /// On these days only.
    pub season: Option<Season>,
    /// At these hours only.
    pub hours: Option<Hours>,
    /// The higher goes first, whatever the area.
    pub precedence: i32,
    /// Whether nobody has to confirm it.
    pub automatic: bool,
    /// The rule or list of duties that says so.
    pub basis: Option<Bilingual>,
}

/// What is asked of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inquiry<'a> {
    /// Where.
    pub place: &'a OrgCode,
    /// The path of that place.
    pub path: &'a OrgPath,
    /// Of what category, if it is known.
    pub category: Option<&'a str>,
    /// When, by the clocks of the place.
    pub at: DateTime,
}

/// Where a request goes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The unit (主办).
    pub unit: OrgCode,
    /// Units that help (协办), those that there are.
    pub assisting: Vec<OrgCode>,
    /// The rule that applied; absent for the catch-all queue.
    pub rule: Option<String>,
    /// Whether nobody has to confirm it.
    pub automatic: bool,
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
    pub fn bundled(categories: &CategoryTable) -> Result<Self, RuleFileError> {
        Self::parse(BUNDLED.0, BUNDLED.1, categories)
    }

    /// Finds the unit for a category at a place and time.
    ///
    /// `exists` tells which units the org tree has.
    #[must_use]
    pub fn route(
        &self,
        inquiry: &Inquiry<'_>,
        categories: &CategoryTable,
        exists: impl Fn(&OrgCode) -> bool,
    ) -> Route {
        let place = inquiry.place;
        let Some(category) = inquiry.category else {
            let why = Bilingual::new("类别未定", "the category is open");
            return self.catch_all(place, &why, exists);
        };
        let title = categories.title(category).unwrap_or_default();
        let Some(rule) = self.best_rule(inquiry) else {
            let why = Bilingual::new(
                format!("类别 {category} {} 没有对应规则", title.zh),
                format!("no rule for category {category} {}", title.en),
            );
            return self.catch_all(place, &why, exists);
        };
        let name = self.title(&rule.unit);
        let unit = candidates(inquiry, &rule.unit, rule.level)
            .into_iter()
            .find(&exists);
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
        let helpers = rule.assisting.iter().filter_map(|segment| {
            let units = candidates(inquiry, segment, rule.level);
            units.into_iter().find(&exists)
        });
        Route {
            assisting: helpers.collect(),
            automatic: rule.automatic,
            reason: self.reason(rule, category, &title),
            rule: Some(rule.id.clone()),
            unit,
        }
    }

    /// Says why a rule sends a category where it does.
    fn reason(&self, rule: &Rule, category: &str, title: &Bilingual) -> Bilingual {
        let name = self.title(&rule.unit);
        let (area_zh, area_en) = match &rule.area {
            Some(area) => (format!("、区域 {area}"), format!(" in area {area}")),
            None => (String::new(), String::new()),
        };
        let (mut zh, mut en) = (
            format!(
                "按规则 {}：因类别 {category} {}{area_zh}，派往{}",
                rule.id, title.zh, name.zh
            ),
            format!(
                "by rule {}: category {category} {}{area_en} goes to {}",
                rule.id, title.en, name.en
            ),
        );
        let helpers: Vec<Bilingual> = rule
            .assisting
            .iter()
            .map(|segment| self.title(segment))
            .collect();
        if !helpers.is_empty() {
            let join = |of: fn(&Bilingual) -> &str, by: &str| {
                helpers.iter().map(of).collect::<Vec<_>>().join(by)
            };
            zh = format!("{zh}，{}协办", join(|name| &name.zh, "、"));
            en = format!("{en}, helped by {}", join(|name| &name.en, ", "));
        }
        if let Some(basis) = &rule.basis {
            zh = format!("{zh}（依据：{}）", basis.zh);
            en = format!("{en} ({})", basis.en);
        }
        Bilingual::new(zh, en)
    }

    /// The name of a kind of unit.
    #[must_use]
    pub fn title(&self, segment: &str) -> Bilingual {
        let name = self.units.iter().find(|unit| unit.segment == segment);
        name.map(|unit| unit.title.clone()).unwrap_or_default()
    }

    /// Lists the codes of all units that an inquiry may end at.
    #[must_use]
    pub fn reach(&self, inquiry: &Inquiry<'_>) -> Vec<OrgCode> {
        let lowest = self.rules.iter().map(|rule| rule.level).max();
        let level = lowest.unwrap_or_default();
        let names = self.units.iter().chain([&self.catch_all]);
        let mut codes: Vec<OrgCode> = names
            .flat_map(|unit| candidates(inquiry, &unit.segment, level))
            .collect();
        codes.extend(format!("{}000000", inquiry.place.district()).parse::<OrgCode>());
        codes
    }

    /// Sends a request to the district's catch-all queue.
    fn catch_all(
        &self,
        place: &OrgCode,
        why: &Bilingual,
        exists: impl Fn(&OrgCode) -> bool,
    ) -> Route {
        let queue = district_unit(place, &self.catch_all.segment).filter(&exists);
        let title = &self.catch_all.title;
        let (unit, reason) = match queue {
            Some(unit) => (
                unit,
                Bilingual::new(
                    format!("{}，转{}由人工派遣", why.zh, title.zh),
                    format!(
                        "{}, put in the {} for a person to dispatch",
                        why.en, title.en
                    ),
                ),
            ),
            None => (
                format!("{}000000", place.district())
                    .parse()
                    .unwrap_or_else(|_| place.clone()),
                Bilingual::new(
                    format!("{}，且本区没有{}，留在区级由人工派遣", why.zh, title.zh),
                    format!(
                        "{}, and the district has no {}: left at the district for a person to dispatch",
                        why.en, title.en
                    ),
                ),
            ),
        };
        Route {
            unit,
            assisting: Vec::new(),
            rule: None,
            automatic: false,
            reason,
        }
    }
}

/// Makes the code of a unit of the district in which a place lies.
fn district_unit(place: &OrgCode, segment: &str) -> Option<OrgCode> {
    format!("{}000000.{segment}", place.district()).parse().ok()
}

/// Makes the codes of a kind of unit from the lowest level upwards; the first that there is is meant.
fn candidates(inquiry: &Inquiry<'_>, segment: &str, level: Level) -> Vec<OrgCode> {
    let mut codes = Vec::new();
    for node in inquiry.path.ancestors() {
        let depth = node.depth();
        if (2..=level.depth()).contains(&depth)
            && let Some(code) = node.leaf()
            && !code.as_str().contains('.')
        {
            codes.extend(format!("{code}.{segment}").parse::<OrgCode>());
        }
    }
    // a path goes down, and the lowest level goes first
    codes.reverse();
    codes.extend(district_unit(inquiry.place, segment));
    codes
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
