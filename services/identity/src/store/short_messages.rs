//! Short messages that wait until they are handed over (待发短信). The token of a link is sealed, the telephone is not
//! here at all.

use kernel::{AccountId, ContactId, EventId, OrgPath, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use super::corrupt;

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "short_message")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::EventId,
        pub account_id: Option<kernel::AccountId>,
        pub contact_id: Option<kernel::ContactId>,
        pub org_path: Option<kernel::OrgPath>,
        pub number: String,
        pub sealed: Vec<u8>,
        pub tries: i32,
        pub next_at: kernel::Timestamp,
        pub expires_at: kernel::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A message that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    /// The event that asked for it.
    pub(crate) id: EventId,
    /// Who gets it.
    pub(crate) to: Recipient,
    /// The number of the order.
    pub(crate) number: String,
    /// The sealed token of the link.
    pub(crate) sealed: Vec<u8>,
    /// How often it was tried.
    pub(crate) tries: u16,
    /// Until when the link is good.
    pub(crate) expires_at: Timestamp,
}

/// Who gets a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// Somebody with an account, by a telephone that they keep of themselves.
    Account(AccountId),
    /// Somebody without one, by what staff took in of them.
    Contact {
        /// The contact.
        id: ContactId,
        /// Where the matter is that it is about: the contact has to be one for there.
        place: OrgPath,
    },
}

impl TryFrom<row::Model> for Waiting {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let to = match (row.account_id, row.contact_id, row.org_path) {
            (Some(account), None, _) => Recipient::Account(account),
            (None, Some(id), Some(place)) => Recipient::Contact { id, place },
            _ => return Err(corrupt("short_message.account_id", row.id.to_string())),
        };
        Ok(Self {
            id: row.id,
            to,
            number: row.number,
            sealed: row.sealed,
            tries: u16::try_from(row.tries).unwrap_or(u16::MAX),
            expires_at: row.expires_at,
        })
    }
}

/// Remembers a message; the same one again changes nothing.
pub(crate) async fn insert(tx: &Tx, waiting: Waiting, now: Timestamp) -> Result<(), StoreError> {
    let (account, contact, place) = match waiting.to {
        Recipient::Account(account) => (Some(account), None, None),
        Recipient::Contact { id, place } => (None, Some(id), Some(place)),
    };
    let row = row::ActiveModel {
        id: Set(waiting.id),
        account_id: Set(account),
        contact_id: Set(contact),
        org_path: Set(place),
        number: Set(waiting.number),
        sealed: Set(waiting.sealed),
        tries: Set(waiting.tries.into()),
        next_at: Set(now),
        expires_at: Set(waiting.expires_at),
    };
    let known = OnConflict::column(row::Column::Id).do_nothing().to_owned();
    row::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Lists messages whose turn it is, those first that wait longest.
pub(crate) async fn list_due(
    tx: &Tx,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Waiting>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::NextAt.lte(now))
        .order_by_asc(row::Column::NextAt)
        .order_by_asc(row::Column::Id)
        .limit(limit)
        .all(tx)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Takes a message for a try; false when another process has taken it.
pub(crate) async fn take(tx: &Tx, waiting: &Waiting, again: Timestamp) -> Result<bool, StoreError> {
    let taken = row::Entity::update_many()
        .set(row::ActiveModel {
            tries: Set(i32::from(waiting.tries.saturating_add(1))),
            next_at: Set(again),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(waiting.id))
        .filter(row::Column::Tries.eq(i32::from(waiting.tries)))
        .exec(tx)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Forgets a message.
pub(crate) async fn delete(tx: &Tx, id: EventId) -> Result<(), StoreError> {
    row::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Forgets what waits for an account.
pub(crate) async fn delete_of(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    row::Entity::delete_many()
        .filter(row::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}
