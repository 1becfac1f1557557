//! Time accounts: what is spent and reserved, the ledger that says why, and the reservations.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, Named, OrgPath, TimeReservationId, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx, Writes};

use super::json;
use super::relocations::hold_at;
use crate::domain::time_account::{TimeAccount, TimeEntry, TimeReservation};

/// Accounts.
mod account {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "time_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        pub spent: i64,
        pub donated: i64,
        pub reserved: i64,
        pub entries: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Ledgers: appended, never changed.
mod entry {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "time_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub kind: String,
        pub reservation_id: kernel::TimeReservationId,
        pub minutes: i64,
        pub by_account: kernel::AccountId,
        pub at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Reservations.
mod reservation {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "time_reservation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::TimeReservationId,
        pub account: kernel::AccountId,
        pub org_path: kernel::OrgPath,
        pub minutes: i64,
        pub state: String,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn natural(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn to_account(row: &account::Model) -> Result<TimeAccount, StoreError> {
    Ok(TimeAccount {
        account: row.account,
        spent: natural(row.spent)?,
        donated: natural(row.donated)?,
        reserved: natural(row.reserved)?,
        entries: natural(row.entries)?,
    })
}

fn to_reservation(row: reservation::Model) -> Result<TimeReservation, StoreError> {
    Ok(TimeReservation {
        id: row.id,
        account: row.account,
        place: row.org_path,
        minutes: natural(row.minutes)?,
        state: json::named(&row.state)?,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn reservation_row(reservation: &TimeReservation) -> reservation::ActiveModel {
    reservation::ActiveModel {
        id: Set(reservation.id),
        account: Set(reservation.account),
        org_path: Set(reservation.place.clone()),
        minutes: Set(stored(reservation.minutes)),
        state: Set(reservation.state.name().to_owned()),
        version: Set(reservation.version),
        created_at: Set(reservation.created_at),
        updated_at: Set(reservation.updated_at),
    }
}

/// Finds an account; there is none where nothing was ever taken.
pub(crate) async fn find_time_account(
    db: &impl ConnectionTrait,
    of: AccountId,
) -> Result<TimeAccount, StoreError> {
    let row = account::Entity::find_by_id(of).one(db).await?;
    row.as_ref()
        .map_or_else(|| Ok(TimeAccount::new(of)), to_account)
}

/// Finds an account that nobody else changes until the transaction ends; makes it where there is none.
pub(crate) async fn hold_time_account(tx: &Tx, of: AccountId) -> Result<TimeAccount, StoreError> {
    let first = account::ActiveModel {
        account: Set(of),
        spent: Set(0),
        donated: Set(0),
        reserved: Set(0),
        entries: Set(0),
    };
    let known = OnConflict::column(account::Column::Account)
        .do_nothing()
        .to_owned();
    account::Entity::insert(first)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    let row = account::Entity::find_by_id(of)
        .lock_exclusive()
        .one(tx)
        .await?;
    let row = row.ok_or_else(|| StoreError::Corrupt(format!("no time account of {of}")))?;
    to_account(&row)
}

/// Saves an account, which is held, with its newest entry.
pub(crate) async fn save_time_account(
    tx: &Tx,
    time: &TimeAccount,
    newest: &TimeEntry,
) -> Result<(), StoreError> {
    let row = account::ActiveModel {
        account: Set(time.account),
        spent: Set(stored(time.spent)),
        donated: Set(stored(time.donated)),
        reserved: Set(stored(time.reserved)),
        entries: Set(stored(time.entries)),
    };
    let key = account::Column::Account.eq(time.account);
    let seen = account::Column::Entries.eq(stored(newest.number.saturating_sub(1)));
    store::save_over(tx, row, key, seen).await?;
    let mut writes = Writes::default();
    writes.insert([entry::ActiveModel {
        account: Set(newest.account),
        number: Set(stored(newest.number)),
        kind: Set(newest.kind.name().to_owned()),
        reservation_id: Set(newest.reservation),
        minutes: Set(stored(newest.minutes)),
        by_account: Set(newest.by),
        at: Set(newest.at),
    }]);
    writes.run(tx).await
}

/// Lists the entries of an account, the newest first.
pub(crate) async fn list_time_entries(
    db: &impl ConnectionTrait,
    of: AccountId,
    after: Option<u64>,
    limit: u64,
) -> Result<Vec<TimeEntry>, StoreError> {
    let mut query = entry::Entity::find()
        .filter(entry::Column::Account.eq(of))
        .order_by_desc(entry::Column::Number)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(entry::Column::Number.lt(stored(after)));
    }
    let read = |row: entry::Model| -> Result<TimeEntry, StoreError> {
        Ok(TimeEntry {
            account: row.account,
            number: natural(row.number)?,
            kind: json::named(&row.kind)?,
            reservation: row.reservation_id,
            minutes: natural(row.minutes)?,
            by: row.by_account,
            at: row.at,
        })
    };
    query.all(db).await?.into_iter().map(read).collect()
}

/// Inserts a reservation.
pub(crate) async fn insert_reservation(
    tx: &Tx,
    reservation: &TimeReservation,
) -> Result<(), StoreError> {
    let row = reservation_row(reservation);
    reservation::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Saves a reservation over the version before.
pub(crate) async fn save_reservation(
    tx: &Tx,
    reservation: &TimeReservation,
    seen: Version,
) -> Result<(), StoreError> {
    let key = reservation::Column::Id.eq(reservation.id);
    let seen = reservation::Column::Version.eq(seen);
    store::save_over(tx, reservation_row(reservation), key, seen).await
}

/// Reads and holds reservations at or below a place, settled or not.
pub(crate) async fn hold_reservations_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<TimeReservation>, StoreError> {
    use reservation::{Column, Entity};
    let of = (Entity::find(), Column::OrgPath, Column::Id);
    let rows = hold_at(tx, of, place, most).await?;
    rows.into_iter().map(to_reservation).collect()
}

/// Saves where a reservation is, which is held; its version stays.
pub(crate) async fn save_reservation_place(
    tx: &Tx,
    reservation: &TimeReservation,
) -> Result<(), StoreError> {
    let place = Expr::value(reservation.place.clone());
    reservation::Entity::update_many()
        .col_expr(reservation::Column::OrgPath, place)
        .filter(reservation::Column::Id.eq(reservation.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Finds a reservation that nobody else settles or moves until the transaction ends.
pub(crate) async fn hold_reservation(
    tx: &Tx,
    id: TimeReservationId,
) -> Result<Option<TimeReservation>, StoreError> {
    let query = reservation::Entity::find_by_id(id).lock_exclusive();
    query.one(tx).await?.map(to_reservation).transpose()
}

/// Finds a reservation.
pub(crate) async fn find_reservation(
    db: &impl ConnectionTrait,
    id: TimeReservationId,
) -> Result<Option<TimeReservation>, StoreError> {
    let row = reservation::Entity::find_by_id(id).one(db).await?;
    row.map(to_reservation).transpose()
}

/// Loads the reservations of a page, in its order.
pub(crate) async fn load_reservations(
    db: &impl ConnectionTrait,
    ids: &[TimeReservationId],
) -> Result<Vec<TimeReservation>, StoreError> {
    let rows = reservation::Entity::find()
        .filter(reservation::Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(reservation::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(to_reservation).collect()
}
