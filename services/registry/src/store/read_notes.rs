//! The record of who has read what of persons: rows are added, never changed, never removed.

use kernel::{AccountId, EventId, Named, OrgCode};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use super::organisation::named;
use super::read_note::{ActiveModel, Column, Entity, Model};
use crate::domain::read_note::ReadNote;

impl TryFrom<Model> for ReadNote {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let items = row.items.map(u32::try_from).transpose();
        Ok(Self {
            kind: named(&row.kind)?,
            items: items.map_err(|error| StoreError::Corrupt(error.to_string()))?,
            id: row.id,
            account: row.account_id,
            org_code: row.org_code,
            at: row.at,
        })
    }
}

/// Adds a note.
pub(crate) async fn insert_note(tx: &Tx, note: &ReadNote) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(note.id),
        account_id: Set(note.account),
        kind: Set(note.kind.name().to_owned()),
        org_code: Set(note.org_code.clone()),
        items: Set(note.items.map(i64::from)),
        at: Set(note.at),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Lists notes, the newest first; those of an account or an organisation where one is named.
pub(crate) async fn list_notes(
    tx: &impl ConnectionTrait,
    account: Option<AccountId>,
    org_code: Option<&OrgCode>,
    after: Option<EventId>,
    limit: u64,
) -> Result<Vec<ReadNote>, StoreError> {
    let mut query = Entity::find().order_by_desc(Column::Id).limit(limit);
    if let Some(account) = account {
        query = query.filter(Column::AccountId.eq(account));
    }
    if let Some(org_code) = org_code {
        query = query.filter(Column::OrgCode.eq(org_code.clone()));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.all(tx).await?;
    rows.into_iter().map(ReadNote::try_from).collect()
}
