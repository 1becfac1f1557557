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

crate::events! {
    OrganisationEstablished => "linli.registry.organisation.established.v1",
    OrganisationRenamed => "linli.registry.organisation.renamed.v1",
}
