//! Who may take a task, who comes first, and why not the others.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use auth::Ctx;
use kernel::{AccountId, OrgPath, TaskId, Timestamp, VolunteerId};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use store::StoreError;

use super::App;
use super::claim_task::ClaimError;
use super::seen_task::{SeenTask, see_one};
use super::waiting::place_of;
use crate::domain::invitation::InvitationState;
use crate::domain::runner::runs;
use crate::domain::standing::{LATELY, Reason, Record, Requirement, Wanted, reasons, unfit, unmet};
use crate::domain::task::{Task, TaskState};
use crate::domain::volunteer::Volunteer;
use crate::domain::waiting::LEADING;
use crate::store::{
    PlaceList, count_held, find_invitation, find_task, find_volunteer_of, list_in,
    list_invitations, list_many_around, list_steps, list_team_places, list_waiting, load_tasks,
    load_volunteers,
};

/// Candidates that are shown.
const SHOWN: usize = 20;
/// Volunteers that are weighed.
const WEIGHED: u64 = 1_000;
/// Where so many were found, nobody is looked for further away.
const ENOUGH: usize = 100;
/// Levels of the tree above the task's place, up to where somebody is looked for: community and street.
const LEVELS: usize = 3;
/// A day.
const DAY: Duration = Duration::from_hours(24);

/// What is to be done, as rules see it.
pub(super) fn wanted(task: &Task) -> Wanted<'_> {
    Wanted {
        place: &task.org_path,
        category: task.category.as_deref(),
        skills: &[],
    }
}

/// Reads what is known of some people.
pub(super) async fn read_records(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<HashMap<AccountId, Record>, StoreError> {
    let since = now.minus(LATELY);
    let mut records: HashMap<AccountId, Record> = HashMap::new();
    let steps = list_steps(db, accounts, (since, now.plus(DAY))).await?;
    let taken: BTreeSet<TaskId> = steps
        .iter()
        .filter(|step| step.claimed)
        .map(|step| step.task)
        .collect();
    let mut categories: HashMap<TaskId, String> = HashMap::new();
    for chunk in Vec::from_iter(taken).chunks(store::CHUNK) {
        let tasks = load_tasks(db, chunk).await?.into_iter();
        categories.extend(tasks.filter_map(|task| Some((task.id, task.category?))));
    }
    for step in steps {
        let record = records.entry(step.account).or_default();
        if step.claimed {
            record.lately += 1;
            record.did.extend(categories.get(&step.task).cloned());
        } else {
            record.released_at = record.released_at.max(Some(step.at));
        }
    }
    for (account, held) in count_held(db, accounts).await? {
        records.entry(account).or_default().held = held;
    }
    for sign_up in list_many_around(db, accounts, (since, now)).await? {
        if sign_up.state.holds_place() {
            let record = records.entry(sign_up.account).or_default();
            record.lately += 1;
            record.on_shift |= sign_up.ends_at > now;
        }
    }
    Ok(records)
}

/// Everybody who keeps out of what a task is about.
pub(super) async fn barred_from(
    db: &impl ConnectionTrait,
    task: &Task,
) -> Result<HashSet<AccountId>, StoreError> {
    let nodes = task.org_path.ancestors();
    let places = nodes.iter().filter_map(OrgPath::leaf).collect();
    let barred = exclusions::list_about(db, task.requester.into_iter().collect(), places).await?;
    Ok(barred.into_iter().map(|(account, _)| account).collect())
}

/// Lists what a volunteer does not meet: what holds for everybody, then the limits.
fn against(
    app: &App,
    wanted: Wanted<'_>,
    (volunteer, record): (Option<&Volunteer>, &Record),
    now: Timestamp,
) -> Vec<Requirement> {
    let rules = &app.catalogue;
    let today = now.date_in(&rules.zone);
    let mut against = unfit(rules.kind_of_tasks(), volunteer, today);
    against.extend(unmet(
        &rules.task,
        wanted,
        (volunteer, record),
        (today, now),
    ));
    against
}

/// Lists what one person does not meet that holds without any limits.
pub(super) async fn unfit_for_tasks(
    app: &App,
    db: &impl ConnectionTrait,
    (account, now): (AccountId, Timestamp),
) -> Result<Vec<Requirement>, StoreError> {
    let volunteer = find_volunteer_of(db, account).await?;
    let rules = &app.catalogue;
    let today = now.date_in(&rules.zone);
    Ok(unfit(rules.kind_of_tasks(), volunteer.as_ref(), today))
}

/// Lists the limits that one person does not meet.
pub(super) async fn unmet_by(
    app: &App,
    db: &impl ConnectionTrait,
    task: &Task,
    who: (AccountId, Timestamp),
) -> Result<Vec<Requirement>, StoreError> {
    unmet_by_for(app, db, (task, &[]), who).await
}

/// The same where something of the task needs skills beyond those of its category.
pub(super) async fn unmet_by_for(
    app: &App,
    db: &impl ConnectionTrait,
    (task, skills): (&Task, &[String]),
    (account, now): (AccountId, Timestamp),
) -> Result<Vec<Requirement>, StoreError> {
    let volunteer = find_volunteer_of(db, account).await?;
    let records = read_records(db, &[account], now).await?;
    let record = records.get(&account).cloned().unwrap_or_default();
    let wanted = Wanted {
        skills,
        ..wanted(task)
    };
    Ok(against(app, wanted, (volunteer.as_ref(), &record), now))
}

/// How somebody stands with a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Standing {
    /// Every rule, and whether it is met.
    pub(crate) rules: Vec<(Requirement, bool)>,
    /// What speaks for and against; nothing for somebody who is no registered volunteer.
    pub(crate) reasons: Vec<(Reason, i64)>,
    pub(crate) invitation: Option<InvitationState>,
    /// Until when it is kept for somebody of its list.
    pub(crate) kept_until: Option<Timestamp>,
    /// The caller's place on its list.
    pub(crate) position: Option<usize>,
    /// Whether the caller may wait for it.
    pub(crate) may_wait: bool,
}

