//! Use-cases: permission, transaction, events.

mod claim_task;
mod close_tasks;
mod list_tasks;
mod open_task;
mod page;
mod release_task;
mod show_task;
mod teams;
mod volunteer_error;
mod volunteers;

use std::sync::Arc;

use chassis::Deps;
use kernel::{Clock, IdSource};
use store::Database;

use crate::domain::catalogue::Catalogue;

pub(crate) use claim_task::claim_task;
pub(crate) use close_tasks::close_tasks;
pub(crate) use list_tasks::{ListTasks, WhichTasks, list_tasks};
pub(crate) use open_task::open_task;
pub(crate) use release_task::{ReleaseTask, release_task};
pub(crate) use page::PageWanted;
pub(crate) use show_task::show_task;
pub(crate) use teams::{
    ChangeMember, FoundTeam, change_team_member, found_team, join_team, list_teams, show_team,
};
pub(crate) use volunteers::{
    ChangeProof, ChangeVolunteer, DescribeVolunteer, change_proof, change_volunteer, claim_proof,
    list_of as list_of_volunteers, list_volunteers, register_volunteer, show_my_volunteer,
    show_volunteer, update_my_volunteer,
};

/// What the use-cases work with.
pub(crate) struct App {
    pub(crate) db: Database,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) catalogue: Catalogue,
}

impl App {
    pub(crate) fn new(deps: Deps, catalogue: Catalogue) -> Self {
        Self {
            db: deps.db,
            ids: deps.ids,
            clock: deps.clock,
            catalogue,
        }
    }
}
