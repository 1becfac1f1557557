//! Organisations that were moved, and the rows that follow them.

use kernel::{EventId, OrgMove, OrgPath, Timestamp, TypedId};
use sea_orm::sea_query::Expr;
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
        pub heard: i64,
        pub from_path: kernel::OrgPath,
        pub to_path: kernel::OrgPath,
        pub stage: String,
        pub after: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod org_move {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "org_move")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::EventId,
        pub from_path: kernel::OrgPath,
        pub to_path: kernel::OrgPath,
        pub at: kernel::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Remembers a move, and queues what has to be followed now. Two that are heard of at the very same time are in
/// each other's way: one of them is told once more.
pub(crate) async fn hear(
    tx: &Tx,
    id: EventId,
    moved: OrgMove,
    at: Timestamp,
) -> Result<(), StoreError> {
    let later = org_move::Entity::find()
        .filter(org_move::Column::At.gte(at))
        .filter(org_move::Column::Id.ne(id))
        .order_by_asc(org_move::Column::At)
        .order_by_asc(org_move::Column::Id)
        .all(tx)
        .await?;
    let later = later.into_iter().map(|row| OrgMove {
        from: row.from_path,
        to: row.to_path,
    });
    let known = org_move::ActiveModel {
        id: Set(id),
        from_path: Set(moved.from.clone()),
        to_path: Set(moved.to.clone()),
        at: Set(at),
    };
    org_move::Entity::insert(known)
        .exec_without_returning(tx)
        .await?;
    let last: Option<Option<i64>> = row::Entity::find()
        .select_only()
        .column_as(row::Column::Heard.max(), "last")
        .into_tuple()
        .one(tx)
        .await?;
    let mut turn = last.flatten().unwrap_or_default();
    for pass in moved.passes(later.collect()) {
        turn = turn.saturating_add(1);
        let row = row::ActiveModel {
            heard: Set(turn),
            from_path: Set(pass.from),
            to_path: Set(pass.to),
            stage: Set(Stage::ALL[0].as_str().to_owned()),
            after: Set(None),
        };
        row::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Finds the move whose turn it is.
pub(crate) async fn find_next(tx: &Tx) -> Result<Option<Relocation>, StoreError> {
    let row = row::Entity::find()
        .order_by_asc(row::Column::Heard)
        .limit(1)
        .one(tx)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut stages = Stage::ALL.into_iter();
    let stage = stages.find(|stage| stage.as_str() == row.stage);
    Ok(Some(Relocation {
        turn: row.heard,
        moved: OrgMove {
            from: row.from_path,
            to: row.to_path,
        },
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
        .filter(row::Column::Heard.eq(moved.turn))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets a turn in which everything has followed.
pub(crate) async fn delete(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    row::Entity::delete_by_id(moved.turn).exec(tx).await?;
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
