//! One runner at a time, across replicas: for each schedule, and for each outbox.

use std::time::Duration;

use kernel::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{Database, StoreError, tables::lease};

/// Takes or prolongs the lease `name`; false when another holder has it.
///
/// # Errors
/// The database refuses.
pub async fn acquire(
    database: &Database,
    name: &str,
    holder: Uuid,
    now: Timestamp,
    ttl: Duration,
) -> Result<bool, StoreError> {
    let until = now.plus(ttl);
    let free = Condition::any()
        .add(lease::Column::Holder.eq(holder))
        .add(lease::Column::Until.lte(now));
    let prolonged = lease::Entity::update_many()
        .col_expr(lease::Column::Holder, Expr::value(holder))
        .col_expr(lease::Column::Until, Expr::value(until))
        .filter(lease::Column::Name.eq(name))
        .filter(free);
    let prolonged = database.execute("lease.prolong", prolonged.as_query());
    if prolonged.await? == 1 {
        return Ok(true);
    }
    let row = lease::ActiveModel {
        name: Set(name.to_owned()),
        holder: Set(holder),
        until: Set(until),
    };
    let keep = OnConflict::column(lease::Column::Name)
        .do_nothing()
        .to_owned();
    let first = lease::Entity::insert(row).on_conflict(keep);
    let inserted = database.execute("lease.acquire", first.as_query());
    Ok(inserted.await? == 1)
}

/// Says whether the lease `name` has no holder now; asking costs no write.
///
/// # Errors
/// The database is out of reach.
pub async fn is_free(database: &Database, name: &str, now: Timestamp) -> Result<bool, StoreError> {
    let held = lease::Entity::find()
        .filter(lease::Column::Name.eq(name))
        .filter(lease::Column::Until.gt(now));
    Ok(held.one(database.reader()).await?.is_none())
}

/// Gives the lease `name` up, unless somebody else has it by now.
///
/// # Errors
/// The database refuses.
pub async fn release(database: &Database, name: &str, holder: Uuid) -> Result<(), StoreError> {
    let release = lease::Entity::delete_many()
        .filter(lease::Column::Name.eq(name))
        .filter(lease::Column::Holder.eq(holder));
    database
        .execute("lease.release", release.as_query())
        .await?;
    Ok(())
}
