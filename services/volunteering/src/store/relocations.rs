//! Organisations that were moved, until everything has followed.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{Named, OrgPath};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, Value,
};
use store::{StoreError, Tx};

use self::row::{ActiveModel, Column, Entity};
use super::json;
use crate::domain::relocation::Relocation;

/// Moves that are followed.
mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "relocation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::EventId,
        pub from_path: kernel::OrgPath,
        pub to_path: kernel::OrgPath,
        pub stage: String,
        pub found: bool,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Remembers a move until everything has followed.
pub(crate) async fn insert_relocation(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(moved.id),
        from_path: Set(moved.from.clone()),
        to_path: Set(moved.to.clone()),
        stage: Set(moved.stage.name().to_owned()),
        found: Set(moved.found),
    };
    let known = OnConflict::column(Column::Id).do_nothing().to_owned();
    Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds the move that came first; nobody else follows it meanwhile.
pub(crate) async fn hold_oldest_relocation(tx: &Tx) -> Result<Option<Relocation>, StoreError> {
    let row = Entity::find()
        .order_by_asc(Column::Id)
        .limit(1)
        .lock_exclusive()
        .one(tx)
        .await?;
    let read = |row: row::Model| -> Result<Relocation, StoreError> {
        Ok(Relocation {
            id: row.id,
            from: row.from_path,
            to: row.to_path,
            stage: json::named(&row.stage)?,
            found: row.found,
        })
    };
    row.map(read).transpose()
}

/// Remembers how far a move, which is held, is followed.
pub(crate) async fn save_relocation(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    Entity::update_many()
        .set(ActiveModel {
            stage: Set(moved.stage.name().to_owned()),
            found: Set(moved.found),
            ..Default::default()
        })
        .filter(Column::Id.eq(moved.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets a move that everything has followed.
pub(crate) async fn delete_relocation(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    Entity::delete_by_id(moved.id).exec(tx).await?;
    Ok(())
}

/// Reads and holds the first rows at or below a place; those that have followed are no longer there.
pub(super) async fn hold_at<E: EntityTrait>(
    tx: &Tx,
    (query, path, id): (Select<E>, E::Column, E::Column),
    place: &OrgPath,
    most: u64,
) -> Result<Vec<E::Model>, StoreError> {
    let rows = query
        .filter(path.gte(place.as_str()))
        .filter(path.lt(place.range_end()))
        .order_by_asc(path)
        .order_by_asc(id)
        .limit(most)
        .lock_exclusive();
    Ok(rows.all(tx).await?)
}

/// Reads a page of what lies at or below a place, by place and id.
pub(super) async fn page_at<E, I>(
    db: &impl ConnectionTrait,
    (query, path, id): (Select<E>, E::Column, E::Column),
    (place, after): (&OrgPath, Option<&(OrgPath, I)>),
    limit: u64,
) -> Result<Vec<E::Model>, StoreError>
where
    E: EntityTrait,
    I: Copy + Into<Value>,
{
    let query = query.order_by_asc(path).order_by_asc(id);
    let rest = query.clone().filter(path.lt(place.range_end()));
    let mut rows = Vec::new();
    let rest = match after {
        None => rest.filter(path.gte(place.as_str())),
        // two ranges of the index: one condition over both would read the place from its beginning
        Some((last, behind)) => {
            let same = query.filter(path.eq(last.as_str()));
            let same = same.filter(id.gt(*behind)).limit(limit);
            rows = same.all(db).await?;
            rest.filter(path.gt(last.as_str()))
        }
    };
    let left = limit.saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX));
    if left > 0 {
        rows.extend(rest.limit(left).all(db).await?);
    }
    Ok(rows)
}
