//! Imports of sheets: how far each has come, and its rows.

use kernel::{AccountId, ImportId, Named, Timestamp};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{CHUNK, StoreError, Tx, affected_one};

use super::import::{row, whole};
use crate::domain::import::{
    Answer, Counts, Import, ImportRow, ImportState, ImportStopReason, Outcome, Sender,
};
use crate::domain::sheet::Resource;

fn number(count: i64) -> Result<u32, StoreError> {
    u32::try_from(count).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

impl TryFrom<whole::Model> for Import {
    type Error = StoreError;

    fn try_from(found: whole::Model) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt(format!("import {}", found.id));
        Ok(Self {
            resource: Resource::from_name(&found.resource).ok_or_else(corrupt)?,
            state: ImportState::from_name(&found.state).ok_or_else(corrupt)?,
            rows: number(found.rows)?,
            cursor: number(found.cursor)?,
            failed_turns: number(found.failed_turns)?,
            stopped_because: match &found.stopped_because {
                None => None,
                Some(name) => Some(ImportStopReason::from_name(name).ok_or_else(corrupt)?),
            },
            counts: Counts {
                created: number(found.created)?,
                changed: number(found.changed)?,
                unchanged: number(found.unchanged)?,
                refused: number(found.refused)?,
                undone: number(found.undone)?,
                kept: number(found.kept)?,
            },
            id: found.id,
            account: found.account_id,
            sender: Sender {
                account: found.actor_id,
                session: found.session_id,
                grants: found.grants,
                traceparent: found.traceparent,
            },
            version: found.version,
            created_at: found.created_at,
            updated_at: found.updated_at,
        })
    }
}

impl From<&Import> for whole::ActiveModel {
    fn from(import: &Import) -> Self {
        let counts = import.counts;
        Self {
            id: Set(import.id),
            resource: Set(import.resource.name().to_owned()),
            account_id: Set(import.account),
            actor_id: Set(import.sender.account),
            session_id: Set(import.sender.session),
            grants: Set(import.sender.grants.clone()),
            traceparent: Set(import.sender.traceparent.clone()),
            state: Set(import.state.name().to_owned()),
            rows: Set(import.rows.into()),
            cursor: Set(import.cursor.into()),
            created: Set(counts.created.into()),
            changed: Set(counts.changed.into()),
            unchanged: Set(counts.unchanged.into()),
            refused: Set(counts.refused.into()),
            undone: Set(counts.undone.into()),
            kept: Set(counts.kept.into()),
            failed_turns: Set(import.failed_turns.into()),
            stopped_because: Set(import.stopped_because.map(|why| why.name().to_owned())),
            version: Set(import.version),
            created_at: Set(import.created_at),
            updated_at: Set(import.updated_at),
        }
    }
}

impl TryFrom<row::Model> for ImportRow {
    type Error = StoreError;

    fn try_from(found: row::Model) -> Result<Self, StoreError> {
        let outcome = Outcome::from_name(&found.outcome);
        Ok(Self {
            position: number(found.position)?,
            line: number(found.line)?,
            cells: from_json(&found.cells)?,
            answer: Answer {
                outcome: outcome.ok_or_else(|| StoreError::Corrupt(found.outcome.clone()))?,
                subject: found.subject,
                version: found.version,
                before: found.before,
                errors: from_json(&found.errors)?,
            },
        })
    }
}

fn to_row(import: ImportId, row: &ImportRow) -> Result<row::ActiveModel, StoreError> {
    let answer = &row.answer;
    Ok(row::ActiveModel {
        import_id: Set(import),
        position: Set(row.position.into()),
        line: Set(row.line.into()),
        cells: Set(to_json(&row.cells)?),
        outcome: Set(answer.outcome.name().to_owned()),
        subject: Set(answer.subject.clone()),
        version: Set(answer.version),
        before: Set(answer.before.clone()),
        errors: Set(to_json(&answer.errors)?),
    })
}

