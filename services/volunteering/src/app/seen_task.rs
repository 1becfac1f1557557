use kernel::{AccountId, TaskId};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::domain::group::{PlaceState, TaskPlace};
use crate::domain::task::Task;
use crate::store::{find_running_place, list_places_in, list_team_places};

/// A task as one person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeenTask {
    #[serde(flatten)]
    pub(crate) task: Task,
    /// The position that they fill, or filled when it was done.
    #[serde(default)]
    pub(crate) position: Option<u32>,
    /// The position of which a place is kept for them.
    #[serde(default)]
    pub(crate) kept: Option<u32>,
}

impl From<Task> for SeenTask {
    fn from(task: Task) -> Self {
        Self {
            task,
            position: None,
            kept: None,
        }
    }
}

impl SeenTask {
    /// Says whether this person has it, or takes part in it.
    pub(crate) fn is_of(&self, account: AccountId) -> bool {
        self.position.is_some() || self.task.is_of(account)
    }
}

/// Finds out which of some tasks are meant for somebody by their teams; nothing is asked where none names any.
pub(super) async fn mark_team_mate(
    db: &impl ConnectionTrait,
    account: AccountId,
    tasks: &mut [Task],
) -> Result<(), StoreError> {
    if tasks.iter().all(|task| task.audience.teams().is_empty()) {
        return Ok(());
    }
    let own = list_team_places(db, &[account]).await?;
    for task in tasks {
        let meant = own
            .iter()
            .any(|(_, kind, place)| task.is_meant_for_team(kind, place));
        task.team_mate = Some(account).filter(|_| meant);
    }
    Ok(())
}

/// Finds out which positions somebody fills in some tasks, and which are meant for them by their teams.
pub(super) async fn see(
    db: &impl ConnectionTrait,
    account: AccountId,
    mut tasks: Vec<Task>,
) -> Result<Vec<SeenTask>, StoreError> {
    mark_team_mate(db, account, &mut tasks).await?;
    let groups: Vec<TaskId> = tasks
        .iter()
        .filter(|task| task.is_group())
        .map(|task| task.id)
        .collect();
    let mut places = Vec::new();
    if !groups.is_empty() {
        places = list_places_in(db, account, &groups).await?;
    }
    let seen = |task: Task| {
        let counts = |place: &&TaskPlace| {
            place.task == task.id && (place.state == PlaceState::Held || !task.is_running())
        };
        let position = places.iter().find(counts).map(|place| place.position);
        SeenTask {
            position,
            ..task.into()
        }
    };
    Ok(tasks.into_iter().map(seen).collect())
}

/// The same of one task.
pub(super) async fn see_one(
    db: &impl ConnectionTrait,
    account: AccountId,
    mut task: Task,
) -> Result<SeenTask, StoreError> {
    mark_team_mate(db, account, std::slice::from_mut(&mut task)).await?;
    if task.is_group() && task.is_running() {
        let place = find_running_place(db, task.id, account).await?;
        let in_state = |state: PlaceState| {
            let place = place.as_ref().filter(|place| place.state == state);
            place.map(|place| place.position)
        };
        return Ok(SeenTask {
            position: in_state(PlaceState::Held),
            kept: in_state(PlaceState::Kept),
            task,
        });
    }
    let mut seen = see(db, account, vec![task.clone()]).await?;
    Ok(seen.pop().unwrap_or_else(|| task.into()))
}
