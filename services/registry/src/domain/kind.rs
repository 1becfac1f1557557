//! Names of the kinds and which kind goes under which.

use contracts::registry::OrgKind;
use kernel::DivisionLevel;

/// Every kind with its name on the wire and in the store, and its Chinese title.
const KINDS: [(OrgKind, &str, &str); 12] = [
    (OrgKind::City, "city", "市"),
    (OrgKind::District, "district", "区县"),
    (OrgKind::Street, "street", "街道、乡镇"),
    (OrgKind::Community, "community", "社区、村"),
    (OrgKind::Compound, "compound", "小区"),
    (OrgKind::Building, "building", "楼栋"),
    (OrgKind::Grid, "grid", "网格"),
    (OrgKind::PartyBranch, "party_branch", "党支部"),
    (OrgKind::PartyGroup, "party_group", "楼栋党小组"),
    (OrgKind::OwnersCommittee, "owners_committee", "业主委员会"),
    (OrgKind::PropertyCompany, "property_company", "物业公司"),
    (OrgKind::Department, "department", "职能部门"),
];

/// Returns the name on the wire and in the store.
pub(crate) fn name_of(kind: OrgKind) -> &'static str {
    let found = KINDS.iter().find(|(known, ..)| *known == kind);
    found.map_or("", |(_, name, _)| name)
}

/// Returns the Chinese title.
pub(crate) fn title_of(kind: OrgKind) -> &'static str {
    let found = KINDS.iter().find(|(known, ..)| *known == kind);
    found.map_or("", |(.., title)| title)
}

/// Reads a name.
pub(crate) fn from_name(name: &str) -> Option<OrgKind> {
    let found = KINDS.iter().find(|(_, known, _)| *known == name);
    found.map(|(kind, ..)| *kind)
}

/// Returns the level of the area codes that nodes of this kind carry, nothing for other kinds.
pub(crate) fn level_of(kind: OrgKind) -> Option<DivisionLevel> {
    match kind {
        OrgKind::City => Some(DivisionLevel::City),
        OrgKind::District => Some(DivisionLevel::District),
        OrgKind::Street => Some(DivisionLevel::Street),
        OrgKind::Community => Some(DivisionLevel::Community),
        _ => None,
    }
}

/// Lists the kinds under which a node of this kind may be.
pub(crate) fn parents_of(kind: OrgKind) -> &'static [OrgKind] {
    use OrgKind::{Building, City, Community, Compound, District, PartyBranch, Street};
    match kind {
        OrgKind::City => &[],
        OrgKind::District => &[City],
        // a city without districts has its streets directly below
        OrgKind::Street => &[City, District],
        OrgKind::Community => &[Street],
        OrgKind::Compound => &[Community],
        OrgKind::Building | OrgKind::OwnersCommittee | OrgKind::PropertyCompany => &[Compound],
        OrgKind::Grid | OrgKind::PartyBranch => &[Compound, Community],
        OrgKind::PartyGroup => &[PartyBranch, Building],
        OrgKind::Department => &[District],
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, from_name, name_of};

    #[test]
    fn a_name_in_the_store_is_the_name_on_the_wire() {
        for (kind, name, _) in KINDS {
            assert_eq!(serde_json::json!(kind), serde_json::json!(name));
            assert_eq!((from_name(name), name_of(kind)), (Some(kind), name));
        }
        assert_eq!(from_name("planet"), None);
    }
}
