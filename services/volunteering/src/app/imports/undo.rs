//! An import is taken back as a whole, as long as nobody built on it: nothing is deleted, what it made ends.

use auth::Ctx;
use kernel::{ActivityId, ImportId, ServiceRecordId, Timestamp, TypedId, VolunteerId};
use store::{CHUNK, StoreError, Tx, Writes};

use super::ImportError;
use crate::app::App;
use crate::domain::activity::{ActivityState, ShiftState};
use crate::domain::hours::{HoursState, ServiceHours};
use crate::domain::imports::{ServiceImport, ServiceImportKind, ServiceImportState};
use crate::domain::volunteer::{ProofState, Volunteer};
use crate::store::{
    Locked, MadeOfLine, PlaceList, hide_many_at, hold_activity, hold_import, insert_many_hours,
    list_made, list_shifts, load_hours, load_volunteers, load_volunteers_of, save_activity,
    save_shift, save_undone, save_volunteer, supersede_first_versions,
};

/// Shifts of one activity at most.
const MOST_SHIFTS: u64 = 1_000;

/// Takes an import back, or says how much was built on it; again is fine.
pub(crate) async fn undo_import(
    app: &App,
    ctx: &Ctx,
    id: ImportId,
) -> Result<ServiceImport, ImportError> {
    app.db
        .write("service.import.undo", |tx| async move {
            let found = hold_import(&tx, id).await?;
            let mut import = found
                .filter(|found| ctx.is_open_at(&found.org_path))
                .ok_or(ImportError::NotFound)?;
            if import.state == ServiceImportState::Undone {
                return Ok(import);
            }
            if ctx.if_match.is_some_and(|seen| seen != import.version) {
                return Err(ImportError::OtherVersion);
            }
            let made = list_made(&*tx, id).await?;
            match import.kind {
                ServiceImportKind::Proofs => undo_proofs(ctx, &tx, &made).await?,
                ServiceImportKind::Hours => undo_hours(ctx, &tx, &made).await?,
                ServiceImportKind::Activities => undo_activities(ctx, &tx, &made).await?,
            }
            import.undo(ctx.now);
            save_undone(&tx, &import).await?;
            Ok(import)
        })
        .await
}

fn none_built_on(count: usize) -> Result<(), ImportError> {
    if count == 0 {
        Ok(())
    } else {
        Err(ImportError::BuiltOn(count))
    }
}

/// Proofs that nobody decided on are withdrawn.
async fn undo_proofs(ctx: &Ctx, tx: &Tx, made: &[MadeOfLine]) -> Result<(), ImportError> {
    let people = hold_people(tx, made).await?;
    let numbers = |person: &Volunteer| -> Vec<u32> {
        let subject = person.id.uuid();
        let own = made.iter().filter(|made| made.subject == subject);
        own.map(|made| made.number).collect()
    };
    let mut confirmed = 0;
    for person in &people {
        let states = numbers(person).into_iter();
        let states = states.filter_map(|number| person.state_of(number));
        confirmed += states
            .filter(|state| *state == ProofState::Confirmed)
            .count();
    }
    none_built_on(confirmed)?;
    for person in &people {
        let mut after = person.clone();
        for number in numbers(person) {
            after.retract(number, ctx.principal.account, ctx.now);
        }
        if after.version != person.version {
            save_volunteer(tx, &after, person.version).await?;
        }
    }
    Ok(())
}

/// Holds the volunteers of lines, in the order of their accounts.
async fn hold_people(tx: &Tx, made: &[MadeOfLine]) -> Result<Vec<Volunteer>, StoreError> {
    let mut ids: Vec<VolunteerId> = made
        .iter()
        .map(|made| VolunteerId::from_uuid(made.subject))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let mut accounts = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let people = load_volunteers(tx, chunk).await?;
        accounts.extend(people.into_iter().map(|person| person.account));
    }
    load_volunteers_of(tx, &accounts, Locked::Yes).await
}

/// Hours that nobody judged get a version more, which says that they were taken back.
async fn undo_hours(ctx: &Ctx, tx: &Tx, made: &[MadeOfLine]) -> Result<(), ImportError> {
    let ids: Vec<ServiceRecordId> = made
        .iter()
        .map(|made| ServiceRecordId::from_uuid(made.subject))
        .collect();
    let mut records: Vec<ServiceHours> = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        records.extend(load_hours(tx, chunk).await?);
    }
    none_built_on(records.iter().filter(|hours| hours.state.counts()).count())?;
    records.retain(|hours| hours.state == HoursState::Pending);
    let pending: Vec<ServiceRecordId> = records.iter().map(|hours| hours.id).collect();
    // somebody judges one of them at this moment: theirs is the word
    supersede_first_versions(tx, &pending).await?;
    let by = ctx.principal.account;
    let revoked: Vec<ServiceHours> = records
        .iter()
        .map(|hours| hours.revoked(by, ctx.now))
        .collect();
    let mut writes = Writes::default();
    insert_many_hours(&mut writes, &revoked);
    records.sort_by(|one, other| one.org_path.as_str().cmp(other.org_path.as_str()));
    for of_place in records.chunk_by(|one, other| one.org_path == other.org_path) {
        let ids: Vec<ServiceRecordId> = of_place.iter().map(|hours| hours.id).collect();
        if let Some(first) = of_place.first() {
            hide_many_at(&mut writes, PlaceList::PendingHours, &first.org_path, &ids);
        }
    }
    Ok(writes.run(tx).await?)
}

/// Activities that were never published are put away with their shifts.
async fn undo_activities(ctx: &Ctx, tx: &Tx, made: &[MadeOfLine]) -> Result<(), ImportError> {
    let mut ids: Vec<ActivityId> = made
        .iter()
        .map(|made| ActivityId::from_uuid(made.subject))
        .collect();
    ids.sort_unstable();
    let mut drafts = Vec::with_capacity(ids.len());
    let mut published = 0;
    for id in ids {
        let Some(activity) = hold_activity(tx, id).await? else {
            continue;
        };
        if activity.is_draft() {
            drafts.push(activity);
        } else if matches!(
            activity.state,
            ActivityState::Recruiting | ActivityState::Completed
        ) {
            published += 1;
        }
    }
    none_built_on(published)?;
    for before in drafts {
        let mut after = before.clone();
        after.put_away(ctx.now);
        // drafts and what was put away stand on the same list
        save_activity(tx, &after, before.version).await?;
        for mut shift in list_shifts(tx, after.id, Timestamp::UNIX_EPOCH, None, MOST_SHIFTS).await?
        {
            let seen = shift.version;
            shift.state = ShiftState::Cancelled;
            shift.version = seen.next();
            save_shift(tx, &shift, seen).await?;
        }
    }
    Ok(())
}
