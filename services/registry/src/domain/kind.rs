//! Names of the kinds and which kind goes under which.

use contracts::registry::OrgKind;
use kernel::DivisionLevel;

/// Every kind with its name on the wire and in the store, and its Chinese title.
const KINDS: [(OrgKind, &str, &str); 21] = [
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
    (
        OrgKind::PartyWorkCommittee,
        "party_work_committee",
        "党工委",
    ),
    (OrgKind::PartyCommittee, "party_committee", "党委"),
    (
        OrgKind::GeneralPartyBranch,
        "general_party_branch",
        "党总支",
    ),
    (OrgKind::PartyHousehold, "party_household", "党员中心户"),
    (OrgKind::Government, "government", "政府机关"),
    (
        OrgKind::ResidentsCommittee,
        "residents_committee",
        "居（村）民委员会",
    ),
    (OrgKind::ResidentUnit, "resident_unit", "驻区单位"),
    (OrgKind::NewOrganisation, "new_organisation", "两新组织"),
    (
        OrgKind::SocialOrganisation,
        "social_organisation",
        "社会组织",
    ),
];

/// Kinds of party organisations, from wide to narrow.
pub(crate) const PARTY: [OrgKind; 6] = [
    OrgKind::PartyWorkCommittee,
    OrgKind::PartyCommittee,
    OrgKind::GeneralPartyBranch,
    OrgKind::PartyBranch,
    OrgKind::PartyGroup,
    OrgKind::PartyHousehold,
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

/// Says whether such an organisation is a legal person that carries a unified social credit code
/// (统一社会信用代码, GB 32100): needed for units in the area, possible for property companies.
pub(crate) fn takes_uscc(kind: OrgKind) -> bool {
    needs_uscc(kind)
        || matches!(
            kind,
            OrgKind::PropertyCompany | OrgKind::Government | OrgKind::Department
        )
}

/// Says whether it cannot do without one.
pub(crate) fn needs_uscc(kind: OrgKind) -> bool {
    matches!(
        kind,
        OrgKind::ResidentUnit | OrgKind::NewOrganisation | OrgKind::SocialOrganisation
    )
}

/// Lists the kinds under which a node of this kind may be.
pub(crate) fn parents_of(kind: OrgKind) -> &'static [OrgKind] {
    use OrgKind::{
        Building, City, Community, Compound, District, GeneralPartyBranch, Government, Grid,
        NewOrganisation, PartyBranch, PartyCommittee, PartyGroup, PropertyCompany, ResidentUnit,
        SocialOrganisation, Street,
    };
    match kind {
        City => &[],
        District => &[City],
        // a city without districts has its streets directly below
        Street => &[City, District],
        Community => &[Street],
        Compound | OrgKind::ResidentsCommittee => &[Community],
        Building | OrgKind::OwnersCommittee => &[Compound],
        PropertyCompany | Grid => &[Compound, Community],
        OrgKind::PartyWorkCommittee | OrgKind::Department | Government => &[City, District, Street],
        PartyCommittee => &[City, District, Street, Community, Government, ResidentUnit],
        GeneralPartyBranch => &[Street, Community, Compound, ResidentUnit, NewOrganisation],
        PartyBranch => &[
            Compound,
            Community,
            Grid,
            ResidentUnit,
            NewOrganisation,
            SocialOrganisation,
            PropertyCompany,
            PartyCommittee,
            GeneralPartyBranch,
        ],
        PartyGroup => &[PartyBranch, Building, Grid],
        OrgKind::PartyHousehold => &[PartyGroup, Building, Grid],
        ResidentUnit | NewOrganisation => &[Street, Community],
        SocialOrganisation => &[District, Street, Community],
    }
}

/// Lists the kinds of party organisation that a party organisation may answer to (上级党组织): the
/// chain of work committee, committee, general branch, branch, group, household. A level may be
/// left out where there is none.
pub(crate) fn superiors_of(kind: OrgKind) -> &'static [OrgKind] {
    use OrgKind::{
        GeneralPartyBranch, PartyBranch, PartyCommittee, PartyGroup, PartyHousehold,
        PartyWorkCommittee,
    };
    match kind {
        PartyWorkCommittee | PartyCommittee | GeneralPartyBranch => {
            &[PartyWorkCommittee, PartyCommittee]
        }
        PartyBranch => &[GeneralPartyBranch, PartyCommittee, PartyWorkCommittee],
        PartyGroup => &[PartyBranch],
        PartyHousehold => &[PartyGroup, PartyBranch],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::{
        KINDS, PARTY, from_name, name_of, needs_uscc, parents_of, superiors_of, takes_uscc,
    };

    #[test]
    fn a_name_in_the_store_is_the_name_on_the_wire() {
        for (kind, name, _) in KINDS {
            assert_eq!(serde_json::json!(kind), serde_json::json!(name));
            assert_eq!((from_name(name), name_of(kind)), (Some(kind), name));
        }
        assert_eq!(from_name("planet"), None);
    }

    #[test]
    fn every_kind_but_the_city_has_a_place_and_only_the_party_has_superiors() {
        for (kind, name, _) in KINDS {
            assert_eq!(parents_of(kind).is_empty(), name == "city", "{name}");
            assert_eq!(
                !superiors_of(kind).is_empty(),
                PARTY.contains(&kind),
                "{name}"
            );
            assert!(superiors_of(kind).iter().all(|above| PARTY.contains(above)));
            assert!(takes_uscc(kind) || !needs_uscc(kind));
        }
    }
}
