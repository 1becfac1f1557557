//! What an import answers.

use kernel::{OrderId, OrgCode};
use problem::Locale;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::words;
use crate::domain::wording::Bilingual;
use crate::store::orders::StoredOrder;

/// What became of the rows (导入结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportView {
    /// 只检查 (nothing was stored).
    pub(crate) dry_run: bool,
    /// 新增 (became orders).
    pub(crate) created: usize,
    /// 已有 (had become orders before).
    pub(crate) existing: usize,
    /// 未接受 (refused).
    pub(crate) refused: usize,
    /// 逐行结果，次序不变 (the rows, in the order sent).
    pub(crate) rows: Vec<ImportedRowView>,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportedRowView {
    /// 行序号，从 0 起 (place of the row, from 0).
    pub(crate) index: usize,
    /// 来源编号 (id in the other system).
    pub(crate) external_id: String,
    /// 结果 (outcome).
    pub(crate) outcome: ImportOutcome,
    /// 未接受的原因 (why it was refused).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// 工单 (the order; none on a dry run).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<OrderId>,
    /// 工单编号 (number of a new order).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    /// 类别 (proposed category).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    /// 归类理由 (why this category, or none).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category_reason: Option<String>,
    /// 承办单位 (proposed unit).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_code: Option<OrgCode>,
    /// 分派理由 (why this unit).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) routing_reason: Option<String>,
}

/// Outcome of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImportOutcome {
    /// 新增
    Created,
    /// 已有
    Exists,
    /// 未接受
    Refused,
}

impl ImportedRowView {
    /// Shows a row that was refused.
    pub(crate) fn refused(index: usize, external_id: &str, reason: &str) -> Self {
        Self {
            reason: Some(reason.to_owned()),
            ..Self::of(index, external_id, ImportOutcome::Refused)
        }
    }

    /// Shows a row that had become an order before.
    pub(crate) fn exists(index: usize, external_id: &str, order: Option<OrderId>) -> Self {
        Self {
            order_id: order,
            ..Self::of(index, external_id, ImportOutcome::Exists)
        }
    }

    /// Shows a row that becomes an order; on a dry run there is no order to point at.
    pub(crate) fn created(
        index: usize,
        external_id: &str,
        stored: &StoredOrder,
        dry_run: bool,
        locale: Locale,
    ) -> Self {
        let order = &stored.order;
        let said = |reason: &Bilingual| words(reason, locale).to_owned();
        Self {
            order_id: (!dry_run).then_some(order.id),
            number: (!dry_run).then(|| order.number.as_str().to_owned()),
            category: order.category.clone(),
            category_reason: stored.category_reason.as_ref().map(said),
            unit_code: order.unit_code(),
            routing_reason: order.unit_reason.as_ref().map(said),
            ..Self::of(index, external_id, ImportOutcome::Created)
        }
    }

    fn of(index: usize, external_id: &str, outcome: ImportOutcome) -> Self {
        Self {
            index,
            external_id: external_id.to_owned(),
            outcome,
            reason: None,
            order_id: None,
            number: None,
            category: None,
            category_reason: None,
            unit_code: None,
            routing_reason: None,
        }
    }
}
