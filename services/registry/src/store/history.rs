//! What organisations were, and what took their place.

use jiff::civil::Date;
use kernel::{Named, OrgCode};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{CHUNK, StoreError, Tx};

use super::organisation::{day, named};
use super::period::{past, succession};
use crate::domain::history::{Past, Succession};

/// Most successions of one code that anyone wants to see.
const MOST_SUCCESSIONS: u64 = 200;

impl TryFrom<past::Model> for Past {
    type Error = StoreError;

    fn try_from(row: past::Model) -> Result<Self, StoreError> {
        Ok(Self {
            code: row.code,
            since: day(&row.since)?,
            until: day(&row.until)?,
            kind: named(&row.kind)?,
            name: row.name,
            parent_code: row.parent_code,
            ended_by: named(&row.ended_by)?,
        })
    }
}

/// Records a past state.
pub(super) async fn insert_past(tx: &Tx, state: &Past) -> Result<(), StoreError> {
    let row = past::ActiveModel {
        code: Set(state.code.clone()),
        until: Set(state.until.to_string()),
        since: Set(state.since.to_string()),
        kind: Set(state.kind.name().to_owned()),
        name: Set(state.name.clone()),
        parent_code: Set(state.parent_code.clone()),
        ended_by: Set(state.ended_by.name().to_owned()),
    };
    past::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds how an organisation was on a day before its present state began.
pub(crate) async fn find_past(
    db: &impl ConnectionTrait,
    code: &OrgCode,
    on: Date,
) -> Result<Option<Past>, StoreError> {
    let row = past::Entity::find()
        .filter(past::Column::Code.eq(code.clone()))
        .filter(past::Column::Until.gt(on.to_string()))
        .order_by_asc(past::Column::Until)
        .limit(1)
        .one(db)
        .await?;
    let state = row.map(Past::try_from).transpose()?;
    // between two uses of a code there is nothing
    Ok(state.filter(|state| state.since <= on))
}

/// Lists past states, the oldest first, behind the one that ended on `after`.
pub(crate) async fn list_past(
    db: &impl ConnectionTrait,
    code: &OrgCode,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Past>, StoreError> {
    let mut query = past::Entity::find()
        .filter(past::Column::Code.eq(code.clone()))
        .order_by_asc(past::Column::Until)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(past::Column::Until.gt(after));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(Past::try_from).collect()
}

/// Records that organisations took the place of another one.
pub(crate) async fn insert_successions(
    tx: &Tx,
    successions: &[Succession],
) -> Result<(), StoreError> {
    if successions.is_empty() {
        return Ok(());
    }
    let rows = successions
        .iter()
        .map(|succession| succession::ActiveModel {
            predecessor: Set(succession.predecessor.clone()),
            successor: Set(succession.successor.clone()),
            counts_from: Set(succession.counts_from.to_string()),
        });
    let known = OnConflict::columns([
        succession::Column::Predecessor,
        succession::Column::Successor,
        succession::Column::CountsFrom,
    ])
    .do_nothing()
    .to_owned();
    succession::Entity::insert_many(rows)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Lists what an organisation came from and what it went into.
pub(crate) async fn list_successions(
    db: &impl ConnectionTrait,
    code: &OrgCode,
) -> Result<Vec<Succession>, StoreError> {
    let either = Condition::any()
        .add(succession::Column::Predecessor.eq(code.clone()))
        .add(succession::Column::Successor.eq(code.clone()));
    let rows = succession::Entity::find()
        .filter(either)
        .limit(MOST_SUCCESSIONS)
        .all(db)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(Succession {
            counts_from: day(&row.counts_from)?,
            predecessor: row.predecessor,
            successor: row.successor,
        });
    }
    found.sort_by_key(|succession| succession.counts_from);
    Ok(found)
}

/// Lists who took the place of any of `codes`, each behind the one before.
pub(crate) async fn list_successors(
    db: &impl ConnectionTrait,
    codes: &[OrgCode],
) -> Result<Vec<(OrgCode, OrgCode)>, StoreError> {
    let mut found = Vec::new();
    for chunk in codes.chunks(CHUNK) {
        let query = succession::Entity::find()
            .select_only()
            .columns([
                succession::Column::Predecessor,
                succession::Column::Successor,
            ])
            .filter(succession::Column::Predecessor.is_in(chunk.iter().cloned()))
            .order_by_asc(succession::Column::Predecessor)
            .order_by_asc(succession::Column::Successor);
        found.extend(query.into_tuple().all(db).await?);
    }
    Ok(found)
}
