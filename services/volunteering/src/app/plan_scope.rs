//! What a plan is for: found when it is asked for, so that whoever asks hears at once what is wrong.

use std::time::Duration;

use kernel::{ActivityId, OrgPath, ShiftId, TaskId, Timestamp};
use sea_orm::ConnectionTrait;
use store::StoreError;

use super::plans::{OpenPlan, PlanError, PlanSubject, WhichShifts};
use crate::domain::activity::{Activity, ActivityState, Shift, ShiftState};
use crate::domain::dispatch::MOST_TASKS;
use crate::domain::plan::{PlanKind, Scope};
use crate::domain::roster::{MOST_DAYS, MOST_PLACES, MOST_SHIFTS};
use crate::domain::task::{Task, TaskState};
use crate::store::{
    Locked, PlaceList, list_audiences, list_in, list_open, list_shifts_within, load_activities,
    load_many_tasks, load_shifts,
};

/// Activities of a place that are looked at, the newest first.
const MOST_ACTIVITIES: u64 = 2_000;
/// Tasks of one audience that are looked at in one go.
const TASKS: u64 = 500;
/// How often; more would be group tasks that have somebody and lack others.
const GOES: usize = 10;

/// Finds what a plan is for.
pub(super) async fn find_scope(
    db: &impl ConnectionTrait,
    command: &OpenPlan,
    now: Timestamp,
) -> Result<Scope, PlanError> {
    let place = &command.org_path;
    let (kind, shifts, tasks) = match &command.subject {
        PlanSubject::Roster(which) => {
            let shifts = find_shifts(db, (place, which), now).await?;
            (PlanKind::Roster, shifts, Vec::new())
        }
        PlanSubject::Repair(which) => {
            let shifts = find_shifts(db, (place, which), now).await?;
            (PlanKind::Repair, shifts, Vec::new())
        }
        PlanSubject::Dispatch(named) => {
            let tasks = match named {
                Some(named) => check_tasks(db, place, named).await?,
                None => find_tasks(db, place).await?,
            };
            (PlanKind::Dispatch, Vec::new(), tasks)
        }
    };
    Ok(Scope {
        kind,
        shifts,
        tasks,
        seed: command.seed,
        iterations: command.iterations,
    })
}

/// Says whether a task waits for somebody, and for anybody.
fn waits(task: &Task) -> bool {
    task.state == TaskState::Open && task.hold.is_none()
}

async fn check_tasks(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    named: &[TaskId],
) -> Result<Vec<TaskId>, PlanError> {
    let tasks = load_many_tasks(db, named, Locked::No).await?;
    let fits = |task: &Task| waits(task) && place.contains(&task.org_path);
    if tasks.len() != named.len() || !tasks.iter().all(fits) {
        return Err(PlanError::NoTask);
    }
    Ok(tasks.iter().map(|task| task.id).collect())
}

/// Lists the open tasks of a place, whoever they are meant for.
async fn find_tasks(db: &impl ConnectionTrait, place: &OrgPath) -> Result<Vec<TaskId>, PlanError> {
    let mut found = Vec::new();
    for audience in list_audiences(db).await? {
        let mut after = None;
        for _ in 0..GOES {
            let page = list_open(db, place, &audience, after, TASKS).await?;
            let tasks = load_many_tasks(db, &page, Locked::No).await?;
            found.extend(tasks.iter().filter(|task| waits(task)).map(|task| task.id));
            if found.len() > MOST_TASKS {
                return Err(PlanError::TooLarge("/org_path"));
            }
            after = page.last().copied();
            if after.is_none() {
                break;
            }
        }
    }
    if found.is_empty() {
        return Err(PlanError::Nothing);
    }
    Ok(found)
}

/// Lists the activities of a place that recruit; what is over is archived sooner or later and looked at no more.
async fn recruiting(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<Vec<Activity>, StoreError> {
    let ids: Vec<ActivityId> =
        list_in(db, PlaceList::Activities, place, None, MOST_ACTIVITIES).await?;
    let mut found = Vec::new();
    for chunk in ids.chunks(store::CHUNK) {
        found.extend(load_activities(db, chunk).await?);
    }
    found.retain(|activity| activity.state == ActivityState::Recruiting);
    Ok(found)
}

/// Finds the shifts that a plan is for, the earliest first.
async fn find_shifts(
    db: &impl ConnectionTrait,
    (place, which): (&OrgPath, &WhichShifts),
    now: Timestamp,
) -> Result<Vec<ShiftId>, PlanError> {
    let most = Duration::from_hours(24 * MOST_DAYS);
    let open = |shift: &Shift| shift.state == ShiftState::Open && shift.begins_at > now;
    let shifts = match which {
        WhichShifts::Within(from, until) => {
            if until <= from || until.duration_since(*from) > most {
                return Err(PlanError::Span);
            }
            let recruiting = recruiting(db, place).await?;
            let ids: Vec<ActivityId> = recruiting.iter().map(|activity| activity.id).collect();
            let limit = u64::try_from(MOST_SHIFTS).unwrap_or(u64::MAX) + 1;
            let span = (*(from.max(&now)), *until);
            let mut found = list_shifts_within(db, &ids, span, limit).await?;
            found.retain(open);
            found
        }
        WhichShifts::These(ids) => {
            let found = load_shifts(db, ids, Locked::No).await?;
            let of: Vec<ActivityId> = found.iter().map(|shift| shift.activity).collect();
            let activities = load_activities(db, &of).await?;
            let known = |shift: &Shift| {
                let mut activities = activities.iter();
                open(shift)
                    && activities.any(|activity| {
                        activity.id == shift.activity
                            && activity.state == ActivityState::Recruiting
                            && place.contains(&activity.org_path)
                    })
            };
            if found.len() != ids.len() || !found.iter().all(known) {
                return Err(PlanError::NoShift);
            }
            found
        }
    };
    let (Some(first), Some(last)) = (shifts.first(), shifts.last()) else {
        return Err(PlanError::Nothing);
    };
    if last.begins_at.duration_since(first.begins_at) > most {
        return Err(PlanError::Span);
    }
    let positions = shifts.iter().flat_map(|shift| &shift.positions);
    let places = positions.fold(0_u32, |sum, position| sum.saturating_add(position.needed));
    if shifts.len() > MOST_SHIFTS || places > MOST_PLACES {
        return Err(PlanError::TooLarge("/shifts"));
    }
    Ok(shifts.iter().map(|shift| shift.id).collect())
}
