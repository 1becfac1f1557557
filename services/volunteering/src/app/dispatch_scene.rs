//! Reads everything that is weighed about some tasks and some people.

use std::collections::{BTreeSet, HashMap};

use kernel::{AccountId, Exclusion, OrgPath, TaskId, Timestamp};
use sea_orm::ConnectionTrait;
use store::StoreError;

use super::App;
use super::standing::read_records;
use crate::domain::dispatch::{DispatchScene, Helper, Job};
use crate::domain::invitation::Invitation;
use crate::domain::task::Task;
use crate::domain::volunteer::Volunteer;
use crate::store::list_invitations_to;

/// Reads the scene of these tasks and volunteers.
pub(super) async fn read_dispatch(
    app: &App,
    db: &impl ConnectionTrait,
    (mut tasks, mut volunteers): (Vec<Task>, Vec<Volunteer>),
    now: Timestamp,
) -> Result<DispatchScene, StoreError> {
    tasks.sort_by_key(|task| task.id);
    volunteers.sort_by_key(|volunteer| volunteer.account);
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let mut invited: HashMap<TaskId, Vec<Invitation>> = HashMap::new();
    for invitation in list_invitations_to(db, &ids).await? {
        invited.entry(invitation.task).or_default().push(invitation);
    }
    let accounts: Vec<AccountId> = volunteers.iter().map(|one| one.account).collect();
    let mut records = read_records(db, &accounts, now).await?;
    let mut keep_out = exclusions_of(db, &tasks).await?;
    let helper = |volunteer: Volunteer| {
        let account = volunteer.account;
        Helper {
            record: records.remove(&account).unwrap_or_default(),
            exclusions: keep_out
                .remove(&account)
                .unwrap_or_default()
                .into_iter()
                .collect(),
            volunteer,
        }
    };
    let people = volunteers.into_iter().map(helper).collect();
    let job = |task: Task| Job {
        invitations: invited.remove(&task.id).unwrap_or_default(),
        task,
    };
    let rules = &app.catalogue;
    Ok(DispatchScene {
        now,
        today: now.date_in(&rules.zone),
        civil: rules.zone.to_datetime(now.as_jiff()),
        rules: rules.task.clone(),
        kind: rules.kind_of_tasks().cloned(),
        jobs: tasks.into_iter().map(job).collect(),
        people,
    })
}

/// Who keeps out of what the tasks are about.
async fn exclusions_of(
    db: &impl ConnectionTrait,
    tasks: &[Task],
) -> Result<HashMap<AccountId, Vec<Exclusion>>, StoreError> {
    let nodes = tasks.iter().flat_map(|task| task.org_path.ancestors());
    let places: BTreeSet<_> = nodes.filter_map(|node: OrgPath| node.leaf()).collect();
    let requesters = tasks.iter().filter_map(|task| task.requester).collect();
    let mut of: HashMap<AccountId, Vec<Exclusion>> = HashMap::new();
    for (account, exclusion) in exclusions::list_about(db, requesters, places).await? {
        of.entry(account).or_default().push(exclusion);
    }
    Ok(of)
}
