//! Changing nodes, and keeping the tree whole while several do it.

use kernel::{OrgCode, OrgPath, Timestamp};
use sea_orm::sea_query::{Asterisk, BinOper, Expr, ExprTrait, Func, LockType, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use store::{CHUNK, StoreError, Tx};

use super::history;
use super::organisation::{ActiveModel, Column, Entity};
use super::queries::{to_organisations, within};
use super::search;
use crate::domain::organisation::{Change, Organisation};
use crate::domain::search::sort_key;

/// Saves what a change made of a node over the version before.
pub(crate) async fn save_change(
    tx: &Tx,
    organisation: &Organisation,
    change: &Change,
) -> Result<(), StoreError> {
    let row = ActiveModel::from(organisation);
    let changed = ActiveModel {
        path: row.path,
        parent_code: row.parent_code,
        kind: row.kind,
        name: row.name,
        folded_name: row.folded_name,
        uscc: row.uscc,
        superior_code: row.superior_code,
        since: row.since,
        closed_on: row.closed_on,
        valid_from: row.valid_from,
        version: row.version,
        updated_at: row.updated_at,
        ..ActiveModel::default()
    };
    store::save_over(
        tx,
        changed,
        Column::Id.eq(organisation.id),
        Column::Version.eq(change.seen),
    )
    .await?;
    if let Some(past) = &change.past {
        history::insert_past(tx, past).await?;
    }
    search::delete_pairs(tx, &sort_key(&organisation.code)).await?;
    search::insert_pairs(tx, std::slice::from_ref(organisation)).await
}

/// Gives everything below `from` its place below `to`, in one statement over a range of paths.
///
/// The node itself has its new path already. Their versions stay: nothing of their own has changed.
pub(crate) async fn rebase_below(
    tx: &Tx,
    from: &OrgPath,
    to: &OrgPath,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let kept = i32::try_from(from.as_str().len()).unwrap_or(i32::MAX);
    // paths are ASCII: characters are bytes
    let rest = Func::cust("substr")
        .arg(Expr::col(Column::Path))
        .arg(kept.saturating_add(1));
    let path = Expr::val(to.as_str()).binary(BinOper::Custom("||"), rest);
    let done = Entity::update_many()
        .col_expr(Column::Path, path)
        .col_expr(Column::UpdatedAt, Expr::val(now.micros()))
        .filter(within(from))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}

/// Counts the nodes at or below a place, no further than `most`.
pub(crate) async fn count_within(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    most: u64,
) -> Result<u64, StoreError> {
    let few = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(within(place))
        .limit(most)
        .into_query();
    let count = Query::select()
        .expr_as(Expr::col(Asterisk).count(), "nodes")
        .from_subquery(few, "few")
        .to_owned();
    let row = db.query_one(&count).await?;
    let nodes: i64 = row.map_or(Ok(0), |row| row.try_get("", "nodes"))?;
    Ok(u64::try_from(nodes).unwrap_or_default())
}

/// Lists nodes directly below one that are not closed.
pub(crate) async fn list_children(
    db: &impl ConnectionTrait,
    parent: &OrgCode,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    let query = Entity::find()
        .filter(Column::ParentCode.eq(parent.clone()))
        .filter(Column::ClosedOn.is_null())
        .order_by_asc(Column::SortKey)
        .limit(limit);
    to_organisations(query.all(db).await?)
}

/// Holds nodes where they are, with everything above them, until the transaction ends; nobody can
/// move them meanwhile. SQLite has one writer at a time and needs no more than to look again.
///
/// # Errors
/// [`StoreError::Stale`] when one was moved or closed since it was read.
pub(crate) async fn hold(tx: &Tx, nodes: &[&Organisation]) -> Result<(), StoreError> {
    let mut codes: Vec<OrgCode> = nodes
        .iter()
        .flat_map(|node| node.path.ancestors())
        .filter_map(|path| path.leaf())
        .collect();
    // in one order everywhere: two that hold the same nodes never wait for one another
    codes.sort_unstable();
    codes.dedup();
    let mut held = Vec::with_capacity(codes.len());
    for chunk in codes.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::Code.is_in(chunk.iter().cloned()))
            .order_by_asc(Column::Code)
            .lock(LockType::KeyShare)
            .all(tx)
            .await?;
        held.extend(rows);
    }
    let stayed = |node: &&Organisation| {
        let row = held.iter().find(|row| row.code == node.code);
        row.is_some_and(|row| row.path == node.path && row.closed_on.is_none())
    };
    if nodes.iter().all(stayed) {
        return Ok(());
    }
    Err(StoreError::Stale)
}

/// Lists the open nodes directly below any of `parents`, each behind its parent.
pub(crate) async fn list_open_children(
    db: &impl ConnectionTrait,
    parents: &[OrgCode],
) -> Result<Vec<(OrgCode, OrgCode)>, StoreError> {
    let mut found = Vec::new();
    for chunk in parents.chunks(CHUNK) {
        let query = Entity::find()
            .select_only()
            .columns([Column::ParentCode, Column::Code])
            .filter(Column::ParentCode.is_in(chunk.iter().cloned()))
            .filter(Column::ClosedOn.is_null());
        found.extend(query.into_tuple().all(db).await?);
    }
    Ok(found)
}

/// Takes nodes for this transaction alone: nobody puts anything below them until it ends.
pub(crate) async fn lock_nodes(tx: &Tx, codes: &[OrgCode]) -> Result<(), StoreError> {
    for chunk in codes.chunks(CHUNK) {
        Entity::find()
            .filter(Column::Code.is_in(chunk.iter().cloned()))
            .order_by_asc(Column::Code)
            .lock_exclusive()
            .all(tx)
            .await?;
    }
    Ok(())
}

/// Finds a node to be moved or closed; nobody puts anything below it until the transaction ends.
pub(crate) async fn find_for_change(
    tx: &Tx,
    code: &OrgCode,
) -> Result<Option<Organisation>, StoreError> {
    let row = Entity::find()
        .filter(Column::Code.eq(code.clone()))
        .lock_exclusive()
        .one(tx)
        .await?;
    row.map(Organisation::try_from).transpose()
}

/// Lists nodes in the order of their paths behind one, closed ones too, and takes them: nobody changes them
/// until the transaction ends.
pub(crate) async fn take_page(
    tx: &Tx,
    after: Option<&OrgPath>,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    let mut query = Entity::find()
        .order_by_asc(Column::Path)
        .limit(limit)
        .lock_exclusive();
    if let Some(after) = after {
        query = query.filter(Column::Path.gt(after.as_str()));
    }
    to_organisations(query.all(tx).await?)
}
