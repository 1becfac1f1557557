//! What volunteers hold against records of their service.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{HoursObjectionId, Named, OrgPath, ServiceRecordId, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use super::relocations::hold_at;
use crate::domain::hours_objection::HoursObjection;

/// Objections.
mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hours_objection")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::HoursObjectionId,
        pub record_id: kernel::ServiceRecordId,
        pub record_version: kernel::Version,
        /// The record, while it waits for an answer: no other one does.
        pub open_of: Option<kernel::ServiceRecordId>,
        pub volunteer: kernel::AccountId,
        pub org_path: kernel::OrgPath,
        pub reason: String,
        pub state: String,
        pub answer: Option<String>,
        pub answered_by: Option<kernel::AccountId>,
        pub by_confirmer: bool,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub answered_at: Option<kernel::Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<Model> for HoursObjection {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            record: row.record_id,
            record_version: row.record_version,
            volunteer: row.volunteer,
            org_path: row.org_path,
            reason: row.reason,
            state: json::named(&row.state)?,
            answer: row.answer,
            answered_by: row.answered_by,
            by_confirmer: row.by_confirmer,
            version: row.version,
            created_at: row.created_at,
            answered_at: row.answered_at,
        })
    }
}

fn to_row(objection: &HoursObjection) -> ActiveModel {
    ActiveModel {
        id: Set(objection.id),
        record_id: Set(objection.record),
        record_version: Set(objection.record_version),
        open_of: Set(objection.is_open().then_some(objection.record)),
        volunteer: Set(objection.volunteer),
        org_path: Set(objection.org_path.clone()),
        reason: Set(objection.reason.clone()),
        state: Set(objection.state.name().to_owned()),
        answer: Set(objection.answer.clone()),
        answered_by: Set(objection.answered_by),
        by_confirmer: Set(objection.by_confirmer),
        version: Set(objection.version),
        created_at: Set(objection.created_at),
        answered_at: Set(objection.answered_at),
    }
}

fn all(rows: Vec<Model>) -> Result<Vec<HoursObjection>, StoreError> {
    rows.into_iter().map(HoursObjection::try_from).collect()
}

/// Inserts an objection; says whether no other one to the record is open.
pub(crate) async fn insert_hours_objection(
    tx: &Tx,
    objection: &HoursObjection,
) -> Result<bool, StoreError> {
    let known = OnConflict::column(Column::OpenOf).do_nothing().to_owned();
    let inserted = Entity::insert(to_row(objection))
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Saves an objection over the version before.
pub(crate) async fn save_hours_objection(
    tx: &Tx,
    objection: &HoursObjection,
    seen: Version,
) -> Result<(), StoreError> {
    let key = Column::Id.eq(objection.id);
    store::save_over(tx, to_row(objection), key, Column::Version.eq(seen)).await
}

/// Finds an objection that nobody else answers until the transaction ends.
pub(crate) async fn hold_hours_objection(
    tx: &Tx,
    id: HoursObjectionId,
) -> Result<Option<HoursObjection>, StoreError> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.map(HoursObjection::try_from).transpose()
}

/// Finds an objection.
pub(crate) async fn find_hours_objection(
    db: &impl ConnectionTrait,
    id: HoursObjectionId,
) -> Result<Option<HoursObjection>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(HoursObjection::try_from).transpose()
}

/// Lists the objections to a record, the oldest first; there are few.
pub(crate) async fn list_hours_objections(
    db: &impl ConnectionTrait,
    record: ServiceRecordId,
) -> Result<Vec<HoursObjection>, StoreError> {
    let of = Entity::find().filter(Column::RecordId.eq(record));
    all(of.order_by_asc(Column::Id).all(db).await?)
}

/// Loads the objections of a page, in its order.
pub(crate) async fn load_hours_objections(
    db: &impl ConnectionTrait,
    ids: &[HoursObjectionId],
) -> Result<Vec<HoursObjection>, StoreError> {
    let of = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    all(of.order_by_desc(Column::Id).all(db).await?)
}

/// Reads and holds objections at or below a place.
pub(crate) async fn hold_hours_objections_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<HoursObjection>, StoreError> {
    all(hold_at(
        tx,
        (Entity::find(), Column::OrgPath, Column::Id),
        place,
        most,
    )
    .await?)
}

/// Saves where an objection is answered, which is held; its version stays.
pub(crate) async fn save_hours_objection_place(
    tx: &Tx,
    objection: &HoursObjection,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::OrgPath, Expr::value(objection.org_path.clone()))
        .filter(Column::Id.eq(objection.id))
        .exec(tx)
        .await?;
    Ok(())
}
