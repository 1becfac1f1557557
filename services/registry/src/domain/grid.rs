//! One layer of grids with many duties (多网合一).

use contracts::registry::OrgKind;
use kernel::{OrgCode, Timestamp, Version};
use problem::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::geo::{Feature, Shape};
use super::organisation::Organisation;

kernel::named! {
    /// What is looked after in a grid (网格职责). There are no parallel grids: a grid has many duties.
    #[derive(PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    pub(crate) enum Duty {
        /// 党建
        Party = "party",
        /// 综治
        PublicOrder = "public_order",
        /// 公安
        Police = "police",
        /// 市场监管
        MarketSupervision = "market_supervision",
        /// 城市管理
        UrbanManagement = "urban_management",
        /// 消防安全
        FireSafety = "fire_safety",
        /// 生态环境
        Environment = "environment",
        /// 民政
        CivilAffairs = "civil_affairs",
        /// 应急管理
        Emergency = "emergency",
        /// 卫生健康
        Health = "health",
    }
}

impl Duty {
    /// Reads a list of names; nothing where one is unknown. Each is kept once, in a fixed order.
    pub(crate) fn read_all(names: &Value) -> Option<Vec<Self>> {
        let mut duties = Vec::<Self>::deserialize(names).ok()?;
        duties.sort_unstable();
        duties.dedup();
        Some(duties)
    }
}

/// How large grids should be; what is smaller or larger is warned of, never refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GridSizing {
    /// Fewest households (seed 001: 300).
    pub fewest_households: u32,
    /// Most households (seed 001: 500).
    pub most_households: u32,
    /// Fewest party members (seed 001: 20).
    pub fewest_party_members: u32,
    /// Most party members (seed 001: 30).
    pub most_party_members: u32,
}

impl Default for GridSizing {
    fn default() -> Self {
        Self {
            fewest_households: 300,
            most_households: 500,
            fewest_party_members: 20,
            most_party_members: 30,
        }
    }
}

/// What is odd about a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Warning {
    /// Fewer or more households than it should have.
    Households(u32),
    /// Fewer or more party members than it should have.
    PartyMembers(u32),
}

impl Warning {
    /// Explains it.
    pub(crate) fn message(self, sizing: &GridSizing) -> Message {
        match self {
            Self::Households(count) => {
                let (least, most) = (sizing.fewest_households, sizing.most_households);
                Message::new(
                    format!("户数 {count} 不在建议的 {least} 至 {most} 之间"),
                    format!("{count} households; {least} to {most} are advised"),
                )
            }
            Self::PartyMembers(count) => {
                let (least, most) = (sizing.fewest_party_members, sizing.most_party_members);
                Message::new(
                    format!("党员数 {count} 不在建议的 {least} 至 {most} 之间"),
                    format!("{count} party members; {least} to {most} are advised"),
                )
            }
        }
    }
}

/// What a grid has beside its node in the tree (网格).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    /// Code of its node.
    pub(crate) code: OrgCode,
    /// Community that it belongs to.
    pub(crate) community_code: OrgCode,
    /// Its area on the map.
    pub(crate) shape: Option<Shape>,
    /// Households in it.
    pub(crate) households: Option<u32>,
    /// Party members in it.
    pub(crate) party_members: Option<u32>,
    /// What is looked after in it.
    pub(crate) duties: Vec<Duty>,
    /// Its version.
    pub(crate) version: Version,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

impl Grid {
    /// Makes what belongs to a node.
    pub(crate) fn of(feature: &Feature, community_code: OrgCode, now: Timestamp) -> Self {
        Self {
            code: feature.code.clone(),
            community_code,
            shape: Some(feature.shape.clone()),
            households: feature.households,
            party_members: feature.party_members,
            duties: feature.duties.clone(),
            version: Version::FIRST,
            updated_at: now,
        }
    }

    /// Takes over what the feature says; says whether that changed anything.
    pub(crate) fn follow(&mut self, wanted: &Self) -> bool {
        let same = self.shape == wanted.shape
            && self.households == wanted.households
            && self.party_members == wanted.party_members
            && self.duties == wanted.duties
            && self.community_code == wanted.community_code;
        if !same {
            *self = Self {
                version: self.version.next(),
                ..wanted.clone()
            };
        }
        !same
    }

    /// Lists what is odd about it.
    pub(crate) fn warnings(&self, sizing: &GridSizing) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let households = sizing.fewest_households..=sizing.most_households;
        if let Some(count) = self.households.filter(|count| !households.contains(count)) {
            warnings.push(Warning::Households(count));
        }
        let members = sizing.fewest_party_members..=sizing.most_party_members;
        if let Some(count) = self.party_members.filter(|count| !members.contains(count)) {
            warnings.push(Warning::PartyMembers(count));
        }
        warnings
    }
}

/// Finds the community in which a node under `parent` lies: the parent itself or what it is in. A grid
/// always belongs to a community, never to a street (S30).
pub(crate) fn community_of(parent: &Organisation) -> Option<OrgCode> {
    match parent.kind {
        OrgKind::Community => Some(parent.code.clone()),
        OrgKind::Compound => parent.parent_code.clone(),
        _ => None,
    }
}

/// Returns the 15 digits of a grid directly under its community (S30), if its segment is `G` and three
/// digits.
pub(crate) fn national_code(code: &OrgCode) -> Option<String> {
    let (community, segment) = code.as_str().split_once('.')?;
    let sequence = segment.strip_prefix('G')?;
    let digits = sequence.len() == 3 && sequence.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| format!("{community}{sequence}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{Timestamp, Version};

    use super::{Grid, GridSizing, Warning, national_code};

    #[test]
    fn sizes_out_of_the_usual_are_warned_of() {
        let mut grid = Grid {
            code: "420105011010.G001".parse().unwrap(),
            community_code: "420105011010".parse().unwrap(),
            shape: None,
            households: Some(300),
            party_members: None,
            duties: Vec::new(),
            version: Version::FIRST,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let sizing = GridSizing::default();
        assert!(grid.warnings(&sizing).is_empty());
        grid.households = Some(800);
        grid.party_members = Some(16);
        let expected = [Warning::Households(800), Warning::PartyMembers(16)];
        assert_eq!(grid.warnings(&sizing), expected);
    }

    #[test]
    fn a_grid_of_a_community_has_fifteen_digits() {
        let digits = |code: &str| national_code(&code.parse().unwrap());
        assert_eq!(digits("420105011010.G001").unwrap(), "420105011010001");
        assert_eq!(digits("420105011010.G01"), None);
        assert_eq!(digits("420105011010.X01.G001"), None);
    }
}
