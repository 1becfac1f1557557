//! Certificates of service.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, CertificateId, Named, OrgPath, Timestamp, Version};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use super::relocations::{hold_at, page_at};
use crate::domain::certificate::Certificate;

/// Certificates; what is on one is kept as it was issued.
mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::CertificateId,
        pub number: String,
        pub volunteer: kernel::AccountId,
        pub facts: String,
        /// Where it was issued, as the facts say.
        pub issuer: kernel::OrgPath,
        pub state: String,
        pub version: kernel::Version,
        /// When it came in or was issued.
        pub issued_at: kernel::Timestamp,
        /// When its announcement ends, where one runs.
        pub due_at: Option<kernel::Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn to_row(certificate: &Certificate) -> Result<ActiveModel, StoreError> {
    Ok(ActiveModel {
        id: Set(certificate.id),
        number: Set(certificate.number.clone()),
        volunteer: Set(certificate.volunteer),
        facts: Set(json::write(certificate)?),
        issuer: Set(certificate.issuer.clone()),
        state: Set(certificate.state.name().to_owned()),
        version: Set(certificate.version),
        issued_at: match certificate.issued_at {
            Some(at) => Set(at),
            // the column stays what it was when the row was made
            None => NotSet,
        },
        due_at: Set(certificate.due_at()),
    })
}

fn read(row: Option<Model>) -> Result<Option<Certificate>, StoreError> {
    row.map(|row| json::read(&row.facts)).transpose()
}

/// Inserts a certificate that comes in now.
pub(crate) async fn insert_certificate(
    tx: &Tx,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut row = to_row(certificate)?;
    row.issued_at = Set(now);
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Saves a certificate over the version before.
pub(crate) async fn save_certificate(
    tx: &Tx,
    certificate: &Certificate,
    seen: Version,
) -> Result<(), StoreError> {
    let key = Column::Id.eq(certificate.id);
    store::save_over(tx, to_row(certificate)?, key, Column::Version.eq(seen)).await
}

/// Finds a certificate that nobody else changes until the transaction ends.
pub(crate) async fn hold_certificate(
    tx: &Tx,
    id: CertificateId,
) -> Result<Option<Certificate>, StoreError> {
    read(Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Reads and holds certificates that were issued at or below a place.
pub(crate) async fn hold_certificates_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<Certificate>, StoreError> {
    let of = (Entity::find(), Column::Issuer, Column::Id);
    let rows = hold_at(tx, of, place, most).await?;
    rows.into_iter().map(|row| json::read(&row.facts)).collect()
}

/// Lists certificates of a place and those below it that came in or were issued within a span, by place and certificate.
pub(crate) async fn list_certificates_at(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    (from, until): (Timestamp, Timestamp),
    after: Option<&(OrgPath, CertificateId)>,
    limit: u64,
) -> Result<Vec<Certificate>, StoreError> {
    let query = Entity::find()
        .filter(Column::IssuedAt.gte(from))
        .filter(Column::IssuedAt.lt(until));
    let of = (query, Column::Issuer, Column::Id);
    let rows = page_at(db, of, (place, after), limit).await?;
    rows.into_iter().map(|row| json::read(&row.facts)).collect()
}

/// Saves where a certificate was issued, which is held; its version stays, for what it says has not changed.
pub(crate) async fn save_certificate_place(
    tx: &Tx,
    certificate: &Certificate,
) -> Result<(), StoreError> {
    let moved = ActiveModel {
        facts: Set(json::write(certificate)?),
        issuer: Set(certificate.issuer.clone()),
        ..Default::default()
    };
    let query = Entity::update_many().set(moved);
    query.filter(Column::Id.eq(certificate.id)).exec(tx).await?;
    Ok(())
}

/// Finds a certificate by its number.
pub(crate) async fn find_certificate(
    db: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<Certificate>, StoreError> {
    let query = Entity::find().filter(Column::Number.eq(number));
    read(query.one(db).await?)
}

/// Lists the certificates whose announcement is over, those that waited longest first.
pub(crate) async fn list_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<CertificateId>, StoreError> {
    let due = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DueAt.lte(now))
        .order_by_asc(Column::DueAt)
        .limit(limit);
    Ok(due.into_tuple().all(db).await?)
}

/// Loads the certificates of a page, in its order.
pub(crate) async fn load_certificates(
    db: &impl ConnectionTrait,
    ids: &[CertificateId],
) -> Result<Vec<Certificate>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(|row| json::read(&row.facts)).collect()
}

/// Lists a volunteer's certificates, the newest first.
pub(crate) async fn list_certificates(
    db: &impl ConnectionTrait,
    volunteer: AccountId,
    after: Option<CertificateId>,
    limit: u64,
) -> Result<Vec<Certificate>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::Volunteer.eq(volunteer))
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(|row| json::read(&row.facts)).collect()
}
