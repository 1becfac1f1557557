//! Trainings and awards that the organisation enters into a volunteer's record (培训、表彰奖励, Order 67).

use auth::Ctx;
use kernel::{CursorError, IdSourceExt, RecordEntryId, Version, VolunteerId};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::page::{PageWanted, Paged};
use super::volunteer_error::{no_volunteer, version_changed};
use crate::domain::record_entry::{
    Entered, EntryRefusal, EntryStep, MOST_ENTRIES, RecordEntry, RecordEntryKind, RecordEntryState,
};
use crate::domain::runner::runs;
use crate::store::{
    count_record_entries, find_volunteer, hold_volunteer, insert_record_entry, list_entry_versions,
    list_record_entries as read_entries, supersede_record_entry,
};

/// Name of the list in its cursors.
const ENTRIES: &str = "record-entries";

/// Something to enter into a record.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EnterRecord {
    pub(crate) volunteer: VolunteerId,
    pub(crate) kind: RecordEntryKind,
    pub(crate) said: Entered,
}

/// What is done with an entry that is there, and why.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeRecordEntry {
    pub(crate) id: RecordEntryId,
    pub(crate) step: EntryStep,
    pub(crate) reason: String,
}

/// Why nothing is entered, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordEntryError {
    #[error("no such volunteer for the caller")]
    NoVolunteer,
    #[error("no such entry for the caller")]
    NotFound,
    #[error("refused: {0:?}")]
    Refused(EntryRefusal),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EntryRefusal> for RecordEntryError {
    fn from(refusal: EntryRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Category for RecordEntryError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoVolunteer => no_volunteer(),
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "record-entry-not-found",
                "没有这条培训或表彰记录",
                "there is no such entry",
            ),
            Self::Refused(EntryRefusal::Own) => Fact::new(
                Kind::Forbidden,
                "own-record-entry",
                "不能为自己登记或更正",
                "nobody enters or changes anything of their own",
            ),
            Self::Refused(EntryRefusal::Term) => Fact::new(
                Kind::Invalid,
                "term-reversed",
                "结束须不早于开始",
                "the end must not be before the beginning",
            )
            .at("/until"),
            Self::Refused(EntryRefusal::Future) => Fact::new(
                Kind::Invalid,
                "not-begun",
                "尚未开始的培训或表彰不能登记",
                "what has not begun is not entered",
            )
            .at("/from"),
            Self::Refused(EntryRefusal::Minutes) => Fact::new(
                Kind::Invalid,
                "minutes-out-of-place",
                "培训分钟须大于 0 且不超过起止日期，表彰不填分钟",
                "a training has no more minutes than its days, an award none",
            )
            .at("/minutes"),
            Self::Refused(EntryRefusal::Revoked) => Fact::new(
                Kind::Conflict,
                "record-entry-revoked",
                "该记录已撤销",
                "the entry was revoked before",
            ),
            Self::Refused(EntryRefusal::TooMany) => Fact::new(
                Kind::Conflict,
                "too-many-record-entries",
                "培训和表彰记录数量已达上限",
                "there are too many entries already",
            ),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Enters a training or an award: those who run the volunteer's home, never for themselves.
pub(crate) async fn enter_record(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &EnterRecord,
) -> Result<RecordEntry, RecordEntryError> {
    app.db
        .write("record.enter", |tx| async move {
            idempotency::once(&tx, key, enter(app, ctx, command, &tx)).await
        })
        .await
}

async fn enter(
    app: &App,
    ctx: &Ctx,
    command: &EnterRecord,
    tx: &Tx,
) -> Result<RecordEntry, RecordEntryError> {
    // held: their number stays below its bound, and the home where it is
    let found = hold_volunteer(tx, command.volunteer).await?;
    let volunteer = found
        .filter(|found| ctx.is_open_at(&found.home))
        .ok_or(RecordEntryError::NoVolunteer)?;
    let entry = RecordEntry {
        id: app.ids.next(),
        version: Version::FIRST,
        volunteer: volunteer.account,
        kind: command.kind,
        said: command.said.clone(),
        issuer: volunteer.home,
        state: RecordEntryState::Valid,
        reason: None,
        entered_by: ctx.principal.account,
        at: ctx.now,
    };
    let entry = RecordEntry::enter(entry, ctx.now.date_in(&app.catalogue.zone))?;
    if count_record_entries(tx, volunteer.account).await? >= MOST_ENTRIES {
        return Err(EntryRefusal::TooMany.into());
    }
    let mut writes = Writes::default();
    insert_record_entry(&mut writes, &entry)?;
    writes.run(tx).await?;
    Ok(entry)
}

/// Puts an entry right or revokes it, as a new version: those who run the place that gave it.
pub(crate) async fn change_record_entry(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &ChangeRecordEntry,
) -> Result<RecordEntry, RecordEntryError> {
    app.db
        .write("record.change", |tx| async move {
            idempotency::once(&tx, key, change(app, ctx, command, &tx)).await
        })
        .await
}

async fn change(
    app: &App,
    ctx: &Ctx,
    command: &ChangeRecordEntry,
    tx: &Tx,
) -> Result<RecordEntry, RecordEntryError> {
    let versions = list_entry_versions(tx, command.id).await?;
    let latest = versions
        .into_iter()
        .next()
        // whoever has moved has entries of the place before: that place alone changes them
        .filter(|latest| runs(&ctx.principal, &latest.issuer))
        .ok_or(RecordEntryError::NotFound)?;
    if ctx.if_match.is_some_and(|seen| seen != latest.version) {
        return Err(RecordEntryError::OtherVersion);
    }
    let today = ctx.now.date_in(&app.catalogue.zone);
    let by = (ctx.principal.account, ctx.now, today);
    let next = latest.next(&command.step, command.reason.clone(), by)?;
    supersede_record_entry(tx, &latest).await?;
    let mut writes = Writes::default();
    insert_record_entry(&mut writes, &next)?;
    writes.run(tx).await?;
    Ok(next)
}

/// Lists the entries of a volunteer's record, revoked ones too, the newest first, to those who run the home.
pub(crate) async fn list_record_entries(
    app: &App,
    ctx: &Ctx,
    volunteer: VolunteerId,
    wanted: &PageWanted,
) -> Result<Paged<RecordEntry>, RecordEntryError> {
    let after = wanted.after(ENTRIES)?;
    let db = app.db.reader();
    let found = find_volunteer(db, volunteer).await?;
    let found = found
        .filter(|found| ctx.is_open_at(&found.home))
        .ok_or(RecordEntryError::NoVolunteer)?;
    let entries = read_entries(db, found.account, after, wanted.rows()).await?;
    Ok(wanted.cut(ENTRIES, entries, |entry| entry.id))
}

/// Lists the versions of an entry, the latest first, to the volunteer and those who run the place that gave it.
pub(crate) async fn show_record_entry(
    app: &App,
    ctx: &Ctx,
    id: RecordEntryId,
) -> Result<Vec<RecordEntry>, RecordEntryError> {
    let versions = list_entry_versions(app.db.reader(), id).await?;
    let latest = versions.first().ok_or(RecordEntryError::NotFound)?;
    let own = latest.volunteer == ctx.principal.account;
    if !own && !runs(&ctx.principal, &latest.issuer) {
        return Err(RecordEntryError::NotFound);
    }
    Ok(versions)
}
