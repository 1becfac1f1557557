//! Certificates that volunteers ask for.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use jiff::civil::Date;
use kernel::{AccountId, CertificateRequestId, Named, OrgPath, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use super::relocations::hold_at;
use crate::domain::certificate_request::CertificateRequest;

/// Requests.
mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate_request")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::CertificateRequestId,
        /// Whose it is, while nobody has decided on it: nobody has two.
        pub open_of: Option<kernel::AccountId>,
        pub volunteer: kernel::AccountId,
        pub volunteer_id: kernel::VolunteerId,
        pub org_path: kernel::OrgPath,
        pub first_day: String,
        pub last_day: String,
        pub state: String,
        pub certificate_id: Option<kernel::CertificateId>,
        pub reason: Option<String>,
        pub decided_by: Option<kernel::AccountId>,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn day(text: &str) -> Result<Date, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Corrupt(format!("no day: {text}")))
}

impl TryFrom<Model> for CertificateRequest {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            account: row.volunteer,
            volunteer: row.volunteer_id,
            place: row.org_path,
            from: day(&row.first_day)?,
            until: day(&row.last_day)?,
            state: json::named(&row.state)?,
            certificate: row.certificate_id,
            reason: row.reason,
            decided_by: row.decided_by,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn to_row(request: &CertificateRequest) -> ActiveModel {
    ActiveModel {
        id: Set(request.id),
        open_of: Set(request.is_open().then_some(request.account)),
        volunteer: Set(request.account),
        volunteer_id: Set(request.volunteer),
        org_path: Set(request.place.clone()),
        first_day: Set(request.from.to_string()),
        last_day: Set(request.until.to_string()),
        state: Set(request.state.name().to_owned()),
        certificate_id: Set(request.certificate),
        reason: Set(request.reason.clone()),
        decided_by: Set(request.decided_by),
        version: Set(request.version),
        created_at: Set(request.created_at),
        updated_at: Set(request.updated_at),
    }
}

fn all(rows: Vec<Model>) -> Result<Vec<CertificateRequest>, StoreError> {
    rows.into_iter().map(CertificateRequest::try_from).collect()
}

/// Inserts a request; says whether the volunteer has no other one open.
pub(crate) async fn insert_certificate_request(
    tx: &Tx,
    request: &CertificateRequest,
) -> Result<bool, StoreError> {
    let known = OnConflict::column(Column::OpenOf).do_nothing().to_owned();
    let inserted = Entity::insert(to_row(request))
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Saves a request over the version before.
pub(crate) async fn save_certificate_request(
    tx: &Tx,
    request: &CertificateRequest,
    seen: Version,
) -> Result<(), StoreError> {
    let key = Column::Id.eq(request.id);
    store::save_over(tx, to_row(request), key, Column::Version.eq(seen)).await
}

/// Finds a request that nobody else decides on until the transaction ends.
pub(crate) async fn hold_certificate_request(
    tx: &Tx,
    id: CertificateRequestId,
) -> Result<Option<CertificateRequest>, StoreError> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.map(CertificateRequest::try_from).transpose()
}

/// Lists a volunteer's requests, the newest first.
pub(crate) async fn list_certificate_requests(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<CertificateRequestId>,
    limit: u64,
) -> Result<Vec<CertificateRequest>, StoreError> {
    let mut query = Entity::find().filter(Column::Volunteer.eq(account));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    all(query.order_by_desc(Column::Id).limit(limit).all(db).await?)
}

/// Loads the requests of a page, in its order.
pub(crate) async fn load_certificate_requests(
    db: &impl ConnectionTrait,
    ids: &[CertificateRequestId],
) -> Result<Vec<CertificateRequest>, StoreError> {
    let of = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    all(of.order_by_desc(Column::Id).all(db).await?)
}

/// Reads and holds requests at or below a place.
pub(crate) async fn hold_certificate_requests_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<CertificateRequest>, StoreError> {
    all(hold_at(
        tx,
        (Entity::find(), Column::OrgPath, Column::Id),
        place,
        most,
    )
    .await?)
}

/// Saves where a request is decided on, which is held; its version stays.
pub(crate) async fn save_certificate_request_place(
    tx: &Tx,
    request: &CertificateRequest,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::OrgPath, Expr::value(request.place.clone()))
        .filter(Column::Id.eq(request.id))
        .exec(tx)
        .await?;
    Ok(())
}
