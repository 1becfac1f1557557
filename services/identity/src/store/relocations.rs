//! Organisations that were moved, and the rows that follow them.

use kernel::{OrgPath, TypedId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::{contacts, corrupt, grants, reveals};
use crate::domain::{Relocation, Stage};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "relocation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::EventId,
        pub code: kernel::OrgCode,
        pub to_path: kernel::OrgPath,
        pub stage: String,
        pub after: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Remembers a move until everything has followed.
pub(crate) async fn insert(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(moved.id),
        code: Set(moved.code.clone()),
        to_path: Set(moved.to.clone()),
        stage: Set(moved.stage.as_str().to_owned()),
        after: Set(moved.after),
    };
    let known = OnConflict::column(row::Column::Id).do_nothing().to_owned();
    row::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds the move that came first.
pub(crate) async fn find_oldest(tx: &Tx) -> Result<Option<Relocation>, StoreError> {
    let row = row::Entity::find()
        .order_by_asc(row::Column::Id)
        .limit(1)
        .one(tx)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut stages = Stage::ALL.into_iter();
    let stage = stages.find(|stage| stage.as_str() == row.stage);
    Ok(Some(Relocation {
        id: row.id,
        code: row.code,
        to: row.to_path,
        stage: stage.ok_or_else(|| corrupt("relocation.stage", &row.stage))?,
        after: row.after,
    }))
}

/// Remembers how far a move is followed.
pub(crate) async fn save(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    row::Entity::update_many()
        .set(row::ActiveModel {
            stage: Set(moved.stage.as_str().to_owned()),
            after: Set(moved.after),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(moved.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets a move that everything has followed.
pub(crate) async fn delete(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    row::Entity::delete_by_id(moved.id).exec(tx).await?;
    Ok(())
}

/// Lists the next rows of a stage with their places, wherever these are: an index by place would cost
/// every write, and moves are rare.
pub(crate) async fn list_places(
    tx: &Tx,
    moved: &Relocation,
    limit: u64,
) -> Result<Vec<(Uuid, OrgPath)>, StoreError> {
    let after = moved.after;
    match moved.stage {
        Stage::Grants => grants::list_places(tx, after, limit).await,
        Stage::Contacts => contacts::list_places(tx, after, limit).await,
        Stage::Reveals => reveals::list_places(tx, after, limit).await,
    }
}

/// Gives a row of a stage its new place.
pub(crate) async fn relocate(
    tx: &Tx,
    stage: Stage,
    id: Uuid,
    place: &OrgPath,
) -> Result<(), StoreError> {
    match stage {
        Stage::Grants => grants::relocate(tx, TypedId::from_uuid(id), place).await,
        Stage::Contacts => contacts::relocate(tx, TypedId::from_uuid(id), place).await,
        Stage::Reveals => reveals::relocate(tx, TypedId::from_uuid(id), place).await,
    }
}

/// Reads a stretch of ids and paths in the order of ids.
pub(super) async fn places<E: EntityTrait>(
    tx: &Tx,
    query: Select<E>,
    id: E::Column,
    path: E::Column,
    (after, limit): (Option<Uuid>, u64),
) -> Result<Vec<(Uuid, OrgPath)>, StoreError> {
    let mut page = query
        .select_only()
        .columns([id, path])
        .order_by_asc(id)
        .limit(limit);
    if let Some(after) = after {
        page = page.filter(id.gt(after));
    }
    Ok(page.into_tuple().all(tx).await?)
}

/// Sets the path of one row.
pub(super) async fn set_path<E: EntityTrait>(
    tx: &Tx,
    id: (E::Column, Uuid),
    path: E::Column,
    place: &OrgPath,
) -> Result<(), StoreError> {
    E::update_many()
        .col_expr(path, Expr::value(place.clone()))
        .filter(id.0.eq(id.1))
        .exec(tx)
        .await?;
    Ok(())
}
