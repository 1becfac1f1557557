//! Checking routing rules.

use serde::Deserialize;

use super::spec::{CatalogueSpec, RuleSpec, UnitSpec};
use super::window::{Hours, Season};
use super::{RoutingTable, Rule, UnitName};
use crate::domain::category::CategoryTable;
use crate::domain::rule_file::{self, RuleFileError};
use crate::domain::wording::Bilingual;

/// Most rules, and most kinds of units, of a district's own.
const MOST: usize = 500;
/// Most units that help.
const MOST_ASSISTING: usize = 5;
/// Longest name of a rule, and longest title or basis.
const LONGEST: (usize, usize) = (60, 200);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableSpec {
    version: u32,
    catch_all: UnitSpec,
    #[serde(default)]
    units: Vec<UnitSpec>,
    #[serde(default)]
    rules: Vec<RuleSpec>,
}

impl RoutingTable {
    /// Reads rules; `file` only names it in errors.
    pub fn parse(
        file: &str,
        text: &str,
        categories: &CategoryTable,
    ) -> Result<Self, RuleFileError> {
        let spec: TableSpec = rule_file::read(file, text)?;
        let check = Check { file, categories };
        let catch_all = check.unit(spec.catch_all)?;
        let units = check.units(Vec::new(), spec.units)?;
        let rules = check.rules(spec.rules, &units)?;
        Ok(Self {
            version: spec.version,
            catch_all,
            units,
            rules,
        })
    }

    /// Puts a district's own rules in the place of these.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn overridden(
        &self,
        owner: &str,
        spec: CatalogueSpec,
        categories: &CategoryTable,
    ) -> Result<Self, RuleFileError> {
        let check = Check {
            file: owner,
            categories,
        };
        if spec
            .rules
            .len()
            .max(spec.units.len())
            .max(spec.without.len())
            > MOST
        {
            return Err(check.wrong("", "条目过多", "too many entries"));
        }
        for id in &spec.without {
            if !self.rules.iter().any(|rule| rule.id == *id) {
                return Err(check.wrong(id, "没有这条内置规则", "there is no such built-in rule"));
            }
        }
        let units = check.units(self.units.clone(), spec.units)?;
        let mut rules = check.rules(spec.rules, &units)?;
        for rule in &self.rules {
            let replaced = rules.iter().any(|own| own.id == rule.id);
            if !replaced && !spec.without.contains(&rule.id) {
                rules.push(rule.clone());
            }
        }
        Ok(Self {
            version: self.version,
            catch_all: self.catch_all.clone(),
            units,
            rules,
        })
    }
}

struct Check<'a> {
    file: &'a str,
    categories: &'a CategoryTable,
}

impl Check<'_> {
    fn wrong(&self, place: &str, zh: &str, en: &str) -> RuleFileError {
        RuleFileError::Wrong {
            file: self.file.to_owned(),
            place: place.chars().take(LONGEST.0).collect(),
            reason: Bilingual::new(zh, en),
        }
    }

    fn unit(&self, unit: UnitSpec) -> Result<UnitName, RuleFileError> {
        // a segment is good when a code made with it is
        let code = format!("110101000000.{}", unit.segment).parse::<kernel::OrgCode>();
        if code.is_err() || unit.segment.contains('.') || !is_text(&unit.title) {
            return Err(self.wrong(
                &unit.segment,
                "单位须有大写字母或数字的编码段和中英文名称",
                "a unit needs a segment of capitals or digits and both titles",
            ));
        }
        Ok(UnitName {
            segment: unit.segment,
            title: unit.title,
        })
    }

    fn units(
        &self,
        mut known: Vec<UnitName>,
        specs: Vec<UnitSpec>,
    ) -> Result<Vec<UnitName>, RuleFileError> {
        for spec in specs {
            let unit = self.unit(spec)?;
            if known.iter().any(|other| other.segment == unit.segment) {
                let (zh, en) = ("单位编码段重复", "the unit's segment is used twice");
                return Err(self.wrong(&unit.segment, zh, en));
            }
            known.push(unit);
        }
        Ok(known)
    }

    fn rules(&self, specs: Vec<RuleSpec>, units: &[UnitName]) -> Result<Vec<Rule>, RuleFileError> {
        let mut rules: Vec<Rule> = Vec::new();
        for spec in specs {
            let rule = self.rule(spec, units)?;
            if rules.iter().any(|other| other.id == rule.id) {
                let (zh, en) = ("规则编号重复", "the rule's id is used twice");
                return Err(self.wrong(&rule.id, zh, en));
            }
            rules.push(rule);
        }
        Ok(rules)
    }

    fn rule(&self, spec: RuleSpec, units: &[UnitName]) -> Result<Rule, RuleFileError> {
        let wrong = |zh: &str, en: &str| self.wrong(&spec.id, zh, en);
        let named = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        if !(1..=LONGEST.0).contains(&spec.id.len()) || !spec.id.chars().all(named) {
            return Err(wrong(
                "规则编号只能含字母、数字、连字符和下划线",
                "a rule's id has letters, digits, hyphens and underscores only",
            ));
        }
        let listed = |segment: &String| units.iter().any(|unit| unit.segment == *segment);
        if !listed(&spec.unit) || !spec.assisting.iter().all(listed) {
            return Err(wrong(
                "规则指向未列出的单位",
                "the rule names a unit that is not listed",
            ));
        }
        let mut all = spec.assisting.clone();
        all.push(spec.unit.clone());
        all.sort_unstable();
        all.dedup();
        if all.len() != spec.assisting.len() + 1 || spec.assisting.len() > MOST_ASSISTING {
            return Err(wrong(
                "协办单位最多五个，不得重复，不得是主办单位",
                "at most five assisting units, each once and none of them the main one",
            ));
        }
        let known = |code: &String| self.categories.contains(code);
        if !spec.category.iter().all(known) {
            return Err(wrong(
                "规则指向不存在的类别",
                "the rule names a category that does not exist",
            ));
        }
        if spec.category.is_none() && spec.area.is_none() {
            return Err(wrong(
                "规则须有类别或区域",
                "a rule needs a category or an area",
            ));
        }
        let season = spec.season.as_deref().map(Season::parse);
        let hours = spec.hours.as_deref().map(Hours::parse);
        if season == Some(None) || hours == Some(None) {
            return Err(wrong(
                "日期须为 11-15..03-15，时段须为 22:00-06:00 的形式",
                "a season is written 11-15..03-15 and hours 22:00-06:00",
            ));
        }
        if !spec.basis.iter().all(is_text) || spec.precedence.abs() > 1_000 {
            return Err(wrong(
                "依据须有中英文且不过长，优先级须在 ±1000 之间",
                "a basis needs both texts, not too long, and a precedence lies between ±1000",
            ));
        }
        Ok(Rule {
            id: spec.id,
            category: spec.category,
            area: spec.area,
            unit: spec.unit,
            assisting: spec.assisting,
            level: spec.level,
            season: season.flatten(),
            hours: hours.flatten(),
            precedence: spec.precedence,
            automatic: spec.automatic,
            basis: spec.basis,
        })
    }
}

fn is_text(text: &Bilingual) -> bool {
    let short = |text: &String| text.chars().count() <= LONGEST.1;
    !text.is_incomplete() && short(&text.zh) && short(&text.en)
}
