//! What accepting a dispatch does: people are asked for tasks.

use auth::Ctx;
use kernel::{AccountId, TaskId};
use std::collections::BTreeSet;
use store::{StoreError, Tx, Writes};

use super::App;
use super::dispatch_scene::read_dispatch;
use crate::domain::dispatch::{Asked, Chosen, Dispatch, DispatchObstacle, DispatchScene, NotAsked};
use crate::domain::invitation::Invitation;
use crate::domain::runner::runs;
use crate::events::{self, Cause};
use crate::store::{Locked, load_many_tasks, load_volunteers_of, put_invitations};

/// Asks whoever still may take what the plan has for them. Tasks are held in the order of their ids, so that nobody
/// else decides about them meanwhile; what no longer fits is said.
pub(super) async fn ask_for(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    dispatch: &mut Dispatch,
) -> Result<(), StoreError> {
    let accounts: BTreeSet<AccountId> = dispatch.chosen.iter().map(|one| one.account).collect();
    let ids: Vec<TaskId> = dispatch.chosen.iter().map(|one| one.task).collect();
    let mut tasks = load_many_tasks(tx, &ids, Locked::Yes).await?;
    // what went to another place meanwhile is somebody else's to decide about
    tasks.retain(|task| runs(&ctx.principal, &task.org_path));
    let people = load_volunteers_of(tx, &Vec::from_iter(accounts), Locked::No).await?;
    let scene = read_dispatch(app, tx, (tasks, people), ctx.now).await?;
    let until = ctx.now.plus(scene.rules.invitation_time());
    let (mut made, mut told) = (Vec::new(), Vec::new());
    for chosen in &dispatch.chosen {
        let (task, account) = (chosen.task, chosen.account);
        let reasons = obstacles(&scene, chosen);
        if !reasons.is_empty() {
            dispatch.not_asked.push(NotAsked {
                task,
                account,
                reasons,
            });
            continue;
        }
        let Some(job) = scene.job(task) else { continue };
        let mut known = job.invitations.iter();
        let known = known.find(|known| known.account == account);
        let by = (ctx.principal.account, ctx.now);
        let invitation = Invitation::ask((task, account), known, by, until);
        let (ids, cause) = (app.ids.as_ref(), Cause::Caller(ctx));
        told.push(events::invited(ids, cause, &job.task, &invitation));
        dispatch.asked.push(Asked {
            task,
            account,
            until,
        });
        made.push(invitation);
    }
    put_invitations(tx, &made).await?;
    let mut writes = Writes::default();
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await
}

/// Lists what stands against asking by now.
fn obstacles(scene: &DispatchScene, chosen: &Chosen) -> Vec<DispatchObstacle> {
    let Some(job) = scene.job(chosen.task) else {
        return vec![DispatchObstacle::Gone];
    };
    match scene.find(chosen.account) {
        Some(person) => scene.obstacles(job, person),
        None => vec![DispatchObstacle::NotCertified],
    }
}
