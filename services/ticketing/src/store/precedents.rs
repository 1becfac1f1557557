//! How returns of orders were decided (先例): who was found responsible for what.

use ::store::StoreError;
use kernel::{AccountId, Named, OrderId, OrgCode, OrgPath, RequestId, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
};

use super::request_tables::{request_scope, side_request};
use super::tables::work_order;
use crate::domain::request::{RequestKind, RequestState};

/// Decisions of each kind that one look goes through, the newest.
const LOOKED_THROUGH: u64 = 300;

/// A decided return with what it was about.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Precedent {
    pub(crate) id: RequestId,
    pub(crate) order_id: OrderId,
    pub(crate) number: String,
    pub(crate) category: String,
    pub(crate) org_path: OrgPath,
    pub(crate) unit_path: Option<OrgPath>,
    pub(crate) about: Option<OrgCode>,
    pub(crate) requester: Option<AccountId>,
    pub(crate) confidential: bool,
    pub(crate) state: String,
    pub(crate) conference: bool,
    pub(crate) ask: String,
    pub(crate) note: Option<String>,
    pub(crate) unit_code: Option<OrgCode>,
    pub(crate) named_unit: Option<OrgCode>,
    pub(crate) decided_at: Timestamp,
}

/// Lists the newest decisions about returned orders of a category under a node.
pub(crate) async fn list_precedents(
    db: &impl ConnectionTrait,
    scope: &str,
    category: &str,
    limit: u64,
) -> Result<Vec<Precedent>, StoreError> {
    let mut ids: Vec<RequestId> = Vec::new();
    for state in [RequestState::Approved, RequestState::Refused] {
        let newest: Vec<RequestId> = request_scope::Entity::find()
            .select_only()
            .column(request_scope::Column::RequestId)
            .filter(request_scope::Column::ScopeCode.eq(scope))
            .filter(request_scope::Column::Kind.eq(RequestKind::Return.name()))
            .filter(request_scope::Column::State.eq(state.name()))
            .order_by_desc(request_scope::Column::RequestId)
            .limit(LOOKED_THROUGH)
            .into_tuple()
            .all(db)
            .await?;
        ids.extend(newest);
    }
    let mut found = about(db, &ids, category).await?;
    found.sort_unstable_by_key(|precedent| std::cmp::Reverse(precedent.id));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Of some requests those about orders of a category.
async fn about(
    db: &impl ConnectionTrait,
    ids: &[RequestId],
    category: &str,
) -> Result<Vec<Precedent>, StoreError> {
    use side_request::Column as R;
    use work_order::Column as O;
    let found = side_request::Entity::find()
        .select_only()
        .columns([
            R::Id,
            R::OrderId,
            R::State,
            R::Conference,
            R::Ask,
            R::Note,
            R::UnitCode,
            R::NamedUnit,
        ])
        .column_as(R::UpdatedAt, "decided_at")
        .columns([
            O::Number,
            O::Category,
            O::OrgPath,
            O::UnitPath,
            O::About,
            O::Requester,
            O::Confidential,
        ])
        .join(JoinType::InnerJoin, orders())
        .filter(R::Id.is_in(ids.iter().copied()))
        .filter(O::Category.starts_with(category));
    Ok(found.into_model::<Precedent>().all(db).await?)
}

fn orders() -> RelationDef {
    side_request::Entity::belongs_to(work_order::Entity)
        .from(side_request::Column::OrderId)
        .to(work_order::Column::Id)
        .into()
}
