//! Messages, and the counters of what is unread.

use std::collections::{BTreeMap, HashSet};

use kernel::{AccountId, EventId, IdSource, IdSourceExt, MessageId, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use store::{CHUNK, Database, StoreError, Tx, Writes};

use super::tables::{inbox_state, message};
use crate::domain::message::{Bilingual, Message, Wording};
use crate::domain::subject::Subject;

/// A message that is about to be sent.
#[derive(Debug, Clone)]
pub(crate) struct NewMessage {
    pub(crate) account: AccountId,
    pub(crate) event: EventId,
    pub(crate) subject: Subject,
    pub(crate) kind: String,
    pub(crate) wording: Wording,
}

/// Counts messages as unread that are about to be inserted, in the order of accounts: everybody locks
/// counters in the same one.
pub(crate) fn raise_unread(writes: &mut Writes, by: BTreeMap<AccountId, i64>) {
    let rows = by
        .into_iter()
        .map(|(account, count)| inbox_state::ActiveModel {
            account_id: Set(account),
            unread: Set(count),
        });
    let before = Expr::col((inbox_state::Entity, inbox_state::Column::Unread));
    let excluded = Expr::col(("excluded", inbox_state::Column::Unread));
    let counted = OnConflict::column(inbox_state::Column::AccountId)
        .value(inbox_state::Column::Unread, before.add(excluded))
        .to_owned();
    writes.upsert(rows, &counted);
}

/// Inserts messages, at most one to an account about an event. They have been counted before
/// ([`raise_unread`]): with its counter locked, an account's ids are in the order of commits.
pub(crate) async fn insert(
    tx: &Tx,
    ids: &dyn IdSource,
    new: Vec<NewMessage>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut waiting = new.into_iter();
    loop {
        let chunk: Vec<NewMessage> = waiting.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        insert_chunk(tx, ids, chunk, now).await?;
    }
}

async fn insert_chunk(
    tx: &Tx,
    ids: &dyn IdSource,
    new: Vec<NewMessage>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(new.len());
    let mut sent: Vec<(MessageId, AccountId)> = Vec::with_capacity(new.len());
    for NewMessage {
        account,
        event,
        subject,
        kind,
        wording,
    } in new
    {
        let id: MessageId = ids.next();
        sent.push((id, account));
        rows.push(message::ActiveModel {
            id: Set(id),
            account_id: Set(account),
            event_id: Set(event),
            kind: Set(kind),
            title_zh: Set(wording.title.zh),
            title_en: Set(wording.title.en),
            body_zh: Set(wording.body.zh),
            body_en: Set(wording.body.en),
            subject_type: Set(subject.kind().to_owned()),
            subject_id: Set(subject.uuid()),
            created_at: Set(now),
            read_at: Set(None),
        });
    }
    let inserted = message::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([message::Column::EventId, message::Column::AccountId])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    if inserted == u64::try_from(sent.len()).unwrap_or(u64::MAX) {
        return Ok(());
    }
    // The event came again after the bus had forgotten it: whoever had been told was not told again.
    let fresh: HashSet<MessageId> = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(message::Column::Id.is_in(sent.iter().map(|(id, _)| *id)))
        .into_tuple()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    for (id, account) in &sent {
        if !fresh.contains(id) {
            lower_unread(tx, *account, 1).await?;
        }
    }
    Ok(())
}

async fn lower_unread(tx: &Tx, account: AccountId, by: i64) -> Result<(), StoreError> {
    inbox_state::Entity::update_many()
        .col_expr(
            inbox_state::Column::Unread,
            Expr::col(inbox_state::Column::Unread).sub(by),
        )
        .filter(inbox_state::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Counts what an account has not read.
pub(crate) async fn count_unread(db: &Database, account: AccountId) -> Result<u64, StoreError> {
    let row = inbox_state::Entity::find_by_id(account)
        .one(db.reader())
        .await?;
    Ok(row.map_or(0, |row| u64::try_from(row.unread).unwrap_or_default()))
}

/// Lists an account's messages before `before`, newest first.
pub(crate) async fn list_before(
    db: &Database,
    account: AccountId,
    unread_only: bool,
    before: Option<MessageId>,
    limit: u64,
) -> Result<Vec<Message>, StoreError> {
    let mut query = message::Entity::find().filter(message::Column::AccountId.eq(account));
    if unread_only {
        query = query.filter(message::Column::ReadAt.is_null());
    }
    if let Some(before) = before {
        query = query.filter(message::Column::Id.lt(before));
    }
    let rows = query
        .order_by_desc(message::Column::Id)
        .limit(limit)
        .all(db.reader())
        .await?;
    rows.into_iter().map(view).collect()
}

/// Lists an account's messages after `after`, oldest first.
pub(crate) async fn list_after(
    db: &Database,
    account: AccountId,
    after: MessageId,
    limit: u64,
) -> Result<Vec<Message>, StoreError> {
    let rows = message::Entity::find()
        .filter(message::Column::AccountId.eq(account))
        .filter(message::Column::Id.gt(after))
        .order_by_asc(message::Column::Id)
        .limit(limit)
        .all(db.reader())
        .await?;
    rows.into_iter().map(view).collect()
}

/// Finds an account's newest message.
pub(crate) async fn find_newest(
    db: &Database,
    account: AccountId,
) -> Result<Option<MessageId>, StoreError> {
    Ok(message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(message::Column::AccountId.eq(account))
        .order_by_desc(message::Column::Id)
        .into_tuple()
        .one(db.reader())
        .await?)
}

/// Marks an account's message as read; false when the account has no such message.
pub(crate) async fn mark_read(
    tx: &Tx,
    account: AccountId,
    id: MessageId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let marked = message::Entity::update_many()
        .col_expr(message::Column::ReadAt, Expr::value(now))
        .filter(message::Column::Id.eq(id))
        .filter(message::Column::AccountId.eq(account))
        .filter(message::Column::ReadAt.is_null())
        .exec(tx)
        .await?;
    if marked.rows_affected == 1 {
        lower_unread(tx, account, 1).await?;
        return Ok(true);
    }
    let row = message::Entity::find_by_id(id).one(tx).await?;
    Ok(row.is_some_and(|row| row.account_id == account))
}

/// Marks all of an account's messages as read; returns how many were not.
pub(crate) async fn mark_all_read(
    tx: &Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let marked = message::Entity::update_many()
        .col_expr(message::Column::ReadAt, Expr::value(now))
        .filter(message::Column::AccountId.eq(account))
        .filter(message::Column::ReadAt.is_null())
        .exec(tx)
        .await?
        .rows_affected;
    if marked > 0 {
        lower_unread(tx, account, i64::try_from(marked).unwrap_or(i64::MAX)).await?;
    }
    Ok(marked)
}

/// Removes messages that were read before `before`, at most one chunk; returns how many.
pub(crate) async fn forget_read(db: &Database, before: Timestamp) -> Result<u64, StoreError> {
    let old: Vec<MessageId> = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(message::Column::ReadAt.lt(before))
        .limit(u64::try_from(CHUNK).unwrap_or(u64::MAX))
        .into_tuple()
        .all(db.reader())
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let old = &old;
    db.maintain("messages.forget", |tx| async move {
        let gone = message::Entity::delete_many()
            .filter(message::Column::Id.is_in(old.iter().copied()))
            .exec(&*tx)
            .await?;
        Ok::<_, StoreError>(gone.rows_affected)
    })
    .await
}

fn view(row: message::Model) -> Result<Message, StoreError> {
    let subject = Subject::stored(&row.subject_type, row.subject_id);
    let subject = subject.ok_or_else(|| {
        StoreError::Corrupt(format!("message.subject_type: {}", row.subject_type))
    })?;
    Ok(Message {
        id: row.id,
        kind: row.kind,
        wording: Wording {
            title: Bilingual::new(row.title_zh, row.title_en),
            body: Bilingual::new(row.body_zh, row.body_en),
        },
        subject,
        created_at: row.created_at,
        read: row.read_at.is_some(),
    })
}
