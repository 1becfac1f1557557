//! Titles of the kinds and which kind goes under which.

use contracts::registry::OrgKind;
use kernel::DivisionLevel;

/// Kinds of party organisations, from wide to narrow.
pub(crate) const PARTY: [OrgKind; 6] = [
    OrgKind::PartyWorkCommittee,
    OrgKind::PartyCommittee,
    OrgKind::GeneralPartyBranch,
    OrgKind::PartyBranch,
    OrgKind::PartyGroup,
    OrgKind::PartyHousehold,
];

/// Returns the Chinese title.
pub(crate) fn title_of(kind: OrgKind) -> &'static str {
    match kind {
        OrgKind::City => "市",
        OrgKind::District => "区县",
        OrgKind::Street => "街道、乡镇",
        OrgKind::Community => "社区、村",
        OrgKind::Compound => "小区",
        OrgKind::Building => "楼栋",
        OrgKind::Grid => "网格",
        OrgKind::PartyBranch => "党支部",
        OrgKind::PartyGroup => "楼栋党小组",
        OrgKind::OwnersCommittee => "业主委员会",
        OrgKind::PropertyCompany => "物业公司",
        OrgKind::Department => "职能部门",
        OrgKind::PartyWorkCommittee => "党工委",
        OrgKind::PartyCommittee => "党委",
        OrgKind::GeneralPartyBranch => "党总支",
        OrgKind::PartyHousehold => "党员中心户",
        OrgKind::Government => "政府机关",
        OrgKind::ResidentsCommittee => "居（村）民委员会",
        OrgKind::ResidentUnit => "驻区单位",
        OrgKind::NewOrganisation => "两新组织",
        OrgKind::SocialOrganisation => "社会组织",
    }
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
    use contracts::registry::OrgKind;
    use kernel::Named;

    use super::{PARTY, needs_uscc, parents_of, superiors_of, takes_uscc};

    #[test]
    fn every_kind_but_the_city_has_a_place_and_only_the_party_has_superiors() {
        for kind in OrgKind::ALL.iter().copied() {
            let name = kind.name();
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
