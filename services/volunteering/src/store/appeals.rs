//! Reading and writing appeals against being noted as absent. Whoever writes one holds the row of the shift.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{Named, OrgPath, SignUpId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use store::{StoreError, Tx, Writes};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use super::relocations::hold_at;
use crate::domain::appeal::Appeal;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_up_appeal")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sign_up_id: kernel::SignUpId,
        pub account: kernel::AccountId,
        pub org_path: kernel::OrgPath,
        pub reason: String,
        pub state: String,
        pub answer: Option<String>,
        pub decided_by: Option<kernel::AccountId>,
        pub opened_at: kernel::Timestamp,
        pub decided_at: Option<kernel::Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<Model> for Appeal {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            sign_up: row.sign_up_id,
            account: row.account,
            org_path: row.org_path,
            reason: row.reason,
            state: json::named(&row.state)?,
            answer: row.answer,
            decided_by: row.decided_by,
            opened_at: row.opened_at,
            decided_at: row.decided_at,
        })
    }
}

fn to_row(appeal: &Appeal) -> ActiveModel {
    ActiveModel {
        sign_up_id: Set(appeal.sign_up),
        account: Set(appeal.account),
        org_path: Set(appeal.org_path.clone()),
        reason: Set(appeal.reason.clone()),
        state: Set(appeal.state.name().to_owned()),
        answer: Set(appeal.answer.clone()),
        decided_by: Set(appeal.decided_by),
        opened_at: Set(appeal.opened_at),
        decided_at: Set(appeal.decided_at),
    }
}

/// Inserts an appeal.
pub(crate) fn insert_appeal(writes: &mut Writes, appeal: &Appeal) {
    writes.insert([to_row(appeal)]);
}

/// Finds the appeal of a sign-up.
pub(crate) async fn find_appeal(
    db: &impl ConnectionTrait,
    id: SignUpId,
) -> Result<Option<Appeal>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(Appeal::try_from).transpose()
}

/// Finds the appeal of a sign-up, which nobody else changes until the transaction ends.
pub(crate) async fn hold_appeal(tx: &Tx, id: SignUpId) -> Result<Option<Appeal>, StoreError> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.map(Appeal::try_from).transpose()
}

/// Loads the appeals of some sign-ups.
pub(crate) async fn load_appeals(
    db: &impl ConnectionTrait,
    ids: &[SignUpId],
) -> Result<Vec<Appeal>, StoreError> {
    let query = Entity::find().filter(Column::SignUpId.is_in(ids.iter().copied()));
    let rows = query.all(db).await?;
    rows.into_iter().map(Appeal::try_from).collect()
}

/// Reads and holds appeals at or below a place.
pub(crate) async fn hold_appeals_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<Appeal>, StoreError> {
    let of = (Entity::find(), Column::OrgPath, Column::SignUpId);
    let rows = hold_at(tx, of, place, most).await?;
    rows.into_iter().map(Appeal::try_from).collect()
}

/// Saves an appeal that is held.
pub(crate) async fn save_appeal(tx: &Tx, appeal: &Appeal) -> Result<(), StoreError> {
    Entity::update(to_row(appeal))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Saves where an appeal is, which is held.
pub(crate) async fn save_appeal_place(tx: &Tx, appeal: &Appeal) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::OrgPath, Expr::value(appeal.org_path.clone()))
        .filter(Column::SignUpId.eq(appeal.sign_up))
        .exec(tx)
        .await?;
    Ok(())
}
