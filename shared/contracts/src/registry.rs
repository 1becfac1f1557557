//! The organisation tree. Emitted by registry.

use kernel::{OrgCode, OrgPath};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kinds of organisation (组织类型) that readers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrgKind {
    /// 市
    City,
    /// 区县
    District,
    /// 街道、乡镇
    Street,
    /// 社区、村
    Community,
    /// 小区
    Compound,
    /// 楼栋
    Building,
    /// 网格
    Grid,
    /// 党支部
    PartyBranch,
    /// 楼栋党小组
    PartyGroup,
    /// 业主委员会
    OwnersCommittee,
    /// 物业公司
    PropertyCompany,
    /// 职能部门
    Department,
    /// 党工委（含大工委）
    PartyWorkCommittee,
    /// 党委（含大党委）
    PartyCommittee,
    /// 党总支
    GeneralPartyBranch,
    /// 党员中心户
    PartyHousehold,
    /// 政府、街道办事处
    Government,
    /// 居（村）民委员会
    ResidentsCommittee,
    /// 驻区单位
    ResidentUnit,
    /// 两新组织
    NewOrganisation,
    /// 社会组织
    SocialOrganisation,
}

/// An organisation was set up (设立).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationEstablished {
    /// Its code.
    pub code: OrgCode,
    /// Its place in the tree.
    pub path: OrgPath,
    /// Its kind.
    pub kind: OrgKind,
    /// Its public name.
    pub name: String,
}

/// An organisation got another public name (更名).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationRenamed {
    /// Its code.
    pub code: OrgCode,
    /// Its new public name.
    pub name: String,
}

/// An organisation was put under another one, with everything below it (划转).
///
/// Codes stay; every path that began with `from` begins with `path` now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationMoved {
    /// Its code.
    pub code: OrgCode,
    /// Its place before.
    pub from: OrgPath,
    /// Its place now.
    pub path: OrgPath,
}

/// An organisation came to its end (撤销). The same code may be set up again later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationClosed {
    /// Its code.
    pub code: OrgCode,
    /// Codes of those that took its place.
    pub successors: Vec<OrgCode>,
}

crate::events! {
    OrganisationEstablished => "linli.registry.organisation.established.v1",
    OrganisationRenamed => "linli.registry.organisation.renamed.v1",
    OrganisationMoved => "linli.registry.organisation.moved.v1",
    OrganisationClosed => "linli.registry.organisation.closed.v1",
}
