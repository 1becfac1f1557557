//! Certificates as they were signed, and the public keys that verify them.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use auth::Jwk;
use kernel::{CertificateId, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use store::{StoreError, Tx};

use super::json;

/// What was signed; never changed.
mod document {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate_document")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub certificate_id: kernel::CertificateId,
        pub pdf: Vec<u8>,
        pub digest: String,
        pub jws: String,
        pub made_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Public keys that signed.
mod key {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: String,
        pub jwk: String,
        pub made_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A certificate as it was signed.
#[derive(Debug, Clone)]
pub(crate) struct SignedDocument {
    pub(crate) certificate: CertificateId,
    pub(crate) pdf: Vec<u8>,
    /// SHA-256 of the page, base64url.
    pub(crate) digest: String,
    /// The signature: a compact JWS over the facts and the digest.
    pub(crate) jws: String,
    pub(crate) made_at: Timestamp,
}

/// Keeps a document.
pub(crate) async fn insert_document(tx: &Tx, signed: SignedDocument) -> Result<(), StoreError> {
    let row = document::ActiveModel {
        certificate_id: Set(signed.certificate),
        pdf: Set(signed.pdf),
        digest: Set(signed.digest),
        jws: Set(signed.jws),
        made_at: Set(signed.made_at),
    };
    document::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds the document of a certificate.
pub(crate) async fn find_document(
    db: &impl ConnectionTrait,
    certificate: CertificateId,
) -> Result<Option<SignedDocument>, StoreError> {
    let row = document::Entity::find_by_id(certificate).one(db).await?;
    Ok(row.map(|row| SignedDocument {
        certificate: row.certificate_id,
        pdf: row.pdf,
        digest: row.digest,
        jws: row.jws,
        made_at: row.made_at,
    }))
}

/// Notes a key that signs; one that is known stays.
pub(crate) async fn insert_key(
    tx: &Tx,
    (kid, jwk): (&str, &Jwk),
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = key::ActiveModel {
        kid: Set(kid.to_owned()),
        jwk: Set(json::write(jwk)?),
        made_at: Set(now),
    };
    let known = OnConflict::column(key::Column::Kid).do_nothing().to_owned();
    key::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Lists the public keys that ever signed, the oldest first; there are few.
pub(crate) async fn list_keys(db: &impl ConnectionTrait) -> Result<Vec<Jwk>, StoreError> {
    let rows = key::Entity::find()
        .order_by_asc(key::Column::MadeAt)
        .all(db)
        .await?;
    rows.into_iter().map(|row| json::read(&row.jwk)).collect()
}
