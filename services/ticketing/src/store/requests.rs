//! Side requests: one row each, changed under their version.

use ::store::{StoreError, Tx, Writes, affected_one};
use kernel::{Named, OrderId, OrgPath, RequestId, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::request_tables::{order_exclusion, request_scope, side_request};
use super::scopes::scopes_above;
use super::{count, from_json, to_json};
use crate::domain::request::{Metric, RequestKind, RequestState, SideRequest};
use side_request::{ActiveModel, Column, Entity, Model};

/// A request with what the store keeps beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredRequest {
    /// The request.
    pub(crate) request: SideRequest,
    /// Whether it went to a conference.
    pub(crate) conference: bool,
}

/// Inserts a new request, waited for at every node above the order's place.
pub(crate) fn insert_request(
    writes: &mut Writes,
    stored: &StoredRequest,
    place: &OrgPath,
) -> Result<(), StoreError> {
    let request = &stored.request;
    writes.insert([ActiveModel {
        id: Set(request.id),
        order_id: Set(request.order_id),
        kind: Set(request.ask.kind().name().to_owned()),
        state: Set(request.state.name().to_owned()),
        number: Set(i64::from(request.number)),
        ask: Set(to_json(&request.ask)?),
        reason: Set(request.reason.clone()),
        applicant: Set(request.applicant),
        unit_code: Set(request.unit.clone()),
        decided_by: Set(request.decided_by),
        note: Set(request.note.clone()),
        named_unit: Set(request.named_unit.clone()),
        conference: Set(stored.conference),
        review_at: Set(request.review_at),
        wake_at: Set(request.wakes_at()),
        created_at: Set(request.created_at),
        updated_at: Set(request.updated_at),
        version: Set(request.version),
    }]);
    insert_scopes(writes, request, place);
    Ok(())
}

fn insert_scopes(writes: &mut Writes, request: &SideRequest, place: &OrgPath) {
    let rows = scopes_above(place).into_iter();
    writes.insert(rows.map(|scope_code| request_scope::ActiveModel {
        scope_code: Set(scope_code),
        request_id: Set(request.id),
        kind: Set(request.ask.kind().name().to_owned()),
        state: Set(request.state.name().to_owned()),
    }));
}

/// Saves what changed of a request, under the version that was read.
pub(crate) async fn save_request(
    tx: &Tx,
    before: &SideRequest,
    stored: &StoredRequest,
) -> Result<(), StoreError> {
    let after = &stored.request;
    let saved = Entity::update_many()
        .col_expr(Column::State, Expr::value(after.state.name()))
        .col_expr(Column::DecidedBy, Expr::value(after.decided_by))
        .col_expr(Column::Note, Expr::value(after.note.clone()))
        .col_expr(Column::NamedUnit, Expr::value(after.named_unit.clone()))
        .col_expr(Column::Conference, Expr::value(stored.conference))
        .col_expr(Column::ReviewAt, Expr::value(after.review_at))
        .col_expr(Column::WakeAt, Expr::value(after.wakes_at()))
        .col_expr(Column::UpdatedAt, Expr::value(after.updated_at))
        .col_expr(Column::Version, Expr::value(after.version))
        .filter(Column::Id.eq(after.id))
        .filter(Column::Version.eq(before.version))
        .exec(tx)
        .await?;
    affected_one(saved.rows_affected)?;
    if before.state != after.state {
        request_scope::Entity::update_many()
            .col_expr(
                request_scope::Column::State,
                Expr::value(after.state.name()),
            )
            .filter(request_scope::Column::RequestId.eq(after.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Finds a request.
pub(crate) async fn find_request(
    db: &impl ConnectionTrait,
    id: RequestId,
) -> Result<Option<StoredRequest>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(from_row).transpose()
}

/// Lists all requests about an order, the first one first; an order has a handful.
pub(crate) async fn list_of_order(
    db: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<StoredRequest>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Lists requests at or below a node in a state, behind one of them, the oldest first.
pub(crate) async fn list_requests(
    db: &impl ConnectionTrait,
    scope: &str,
    (kind, state): (Option<RequestKind>, RequestState),
    after: Option<RequestId>,
    limit: u64,
) -> Result<Vec<StoredRequest>, StoreError> {
    let mut ids = request_scope::Entity::find()
        .select_only()
        .column(request_scope::Column::RequestId)
        .filter(request_scope::Column::ScopeCode.eq(scope))
        .filter(request_scope::Column::State.eq(state.name()));
    if let Some(kind) = kind {
        ids = ids.filter(request_scope::Column::Kind.eq(kind.name()));
    }
    if let Some(after) = after {
        ids = ids.filter(request_scope::Column::RequestId.gt(after));
    }
    let ids: Vec<RequestId> = ids
        .order_by_asc(request_scope::Column::RequestId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Lists suspensions whose review or end has come, the latest last, behind one of them.
pub(crate) async fn list_woken(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<(Timestamp, RequestId)>,
    limit: u64,
) -> Result<Vec<(Timestamp, RequestId)>, StoreError> {
    use Column as C;
    let mut query = Entity::find()
        .select_only()
        .columns([C::WakeAt, C::Id])
        .filter(C::WakeAt.lte(now));
    if let Some((at, id)) = after {
        let behind = Condition::any().add(C::WakeAt.gt(at)).add(C::Id.gt(id));
        query = query.filter(C::WakeAt.gte(at)).filter(behind);
    }
    Ok(query
        .order_by_asc(C::WakeAt)
        .order_by_asc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Marks an order as not counted by some figures; what is marked already stays so.
pub(crate) async fn insert_exclusions(
    tx: &Tx,
    request: &SideRequest,
    metrics: &[Metric],
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for metric in metrics {
        let name = serde_json::to_value(metric);
        let name = name.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        rows.push(order_exclusion::ActiveModel {
            order_id: Set(request.order_id),
            metric: Set(name.as_str().unwrap_or_default().to_owned()),
            request_id: Set(request.id),
            at: Set(request.updated_at),
        });
    }
    let keep = OnConflict::columns([
        order_exclusion::Column::OrderId,
        order_exclusion::Column::Metric,
    ])
    .do_nothing()
    .to_owned();
    order_exclusion::Entity::insert_many(rows)
        .on_conflict(keep)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Follows an order to another place: its requests are waited for there.
pub(crate) async fn follow_order(
    tx: &Tx,
    writes: &mut Writes,
    order: OrderId,
    place: &OrgPath,
) -> Result<(), StoreError> {
    let mut theirs = Query::select();
    theirs
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::OrderId.eq(order));
    let gone = request_scope::Entity::delete_many()
        .filter(request_scope::Column::RequestId.in_subquery(theirs))
        .exec(tx)
        .await?;
    if gone.rows_affected == 0 {
        return Ok(());
    }
    for stored in list_of_order(tx, order).await? {
        insert_scopes(writes, &stored.request, place);
    }
    Ok(())
}

fn from_row(row: Model) -> Result<StoredRequest, StoreError> {
    let state = RequestState::from_name(&row.state);
    let state = state.ok_or_else(|| StoreError::Corrupt(format!("state {:?}", row.state)))?;
    Ok(StoredRequest {
        conference: row.conference,
        request: SideRequest {
            id: row.id,
            order_id: row.order_id,
            state,
            number: count(row.number)?,
            ask: from_json(&row.ask)?,
            reason: row.reason,
            applicant: row.applicant,
            unit: row.unit_code,
            decided_by: row.decided_by,
            note: row.note,
            named_unit: row.named_unit,
            review_at: row.review_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        },
    })
}