/// Inserts an import with its rows.
pub(crate) async fn insert_import(
    tx: &Tx,
    import: &Import,
    rows: &[ImportRow],
) -> Result<(), StoreError> {
    whole::Entity::insert(whole::ActiveModel::from(import))
        .exec_without_returning(tx)
        .await?;
    for chunk in rows.chunks(CHUNK) {
        let rows: Vec<row::ActiveModel> = chunk
            .iter()
            .map(|row| to_row(import.id, row))
            .collect::<Result<_, _>>()?;
        row::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Finds an import.
pub(crate) async fn find_import(
    db: &impl ConnectionTrait,
    id: ImportId,
) -> Result<Option<Import>, StoreError> {
    let found = whole::Entity::find_by_id(id).one(db).await?;
    found.map(Import::try_from).transpose()
}

/// Finds an import and takes it: nobody else works on it until the transaction ends.
pub(crate) async fn take_import(tx: &Tx, id: ImportId) -> Result<Option<Import>, StoreError> {
    let found = whole::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?;
    found.map(Import::try_from).transpose()
}

/// Saves how far an import has come; it was taken before.
pub(crate) async fn save_import(tx: &Tx, import: &Import) -> Result<(), StoreError> {
    let mut row = whole::ActiveModel::from(import);
    row.id = NotSet;
    let done = whole::Entity::update_many()
        .set(row)
        .filter(whole::Column::Id.eq(import.id))
        .exec(tx)
        .await?;
    affected_one(done.rows_affected)
}

/// Lists an account's imports, the newest first.
pub(crate) async fn list_imports(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<ImportId>,
    limit: u64,
) -> Result<Vec<Import>, StoreError> {
    let mut query = whole::Entity::find()
        .filter(whole::Column::AccountId.eq(account))
        .order_by_desc(whole::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(whole::Column::Id.lt(after));
    }
    let found = query.all(db).await?;
    found.into_iter().map(Import::try_from).collect()
}

/// Lists imports in a state that have not come on since `before`, the longest resting first.
pub(crate) async fn list_resting(
    db: &impl ConnectionTrait,
    state: ImportState,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<ImportId>, StoreError> {
    Ok(whole::Entity::find()
        .select_only()
        .column(whole::Column::Id)
        .filter(whole::Column::State.eq(state.name()))
        .filter(whole::Column::UpdatedAt.lt(before))
        .order_by_asc(whole::Column::UpdatedAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Lists the imports that are under way in somebody's name: a few, of the few that are under way at all.
pub(crate) async fn list_under_way_of(
    db: &impl ConnectionTrait,
    sender: AccountId,
) -> Result<Vec<ImportId>, StoreError> {
    let under_way = ImportState::UNDER_WAY.map(Named::name);
    Ok(whole::Entity::find()
        .select_only()
        .column(whole::Column::Id)
        .filter(whole::Column::State.is_in(under_way))
        .filter(whole::Column::ActorId.eq(sender))
        .order_by_asc(whole::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// Which rows of an import come next.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Next {
    /// Those behind a position, the first of them first.
    Behind(u32),
    /// Those up to a position, the last of them first.
    UpTo(u32),
}

/// Lists rows of an import, those with one outcome where one is named.
pub(crate) async fn list_import_rows(
    db: &impl ConnectionTrait,
    import: ImportId,
    next: Next,
    outcome: Option<Outcome>,
    limit: u64,
) -> Result<Vec<ImportRow>, StoreError> {
    let mut query = row::Entity::find().filter(row::Column::ImportId.eq(import));
    if let Some(outcome) = outcome {
        query = query.filter(row::Column::Outcome.eq(outcome.name()));
    }
    query = match next {
        Next::Behind(position) => query
            .filter(row::Column::Position.gt(i64::from(position)))
            .order_by_asc(row::Column::Position),
        Next::UpTo(position) => query
            .filter(row::Column::Position.lte(i64::from(position)))
            .order_by_desc(row::Column::Position),
    };
    let found = query.limit(limit).all(db).await?;
    found.into_iter().map(ImportRow::try_from).collect()
}

/// Saves what became of rows.
pub(crate) async fn save_import_rows(
    tx: &Tx,
    import: ImportId,
    rows: &[ImportRow],
) -> Result<(), StoreError> {
    let replace = OnConflict::columns([row::Column::ImportId, row::Column::Position])
        .update_columns([
            row::Column::Outcome,
            row::Column::Subject,
            row::Column::Version,
            row::Column::Before,
            row::Column::Errors,
        ])
        .to_owned();
    for chunk in rows.chunks(CHUNK) {
        let rows: Vec<row::ActiveModel> = chunk
            .iter()
            .map(|row| to_row(import, row))
            .collect::<Result<_, _>>()?;
        row::Entity::insert_many(rows)
            .on_conflict(replace.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Forgets an import with its rows.
pub(crate) async fn delete_import(tx: &Tx, id: ImportId) -> Result<(), StoreError> {
    row::Entity::delete_many()
        .filter(row::Column::ImportId.eq(id))
        .exec(tx)
        .await?;
    whole::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
