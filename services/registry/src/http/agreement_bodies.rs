use auth::Ctx;
use kernel::{AgreementId, AllianceId, CommitmentId, Line, OrgCode, Timestamp, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::day::Day;
use super::public::{Public, Several};
use crate::app::DraftAgreement;
use crate::domain::agreement::{
    Agreement, AgreementState, AgreementStep, Commitment, CommitmentState, CommitmentStep, Party,
    Promise, Tally, Terms,
};

/// An agreement to draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftAgreementBody {
    /// 起草方，须为协议一方 (party in whose name it is drafted).
    drafted_by: OrgCode,
    /// 所属联盟，各方须为其成员 (alliance within which it is made; all parties are members of it).
    #[serde(default)]
    alliance_id: Option<AllianceId>,
    /// 事由，不得含个人信息 (what it is about; nothing about a person).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    title: Public<Line<1, 100>>,
    /// 开始日期 (first day).
    term_from: Day,
    /// 截止日期 (last day).
    term_until: Day,
    /// 协议各方 (those who take part).
    #[schema(value_type = Vec<OrgCode>, min_items = 2, max_items = 20)]
    parties: Several<OrgCode, 2, 20>,
    /// 承诺事项 (who does what by when).
    #[schema(value_type = Vec<CommitmentBody>, min_items = 1, max_items = 50)]
    commitments: Several<CommitmentBody, 1, 50>,
}

/// What a party promises.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommitmentBody {
    /// 承诺方 (who).
    by_code: OrgCode,
    /// 承诺内容，不得含个人信息 (what; nothing about a person).
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    what: Public<Line<1, 200>>,
    /// 衡量标准 (by what it is measured).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    measure: Public<Line<1, 100>>,
    /// 完成期限 (last day for it).
    due_on: Day,
}

/// What is done about an agreement, in whose name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeAgreementBody {
    /// 处理 (the step).
    pub(super) step: AgreementStep,
    /// 代表哪一方 (the party in whose name).
    pub(super) party_code: OrgCode,
}

/// What is done about a commitment, in whose name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeCommitmentBody {
    /// 处理 (the step).
    pub(super) step: CommitmentStep,
    /// 代表哪一方 (the party in whose name).
    pub(super) party_code: OrgCode,
}

/// A party of an agreement (协议方).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartyView {
    /// 组织 (the organisation).
    org_code: OrgCode,
    /// 签署时间 (when it consented).
    #[serde(skip_serializing_if = "Option::is_none")]
    consented_at: Option<Timestamp>,
}

/// Who does what by when (承诺事项).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommitmentView {
    /// 编号 (its id).
    id: CommitmentId,
    /// 承诺方 (who).
    by_code: OrgCode,
    /// 承诺内容 (what).
    what: String,
    /// 衡量标准 (by what it is measured).
    measure: String,
    /// 完成期限 (last day for it).
    due_on: Day,
    /// 状态 (how far it has come).
    state: CommitmentState,
    /// 报告兑现时间 (when it was reported).
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_at: Option<Timestamp>,
    /// 确认方 (party that confirmed it).
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_by: Option<OrgCode>,
    /// 确认时间 (when it was confirmed).
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_at: Option<Timestamp>,
}

/// What was promised in agreements that came into force, and what was kept (兑现情况).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FulfilmentView {
    /// 承诺数 (commitments: the denominator).
    promised: u64,
    /// 已确认兑现数 (confirmed by another party: the numerator).
    kept: u64,
    /// 已逾期数 (not kept yet and late).
    overdue: u64,
}

/// An agreement (共建协议).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgreementView {
    /// 编号 (its id).
    id: AgreementId,
    /// 所属联盟 (alliance within which it was made).
    #[serde(skip_serializing_if = "Option::is_none")]
    alliance_id: Option<AllianceId>,
    /// 事由 (what it is about).
    title: String,
    /// 开始日期 (first day).
    term_from: Day,
    /// 截止日期 (last day).
    term_until: Day,
    /// 起草方 (party that drafted it).
    drafted_by: OrgCode,
    /// 协议各方 (those who take part).
    parties: Vec<PartyView>,
    /// 承诺事项 (who does what by when).
    commitments: Vec<CommitmentView>,
    /// 兑现情况 (how much of it was kept).
    fulfilment: FulfilmentView,
    /// 状态 (how far it has come).
    state: AgreementState,
    /// 版本 (its version).
    version: Version,
    /// 起草时间 (when it was drafted).
    created_at: Timestamp,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

impl DraftAgreementBody {
    pub(super) fn command(self, known: Option<(AgreementId, Option<Version>)>) -> DraftAgreement {
        let promises = self.commitments.0.into_iter().map(|promise| Promise {
            by: promise.by_code,
            what: promise.what.0.into_string(),
            measure: promise.measure.0.into_string(),
            due_on: promise.due_on.date(),
        });
        DraftAgreement {
            drafted_by: self.drafted_by,
            alliance: self.alliance_id,
            terms: Terms {
                title: self.title.0.into_string(),
                from: self.term_from.date(),
                until: self.term_until.date(),
                parties: self.parties.0,
                promises: promises.collect(),
            },
            known,
        }
    }
}

impl From<Party> for PartyView {
    fn from(party: Party) -> Self {
        Self {
            org_code: party.org_code,
            consented_at: party.consent.map(|(_, at)| at),
        }
    }
}

impl From<Commitment> for CommitmentView {
    fn from(commitment: Commitment) -> Self {
        let (confirmed_by, confirmed_at) = commitment.confirmation.unzip();
        Self {
            id: commitment.id,
            by_code: commitment.by,
            what: commitment.what,
            measure: commitment.measure,
            due_on: Day(commitment.due_on),
            state: commitment.state,
            reported_at: commitment.report.map(|(_, at)| at),
            confirmed_by,
            confirmed_at,
        }
    }
}

impl From<Tally> for FulfilmentView {
    fn from(tally: Tally) -> Self {
        Self {
            promised: tally.promised,
            kept: tally.kept,
            overdue: tally.overdue,
        }
    }
}

impl AgreementView {
    pub(super) fn new(app: &crate::app::App, ctx: &Ctx, agreement: Agreement) -> Self {
        let today = app.today(ctx.now);
        Self {
            fulfilment: agreement.tally(today).into(),
            id: agreement.id,
            alliance_id: agreement.alliance,
            title: agreement.title,
            term_from: Day(agreement.from),
            term_until: Day(agreement.until),
            drafted_by: agreement.drafted_by,
            parties: agreement.parties.into_iter().map(Into::into).collect(),
            commitments: agreement.commitments.into_iter().map(Into::into).collect(),
            state: agreement.state,
            version: agreement.version,
            created_at: agreement.created_at,
            updated_at: agreement.updated_at,
        }
    }
}
