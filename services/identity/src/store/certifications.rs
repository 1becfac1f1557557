//! Grants of staff by the places at and above them, in the order in which they fall due.

use kernel::{GrantId, OrgPath, Timestamp};
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx};

use super::code_of;

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certification")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub grant_id: kernel::GrantId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub due_at: kernel::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Inserts a grant at its place and all above.
pub(crate) async fn insert(
    tx: &Tx,
    grant: GrantId,
    path: &OrgPath,
    due: Timestamp,
) -> Result<(), StoreError> {
    let nodes = path.ancestors();
    let rows = nodes.iter().map(|node| row::ActiveModel {
        grant_id: Set(grant),
        code: Set(code_of(node)),
        due_at: Set(due),
    });
    row::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Puts a grant that is certified to its new place and all above.
pub(super) async fn relocate(tx: &Tx, grant: GrantId, path: &OrgPath) -> Result<(), StoreError> {
    let known = row::Entity::find()
        .filter(row::Column::GrantId.eq(grant))
        .limit(1)
        .one(tx)
        .await?;
    let Some(known) = known else {
        return Ok(());
    };
    remove(tx, grant).await?;
    insert(tx, grant, path, known.due_at).await
}

/// Removes a grant that ended.
pub(crate) async fn remove(tx: &Tx, grant: GrantId) -> Result<(), StoreError> {
    row::Entity::delete_many()
        .filter(row::Column::GrantId.eq(grant))
        .exec(tx)
        .await?;
    Ok(())
}

/// Says when a grant falls due from now on.
pub(crate) async fn move_due(tx: &Tx, grant: GrantId, due: Timestamp) -> Result<(), StoreError> {
    row::Entity::update_many()
        .set(row::ActiveModel {
            due_at: Set(due),
            ..Default::default()
        })
        .filter(row::Column::GrantId.eq(grant))
        .exec(tx)
        .await?;
    Ok(())
}

/// Returns the column by which a grant is known here, for conditions of other tables.
pub(super) fn grant_id() -> (row::Entity, row::Column) {
    (row::Entity, row::Column::GrantId)
}

/// Lists grants at or below a place, the first due first, behind `after`; `within` finds those whose path says so.
pub(crate) async fn list(
    tx: &Tx,
    (path, within): (&OrgPath, SelectStatement),
    after: Option<(Timestamp, GrantId)>,
    limit: u64,
) -> Result<Vec<GrantId>, StoreError> {
    let mut page = row::Entity::find()
        .select_only()
        .column(row::Column::GrantId)
        .filter(row::Column::Code.eq(code_of(path)))
        .filter(Expr::exists(within))
        .order_by_asc(row::Column::DueAt)
        .order_by_asc(row::Column::GrantId)
        .limit(limit);
    if let Some((due, grant)) = after {
        let same = Condition::all()
            .add(row::Column::DueAt.eq(due))
            .add(row::Column::GrantId.gt(grant));
        // the first bound alone lets the index be entered at the right place
        page = page
            .filter(row::Column::DueAt.gte(due))
            .filter(Condition::any().add(row::Column::DueAt.gt(due)).add(same));
    }
    Ok(page.into_tuple().all(tx).await?)
}
