//! A task that is open again is kept for its waiting list first (候补递补): one after the other is asked, then it's open
//! to all.

use bus::Envelope;
use kernel::{AccountId, TaskId, Timestamp, Version};
use store::{StoreError, Tx, Writes};

use super::App;
use super::pass_on_places::lapse_place;
use super::standing::{barred_from, read_records, wanted};
use crate::domain::invitation::{Invitation, InvitationOrigin, InvitationState};
use crate::domain::standing::{Wanted, unfit, unmet};
use crate::domain::task::{Hold, Task};
use crate::domain::waiting::LEADING;
use crate::events::{self, Cause};
use crate::store::{
    Locked, Step, delete_waiting, hide_task, hold_task, list_holds_due, list_kept_due,
    list_waiting, load_volunteers_of, log_step, put_invitation, save_task, show_task,
};

/// Tasks looked at in one go.
const BATCH: u64 = 200;

/// Ends the time of those who were asked and said nothing: the next are asked. Tells how many tasks went on.
pub(crate) async fn pass_on_tasks(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let mut passed = 0;
    for task in list_holds_due(app.db.reader(), now, BATCH).await? {
        passed += u64::from(lapse(app, task, now).await?);
    }
    for place in list_kept_due(app.db.reader(), now, BATCH).await? {
        passed += u64::from(lapse_place(app, place, now).await?);
    }
    Ok(passed)
}

async fn lapse(app: &App, id: TaskId, now: Timestamp) -> Result<bool, StoreError> {
    app.db
        .write("task.pass_on", |tx| async move {
            let found = hold_task(&tx, id).await?;
            let due = |task: &Task| task.hold.is_some_and(|hold| hold.until <= now);
            let Some(mut task) = found.filter(due) else {
                return Ok(false);
            };
            pass_on(app, &tx, Cause::Job(now), &mut task).await?;
            Ok(true)
        })
        .await
}

/// Asks the next after the one for whom a task, whose row is held, is kept.
pub(super) async fn pass_on(
    app: &App,
    tx: &Tx,
    cause: Cause<'_>,
    task: &mut Task,
) -> Result<(), StoreError> {
    let seen = task.version;
    let Some(had) = task.end_hold(cause.now()) else {
        return Ok(());
    };
    let mut writes = Writes::default();
    log_step(&mut writes, task, Step::PassedOn, Some(had.account), None);
    let so_far = (writes, Vec::new());
    let list_until = Some(had.list_until);
    Box::pin(save_open(app, tx, cause, (task, seen, list_until), so_far)).await
}

/// Saves a task that has just become open, and whose row is held: it is kept for the first of its list who still may
/// take it, or open to all. What belongs to the step that opened it is written with it and told before.
pub(super) async fn save_open(
    app: &App,
    tx: &Tx,
    cause: Cause<'_>,
    (task, seen, list_until): (&mut Task, Version, Option<Timestamp>),
    (mut writes, mut told): (Writes, Vec<Envelope>),
) -> Result<(), StoreError> {
    let asked = keep_for_next(app, tx, task, (list_until, cause.now())).await?;
    save_task(tx, task, seen).await?;
    match asked {
        None => show_task(&mut writes, task),
        Some(invitation) => {
            if task.is_group() {
                // its free places were shown
                hide_task(&mut writes, task);
            }
            told.push(events::invited(app.ids.as_ref(), cause, task, &invitation));
        }
    }
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await
}

/// Finds whose turn it is; a place that nobody waits for belongs to all.
async fn keep_for_next(
    app: &App,
    tx: &Tx,
    task: &mut Task,
    (list_until, now): (Option<Timestamp>, Timestamp),
) -> Result<Option<Invitation>, StoreError> {
    let Some(account) = next_in_line(app, tx, (task, LEADING), now).await? else {
        return Ok(None);
    };
    let precedence = app.catalogue.task.precedence();
    let list_until = precedence.ends(list_until, now);
    let Some(hold) = precedence.keep(account, list_until, now) else {
        return Ok(None);
    };
    let invitation = ask(tx, (task.id, LEADING), hold, now).await?;
    task.hold = Some(hold);
    Ok(Some(invitation))
}

/// Asks somebody for whom something is kept. Whoever is asked has had their turn: who wants another one goes to the end
/// of the list.
pub(super) async fn ask(
    tx: &Tx,
    (task, position): (TaskId, u32),
    hold: Hold,
    now: Timestamp,
) -> Result<Invitation, StoreError> {
    let account = hold.account;
    delete_waiting(tx, task, account).await?;
    let invitation = Invitation {
        task,
        account,
        state: InvitationState::Invited,
        origin: InvitationOrigin::WaitingList,
        position: Some(position).filter(|position| *position != LEADING),
        invited_by: account,
        until: hold.until,
        created_at: now,
        updated_at: now,
    };
    put_invitation(tx, &invitation).await?;
    Ok(invitation)
}

/// The first of the list who passes every rule now; the others before stay on it, their time may come.
pub(super) async fn next_in_line(
    app: &App,
    tx: &Tx,
    (task, position): (&Task, u32),
    now: Timestamp,
) -> Result<Option<AccountId>, StoreError> {
    let line = list_waiting(tx, (task.id, position)).await?;
    if line.is_empty() {
        return Ok(None);
    }
    let accounts: Vec<AccountId> = line.iter().map(|waiting| waiting.account).collect();
    let records = read_records(tx, &accounts, now).await?;
    let people = load_volunteers_of(tx, &accounts, Locked::No).await?;
    let barred = barred_from(tx, task).await?;
    let at = (now.date_in(&app.catalogue.zone), now);
    let skills = task.skills_of(position);
    let wanted = Wanted {
        skills: &skills,
        ..wanted(task)
    };
    let may = |account: &AccountId| {
        let volunteer = people.iter().find(|one| one.account == *account);
        let record = records.get(account).cloned().unwrap_or_default();
        let who = (volunteer, &record);
        !task.was_asked_by(*account)
            && !barred.contains(account)
            // whom a claim would refuse has nothing kept for them
            && unfit(app.catalogue.kind_of_tasks(), volunteer, at.0).is_empty()
            && unmet(&app.catalogue.task, wanted, who, at)
                .iter()
                // whoever leads it has it already: it is no other task
                .all(|rule| task.is_of(*account) && rule.is_about_load())
    };
    Ok(accounts.into_iter().find(may))
}
