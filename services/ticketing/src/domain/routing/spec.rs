//! Routing rules as they are written: in the built-in file, in requests, in the store.

use kernel::OrgCode;
use serde::{Deserialize, Serialize};

use crate::domain::wording::Bilingual;

/// The lowest level whose unit a rule means; where that level has none, the next one above.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The district's (区级部门).
    #[default]
    District,
    /// The street's (街道机构).
    Street,
    /// The community's (社区机构).
    Community,
}

impl Level {
    /// How deep its nodes lie.
    pub(super) fn depth(self) -> usize {
        match self {
            Self::District => 1,
            Self::Street => 2,
            Self::Community => 3,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_usual(level: &Level) -> bool {
    *level == Level::District
}

/// A kind of unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitSpec {
    /// The segment behind the code of the district, street or community.
    pub segment: String,
    /// The name.
    pub title: Bilingual,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// Its name.
    pub id: String,
    /// For this category and those below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// For places in this area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<OrgCode>,
    /// The unit that handles it, by its segment.
    pub unit: String,
    /// Those that help, by their segments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assisting: Vec<String>,
    /// The lowest level whose unit is meant.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub level: Level,
    /// `11-15..03-15`: on these days of a year only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<String>,
    /// `22:00-06:00`: at these hours only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// The higher goes first, whatever the area; 0 where it is left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub precedence: i32,
    /// Whether nobody has to confirm it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
    /// The rule or list of duties that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Bilingual>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// What a district puts in the place of the built-in rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueSpec {
    /// Kinds of units that only this district has.
    #[serde(default)]
    pub units: Vec<UnitSpec>,
    /// Rules; one with the id of a built-in rule takes its place, others go before the built-in ones.
    #[serde(default)]
    pub rules: Vec<RuleSpec>,
    /// Built-in rules that don't hold here.
    #[serde(default)]
    pub without: Vec<String>,
}
