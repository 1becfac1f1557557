//! The organisation tree. Emitted by registry.

use kernel::{
    AccountId, AgreementId, ClaimId, ListEntryId, MeetingId, OrgCode, OrgPath, ReportInId,
    ResolutionId, Timestamp, named,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// Kinds of organisation (组织类型) that readers tell apart.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub enum OrgKind {
        /// 市
        City = "city",
        /// 区县
        District = "district",
        /// 街道、乡镇
        Street = "street",
        /// 社区、村
        Community = "community",
        /// 小区
        Compound = "compound",
        /// 楼栋
        Building = "building",
        /// 网格
        Grid = "grid",
        /// 党支部
        PartyBranch = "party_branch",
        /// 楼栋党小组
        PartyGroup = "party_group",
        /// 业主委员会
        OwnersCommittee = "owners_committee",
        /// 物业公司
        PropertyCompany = "property_company",
        /// 职能部门
        Department = "department",
        /// 党工委（含大工委）
        PartyWorkCommittee = "party_work_committee",
        /// 党委（含大党委）
        PartyCommittee = "party_committee",
        /// 党总支
        GeneralPartyBranch = "general_party_branch",
        /// 党员中心户
        PartyHousehold = "party_household",
        /// 政府、街道办事处
        Government = "government",
        /// 居（村）民委员会
        ResidentsCommittee = "residents_committee",
        /// 驻区单位
        ResidentUnit = "resident_unit",
        /// 两新组织
        NewOrganisation = "new_organisation",
        /// 社会组织
        SocialOrganisation = "social_organisation",
    }
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

/// A grid lies elsewhere on the map than was told before (网格).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GridDrawn {
    /// Its code.
    pub code: OrgCode,
    /// Its closed rings in WGS-84, each position longitude and latitude in degrees: what an odd number of rings surrounds
    /// is inside. At most 1000 positions.
    #[schema(value_type = Vec<Vec<Vec<f64>>>)]
    pub rings: Vec<Vec<[f64; 2]>>,
    /// Its area in square metres: of overlapping grids a point is in the smallest.
    pub area: f64,
}

/// A claim of a resource for a need or a project; part of several events (双向认领).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimFacts {
    /// The claim.
    pub claim_id: ClaimId,
    /// The need or the project.
    pub wanted_id: ListEntryId,
    /// Organisation that it belongs to.
    pub wanted_by: OrgCode,
    /// The resource.
    pub resource_id: ListEntryId,
    /// Organisation that it belongs to.
    pub given_by: OrgCode,
    /// What both are about.
    pub topic: String,
    /// How much of it.
    pub quantity: u32,
    /// State after the event.
    pub state: String,
}

/// One side asked for a resource or offered it; the other one has to answer (提出认领).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimProposed {
    /// The claim.
    #[serde(flatten)]
    pub claim: ClaimFacts,
}

/// The other side confirmed (确认认领).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimConfirmed {
    /// The claim.
    #[serde(flatten)]
    pub claim: ClaimFacts,
}

/// A claim came to its end: refused, withdrawn, fulfilled or released (认领结束).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimEnded {
    /// The claim.
    #[serde(flatten)]
    pub claim: ClaimFacts,
}

/// An agreement between organisations; part of several events (共建协议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgreementFacts {
    /// The agreement.
    pub agreement_id: AgreementId,
    /// Organisations that take part.
    pub parties: Vec<OrgCode>,
    /// Its last day, `YYYY-MM-DD`.
    pub until: String,
    /// State after the event.
    pub state: String,
}

/// An agreement waits for the consent of its parties (提交签署).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgreementProposed {
    /// The agreement.
    #[serde(flatten)]
    pub agreement: AgreementFacts,
}

/// Every party has consented: the agreement is in force (协议生效).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgreementConcluded {
    /// The agreement.
    #[serde(flatten)]
    pub agreement: AgreementFacts,
}

/// An agreement came to its end: fulfilled, ended, expired or withdrawn (协议结束).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgreementEnded {
    /// The agreement.
    #[serde(flatten)]
    pub agreement: AgreementFacts,
}

/// Organisations are called together (召集联席会议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeetingCalled {
    /// The meeting.
    pub meeting_id: MeetingId,
    /// Organisation that calls it.
    pub convened_by: OrgCode,
    /// Organisations that are invited.
    pub invited: Vec<OrgCode>,
    /// When it begins.
    pub starts_at: Timestamp,
}

/// A joint meeting passed a resolution (通过决议).
///
/// Its title and text are public wording of organisations, looked through for phone, id numbers and addresses of people
/// before they are taken; they are told because the order that carries it out is made of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResolutionPassed {
    /// The resolution; the order that carries it out has the same UUID.
    pub resolution_id: ResolutionId,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// Organisation that called the meeting.
    pub convened_by: OrgCode,
    /// Organisation that answers for it.
    pub owned_by: OrgCode,
    /// Where.
    pub place_code: OrgCode,
    /// Category code, if the meeting named one.
    pub category: Option<String>,
    /// Whether an order is to be opened for it.
    pub wants_order: bool,
    /// What is resolved, in a line.
    pub title: String,
    /// What is to be done.
    pub text: String,
}

/// A community confirmed that a unit or a member reported in there (双报到).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportInConfirmed {
    /// The report-in.
    pub report_in_id: ReportInId,
    /// The community.
    pub community_code: OrgCode,
    /// The unit, where one reported in.
    pub unit_code: Option<OrgCode>,
    /// The member, where one reported in.
    pub member: Option<AccountId>,
    /// When it was entered.
    pub reported_at: Timestamp,
}

/// A report-in that was confirmed came to its end: by either side, or with the community or the unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportInEnded {
    /// The report-in.
    pub report_in_id: ReportInId,
    /// The community.
    pub community_code: OrgCode,
}

/// What a compound has, after it has come to something else (房户统计): counts, nothing about persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompoundCounted {
    /// Code of the compound.
    pub code: OrgCode,
    /// Buildings whose shape is known.
    pub buildings: u32,
    /// Their units.
    pub units: u32,
    /// Their rooms.
    pub rooms: u32,
    /// Households that have a reference.
    pub households: u32,
}

crate::events! {
    OrganisationEstablished => "linli.registry.organisation.established.v1",
    OrganisationRenamed => "linli.registry.organisation.renamed.v1",
    OrganisationMoved => "linli.registry.organisation.moved.v1",
    OrganisationClosed => "linli.registry.organisation.closed.v1",
    GridDrawn => "linli.registry.grid.drawn.v1",
    ClaimProposed => "linli.registry.claim.proposed.v1",
    ClaimConfirmed => "linli.registry.claim.confirmed.v1",
    ClaimEnded => "linli.registry.claim.ended.v1",
    AgreementProposed => "linli.registry.agreement.proposed.v1",
    AgreementConcluded => "linli.registry.agreement.concluded.v1",
    AgreementEnded => "linli.registry.agreement.ended.v1",
    CompoundCounted => "linli.registry.compound.counted.v1",
    ReportInConfirmed => "linli.registry.reportin.confirmed.v1",
    ReportInEnded => "linli.registry.reportin.ended.v1",
    MeetingCalled => "linli.registry.meeting.called.v1",
    ResolutionPassed => "linli.registry.resolution.passed.v1",
}
