//! Dispatch catalogues of districts: every version is kept.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use ::store::{StoreError, Writes};
use kernel::{AccountId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{from_json, to_json};
use crate::domain::routing::CatalogueSpec;
use row::{ActiveModel, Column, Entity, Model};

mod row {
    use kernel::{AccountId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub body: String,
        pub reason: String,
        pub author: AccountId,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A version of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredCatalogue {
    /// Six digits.
    pub(crate) district: String,
    /// Counts up from 1.
    pub(crate) version: i64,
    /// What stands in the place of the built-in rules.
    pub(crate) spec: CatalogueSpec,
    /// Why it was changed.
    pub(crate) reason: String,
    /// Who changed it.
    pub(crate) author: AccountId,
    /// When.
    pub(crate) at: Timestamp,
}

/// Adds a version.
pub(crate) fn insert_catalogue(
    writes: &mut Writes,
    catalogue: &StoredCatalogue,
) -> Result<(), StoreError> {
    writes.insert([ActiveModel {
        district: Set(catalogue.district.clone()),
        version: Set(catalogue.version),
        body: Set(to_json(&catalogue.spec)?),
        reason: Set(catalogue.reason.clone()),
        author: Set(catalogue.author),
        at: Set(catalogue.at),
    }]);
    Ok(())
}

/// Finds a version of a district's catalogue, the newest where none is named.
pub(crate) async fn find_catalogue(
    db: &impl ConnectionTrait,
    district: &str,
    version: Option<i64>,
) -> Result<Option<StoredCatalogue>, StoreError> {
    let mut versions = Entity::find().filter(Column::District.eq(district));
    if let Some(version) = version {
        versions = versions.filter(Column::Version.eq(version));
    }
    let row = versions
        .order_by_desc(Column::Version)
        .limit(1)
        .one(db)
        .await?;
    row.map(from_row).transpose()
}

fn from_row(row: Model) -> Result<StoredCatalogue, StoreError> {
    Ok(StoredCatalogue {
        district: row.district,
        version: row.version,
        spec: from_json(&row.body)?,
        reason: row.reason,
        author: row.author,
        at: row.at,
    })
}
