//! Organisations, as registry told.

use ::store::{StoreError, Tx};
use kernel::{OrgCode, OrgPath};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait, Func, IntoColumnRef, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::tables::org::{ActiveModel, Column, Entity, Model};

/// The path of the node above one, of its own path: the last segment goes, which no slash is in. Both databases know it.
pub(crate) const PARENT_OF_PATH: &str = "rtrim(rtrim(path, '/'), replace(path, '/', ''))";

/// A node of the organisation tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Org {
    /// Its code.
    pub(crate) code: OrgCode,
    /// Its place.
    pub(crate) path: OrgPath,
    /// Its kind, as the event names it.
    pub(crate) kind: String,
    /// Its public name.
    pub(crate) name: String,
}

/// Finds a node.
pub(crate) async fn find_org(
    db: &impl ConnectionTrait,
    code: &OrgCode,
) -> Result<Option<Org>, StoreError> {
    let row = Entity::find_by_id(code.clone()).one(db).await?;
    Ok(row.map(from_row))
}

/// Finds several nodes at once.
pub(crate) async fn list_orgs(
    db: &impl ConnectionTrait,
    codes: &[OrgCode],
) -> Result<Vec<Org>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Code.is_in(codes.iter().cloned()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Lists a node and everything below it.
pub(crate) async fn list_below(
    db: &impl ConnectionTrait,
    path: &OrgPath,
) -> Result<Vec<Org>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Path.gte(path.as_str()))
        .filter(Column::Path.lt(path.range_end()))
        .order_by_asc(Column::Path)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Lists the nodes of some kinds directly below one, by code, up to a number.
pub(crate) async fn list_children(
    db: &impl ConnectionTrait,
    parent: &OrgPath,
    kinds: &[&str],
    limit: u64,
) -> Result<Vec<Org>, StoreError> {
    let rows = Entity::find()
        .filter(Column::ParentPath.eq(parent.as_str()))
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .order_by_asc(Column::Code)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Writes down again which nodes those at or below one lie below.
async fn follow_parents(tx: &Tx, path: &OrgPath) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::ParentPath, Expr::cust(PARENT_OF_PATH))
        .filter(Column::Path.gte(path.as_str()))
        .filter(Column::Path.lt(path.range_end()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Keeps a node as it is now.
pub(crate) async fn save_org(tx: &Tx, org: Org) -> Result<(), StoreError> {
    let parent = org.path.parent().unwrap_or_else(OrgPath::root);
    let row = ActiveModel {
        parent_path: Set(parent.as_str().to_owned()),
        code: Set(org.code),
        path: Set(org.path),
        kind: Set(org.kind),
        name: Set(org.name),
    };
    let replace = OnConflict::column(Column::Code)
        .update_columns([Column::Path, Column::Kind, Column::Name, Column::ParentPath])
        .to_owned();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Gives a node another name; a node that is not known stays unknown.
pub(crate) async fn rename_org(tx: &Tx, code: &OrgCode, name: &str) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(name))
        .filter(Column::Code.eq(code.clone()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Moves a node and everything below it, in one statement over a range of paths.
pub(crate) async fn rebase_orgs(tx: &Tx, from: &OrgPath, to: &OrgPath) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Path, rebased(Column::Path, from, to))
        .filter(Column::Path.gte(from.as_str()))
        .filter(Column::Path.lt(from.range_end()))
        .exec(tx)
        .await?;
    follow_parents(tx, to).await
}

/// A path at or below `from`, with its place below `to`.
pub(super) fn rebased(path: impl IntoColumnRef, from: &OrgPath, to: &OrgPath) -> Expr {
    let kept = i32::try_from(from.as_str().len()).unwrap_or(i32::MAX);
    // paths are ASCII: characters are bytes
    let rest = Func::cust("substr")
        .arg(Expr::col(path))
        .arg(kept.saturating_add(1));
    Expr::val(to.as_str()).binary(BinOper::Custom("||"), rest)
}

/// Forgets a node that came to its end; what refers to it keeps its code.
pub(crate) async fn delete_org(tx: &Tx, code: &OrgCode) -> Result<(), StoreError> {
    Entity::delete_by_id(code.clone()).exec(tx).await?;
    Ok(())
}

fn from_row(row: Model) -> Org {
    Org {
        code: row.code,
        path: row.path,
        kind: row.kind,
        name: row.name,
    }
}
