//! Reading the routing rules.

use kernel::OrgCode;
use serde::Deserialize;

use super::{RoutingTable, Rule, UnitName};
use crate::domain::category::CategoryTable;
use crate::domain::wording::Bilingual;

/// Why routing rules were refused.
#[derive(Debug, thiserror::Error)]
pub enum RoutingTableError {
    /// Not TOML of the right shape; the message names the line.
    #[error("{file}: 派遣规则结构有误 (malformed routing rules)")]
    Malformed {
        /// The file.
        file: String,
        /// What the reader says.
        #[source]
        source: toml::de::Error,
    },
    /// A rule or unit that makes no sense.
    #[error("{file}: {place}: {reason}")]
    Wrong {
        /// The file.
        file: String,
        /// The rule's id or the unit's segment.
        place: String,
        /// What is wrong.
        reason: Bilingual,
    },
}

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitSpec {
    segment: String,
    title: Bilingual,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSpec {
    id: String,
    category: Option<String>,
    area: Option<OrgCode>,
    unit: String,
}

impl RoutingTable {
    /// Reads rules; `file` only names it in errors.
    pub fn parse(
        file: &str,
        text: &str,
        categories: &CategoryTable,
    ) -> Result<Self, RoutingTableError> {
        let spec: TableSpec =
            toml::from_str(text).map_err(|source| RoutingTableError::Malformed {
                file: file.to_owned(),
                source,
            })?;
        let wrong = |place: &str, zh: &str, en: &str| RoutingTableError::Wrong {
            file: file.to_owned(),
            place: place.to_owned(),
            reason: Bilingual::new(zh, en),
        };
        let unit_name = |unit: UnitSpec| {
            // a segment is good when a code made with it is
            let code = format!("110101000000.{}", unit.segment).parse::<OrgCode>();
            if code.is_err() || unit.segment.contains('.') || unit.title.is_incomplete() {
                return Err(wrong(
                    &unit.segment,
                    "单位须有大写字母或数字的编码段和中英文名称",
                    "a unit needs a segment of capitals or digits and both titles",
                ));
            }
            Ok(UnitName {
                segment: unit.segment,
                title: unit.title,
            })
        };
        let catch_all = unit_name(spec.catch_all)?;
        let units = spec
            .units
            .into_iter()
            .map(unit_name)
            .collect::<Result<Vec<_>, _>>()?;
        let mut rules: Vec<Rule> = Vec::new();
        for rule in spec.rules {
            if rules.iter().any(|other| other.id == rule.id) {
                return Err(wrong(
                    &rule.id,
                    "规则编号重复",
                    "the rule's id is used twice",
                ));
            }
            if !units.iter().any(|unit| unit.segment == rule.unit) {
                return Err(wrong(
                    &rule.id,
                    "规则指向未列出的单位",
                    "the rule names a unit that is not listed",
                ));
            }
            if rule
                .category
                .as_ref()
                .is_some_and(|code| !categories.contains(code))
            {
                return Err(wrong(
                    &rule.id,
                    "规则指向不存在的类别",
                    "the rule names a category that does not exist",
                ));
            }
            if rule.category.is_none() && rule.area.is_none() {
                return Err(wrong(
                    &rule.id,
                    "规则须有类别或区域",
                    "a rule needs a category or an area",
                ));
            }
            rules.push(Rule {
                id: rule.id,
                category: rule.category,
                area: rule.area,
                unit: rule.unit,
            });
        }
        Ok(Self {
            version: spec.version,
            catch_all,
            units,
            rules,
        })
    }
}
