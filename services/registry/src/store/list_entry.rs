#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::Named;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use store::StoreError;

use super::organisation::{day, named};
use crate::domain::list_entry::{ListEntry, Term};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "list_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: kernel::ListEntryId,
    pub kind: String,
    pub topic: String,
    pub tags: String,
    pub title: String,
    pub detail: String,
    pub owner_code: kernel::OrgCode,
    pub place_code: kernel::OrgCode,
    pub district: String,
    pub quantity: Option<i64>,
    pub taken: i64,
    pub term_from: Option<String>,
    pub term_until: Option<String>,
    pub state: String,
    pub account_id: kernel::AccountId,
    pub version: kernel::Version,
    pub created_at: kernel::Timestamp,
    pub updated_at: kernel::Timestamp,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads a stored number that is never negative.
pub(super) fn count(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Corrupt(format!("count {number}")))
}

impl TryFrom<Model> for ListEntry {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let tags = serde_json::from_str(&row.tags);
        Ok(Self {
            kind: named(&row.kind)?,
            topic: named(&row.topic)?,
            tags: tags.map_err(|error| StoreError::Corrupt(error.to_string()))?,
            quantity: row.quantity.map(count).transpose()?,
            taken: count(row.taken)?,
            term: Term {
                from: row.term_from.as_deref().map(day).transpose()?,
                until: row.term_until.as_deref().map(day).transpose()?,
            },
            state: named(&row.state)?,
            id: row.id,
            title: row.title,
            detail: row.detail,
            owner_code: row.owner_code,
            place_code: row.place_code,
            account: row.account_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl From<&ListEntry> for ActiveModel {
    fn from(entry: &ListEntry) -> Self {
        Self {
            id: Set(entry.id),
            kind: Set(entry.kind.name().to_owned()),
            topic: Set(entry.topic.name().to_owned()),
            tags: Set(Json::from(entry.tags.clone()).to_string()),
            title: Set(entry.title.clone()),
            detail: Set(entry.detail.clone()),
            owner_code: Set(entry.owner_code.clone()),
            place_code: Set(entry.place_code.clone()),
            district: Set(entry.place_code.district().to_owned()),
            quantity: Set(entry.quantity.map(i64::from)),
            taken: Set(i64::from(entry.taken)),
            term_from: Set(entry.term.from.map(|day| day.to_string())),
            term_until: Set(entry.term.until.map(|day| day.to_string())),
            state: Set(entry.state.name().to_owned()),
            account_id: Set(entry.account),
            version: Set(entry.version),
            created_at: Set(entry.created_at),
            updated_at: Set(entry.updated_at),
        }
    }
}