/// Tells the caller why they may take a task, or why not. Whom it isn't meant for learns nothing of it.
pub(crate) async fn show_standing(
    app: &App,
    ctx: &Ctx,
    id: TaskId,
) -> Result<Standing, ClaimError> {
    let (db, account) = (app.db.reader(), ctx.principal.account);
    let task = find_task(db, id).await?.ok_or(ClaimError::NotFound)?;
    let SeenTask { task, position, .. } = see_one(db, account, task).await?;
    let mine = task.is_of(account) || position.is_some();
    if !mine && !task.is_meant_for(&ctx.principal) {
        return Err(ClaimError::NotFound);
    }
    if !mine && task.is_barred_by(&exclusions::list_of(db, account).await?) {
        return Err(ClaimError::NotFound);
    }
    let records = read_records(db, &[account], ctx.now).await?;
    let record = records.get(&account).cloned().unwrap_or_default();
    let volunteer = find_volunteer_of(db, account).await?;
    let rules = &app.catalogue.task;
    let limits = against(app, wanted(&task), (volunteer.as_ref(), &record), ctx.now);
    let met = |rule: Requirement| match rule {
        Requirement::Open => task.state == TaskState::Open && task.kept_from(account).is_none(),
        Requirement::Audience => task.is_meant_for(&ctx.principal),
        Requirement::NotRequester => !task.was_asked_by(account),
        // whoever keeps out of it was told that there is no such task
        Requirement::NotExcluded => true,
        limit => !limits.contains(&limit),
    };
    let civil = app.catalogue.zone.to_datetime(ctx.now.as_jiff());
    let found = find_invitation(db, id, account).await?;
    let line = list_waiting(db, (id, LEADING)).await?;
    let room = u32::try_from(line.len()).is_ok_and(|length| length < rules.waiting_most);
    let position = place_of(line, account).map(|place| place.position);
    let judged: Vec<(Requirement, bool)> = kernel::Named::ALL
        .iter()
        .map(|rule| (*rule, met(*rule)))
        .collect();
    let mut others = judged.iter().filter(|(rule, _)| *rule != Requirement::Open);
    let may_wait = room
        && position.is_none()
        && task.may_be_waited_for(account).is_ok()
        && others.all(|(_, met)| *met);
    Ok(Standing {
        rules: judged,
        kept_until: task.hold.map(|hold| hold.until),
        position,
        may_wait,
        reasons: volunteer.map_or_else(Vec::new, |volunteer| {
            reasons(rules, wanted(&task), (&volunteer, &record), civil)
        }),
        invitation: found.map(|invitation| invitation.state_at(&task, ctx.now)),
    })
}

/// Somebody who might take a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Candidate {
    pub(crate) account: AccountId,
    pub(crate) volunteer: VolunteerId,
    pub(crate) price: i64,
    pub(crate) reasons: Vec<(Reason, i64)>,
    pub(crate) invitation: Option<InvitationState>,
}

/// Who might take a task, the best first, and how many were left out for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Candidates {
    pub(crate) items: Vec<Candidate>,
    pub(crate) weighed: usize,
    pub(crate) left_out: Vec<(Requirement, u32)>,
}

/// Lists certified volunteers of the task's place; of what lies above it, level by level, while they are few.
async fn people_around(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<Vec<Volunteer>, StoreError> {
    let mut ids: Vec<VolunteerId> = Vec::new();
    let levels = place.ancestors();
    for level in levels.iter().rev().take(LEVELS) {
        if level.leaf().is_none() || ids.len() >= ENOUGH {
            break;
        }
        ids = list_in(db, PlaceList::Certified, level, None, WEIGHED).await?;
    }
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(store::CHUNK) {
        found.extend(load_volunteers(db, chunk).await?);
    }
    Ok(found)
}

/// Finds out who of some people is in a team that a task is meant for.
async fn team_mates(
    db: &impl ConnectionTrait,
    task: &Task,
    accounts: &[AccountId],
) -> Result<BTreeSet<AccountId>, StoreError> {
    if task.audience.teams().is_empty() {
        return Ok(BTreeSet::new());
    }
    let places = list_team_places(db, accounts).await?.into_iter();
    Ok(places
        .filter(|(_, kind, place)| task.is_meant_for_team(kind, place))
        .map(|(account, _, _)| account)
        .collect())
}

/// Finds the task of a dispatcher's place that waits for somebody.
pub(super) async fn find_waiting(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TaskId,
) -> Result<Task, ClaimError> {
    let task = find_task(db, id).await?;
    let task = task.filter(|task| runs(&ctx.principal, &task.org_path));
    let task = task.ok_or(ClaimError::NotFound)?;
    match task.state {
        TaskState::Open => match task.hold {
            Some(hold) => Err(ClaimError::Kept { until: hold.until }),
            None => Ok(task),
        },
        TaskState::Claimed => Err(ClaimError::Taken),
        TaskState::Done | TaskState::Cancelled => Err(ClaimError::Closed),
    }
}

/// Ranks those who might take a task for a dispatcher of its place.
pub(crate) async fn rank_candidates(
    app: &App,
    ctx: &Ctx,
    id: TaskId,
) -> Result<Candidates, ClaimError> {
    let db = app.db.reader();
    let task = find_waiting(db, ctx, id).await?;
    let people = people_around(db, &task.org_path).await?;
    let accounts: Vec<AccountId> = people.iter().map(|one| one.account).collect();
    let records = read_records(db, &accounts, ctx.now).await?;
    let barred = barred_from(db, &task).await?;
    let mates = team_mates(db, &task, &accounts).await?;
    let invited = list_invitations(db, id).await?;
    let rules = &app.catalogue.task;
    let civil = app.catalogue.zone.to_datetime(ctx.now.as_jiff());
    let (mut items, mut left_out) = (Vec::new(), BTreeMap::<Requirement, u32>::new());
    let weighed = people.len();
    for volunteer in people {
        let account = volunteer.account;
        let record = records.get(&account).cloned().unwrap_or_default();
        let who = (Some(&volunteer), &record);
        let mut left = against(app, wanted(&task), who, ctx.now);
        if task.was_asked_by(account) {
            left.push(Requirement::NotRequester);
        }
        if barred.contains(&account) {
            left.push(Requirement::NotExcluded);
        }
        if !left.is_empty() {
            for rule in left {
                *left_out.entry(rule).or_default() += 1;
            }
            continue;
        }
        let mut reasons = reasons(rules, wanted(&task), (&volunteer, &record), civil);
        if mates.contains(&account) {
            reasons.insert(0, (Reason::TeamMate, 0));
        }
        let own = invited
            .iter()
            .find(|invitation| invitation.account == account);
        items.push(Candidate {
            account,
            volunteer: volunteer.id,
            price: reasons.iter().map(|(_, price)| price).sum(),
            reasons,
            invitation: own.map(|invitation| invitation.state_at(&task, ctx.now)),
        });
    }
    // those of the teams that were asked come first, whatever they cost
    items.sort_by_key(|candidate| {
        let other = !mates.contains(&candidate.account);
        (other, candidate.price, candidate.account)
    });
    items.truncate(SHOWN);
    Ok(Candidates {
        items,
        weighed,
        left_out: left_out.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests;
