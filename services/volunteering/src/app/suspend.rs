//! What ends when a volunteer is suspended (停用): the tasks and places they hold are there for others, and they come to no
//! shift. The volunteer's row is held and saved already, so that no heir is found in them.

use auth::Ctx;
use kernel::{AccountId, ShiftId, TaskId};
use store::{StoreError, Tx, Writes};

use super::App;
use super::hand_over::give_up;
use super::sign_ups::{fill_places, save_list};
use super::task_positions::leave_place;
use crate::domain::sign_up::SignUpState;
use crate::domain::task::TaskState;
use crate::events::{self, Cause, TakenBack};
use crate::store::{
    Step, find_activity, find_place, hold_claimant, hold_shift, hold_task, list_held,
    list_of_shift, list_to_come, log_step,
};

/// Ends what somebody holds.
pub(super) async fn end_holdings(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    account: AccountId,
) -> Result<(), StoreError> {
    // a claim beside this either is seen here, or sees that they are suspended
    hold_claimant(tx, account).await?;
    for task in list_held(tx, account).await? {
        Box::pin(end_task(app, ctx, tx, (task, account))).await?;
    }
    for shift in list_to_come(tx, account, ctx.now).await? {
        refuse(app, ctx, tx, (shift, account)).await?;
    }
    Ok(())
}

/// Takes a task back, or the place in it that somebody fills: which one shows once it is held.
async fn end_task(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    (id, account): (TaskId, AccountId),
) -> Result<(), StoreError> {
    let Some(mut task) = hold_task(tx, id).await? else {
        return Ok(());
    };
    let (seen, cause) = (task.version, Cause::Caller(ctx));
    if task.state == TaskState::Claimed && task.is_of(account) {
        task.take_back(ctx.now);
        let mut writes = Writes::default();
        log_step(&mut writes, &task, Step::TakenBack, Some(account), None);
        let why = (account, TakenBack::Suspended);
        let told = vec![events::taken_back(app.ids.as_ref(), cause, &task, why)];
        let given = (&mut task, seen, account);
        return give_up(app, tx, cause, given, (writes, told)).await;
    }
    let Some(own) = find_place(tx, id, account).await? else {
        return Ok(());
    };
    leave_place(app, ctx, tx, (&mut task, &own)).await
}

/// Takes somebody off the list of a shift; who waits for the place is asked.
async fn refuse(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    (id, account): (ShiftId, AccountId),
) -> Result<(), StoreError> {
    let Some(shift) = hold_shift(tx, id).await? else {
        return Ok(());
    };
    let Some(activity) = find_activity(tx, shift.activity).await? else {
        return Ok(());
    };
    let list = list_of_shift(tx, id).await?;
    let own = list
        .into_iter()
        .find(|other| other.account == account && other.state.is_pending());
    let Some(mut own) = own else { return Ok(()) };
    let (seen, held) = (own.version, own.state.holds_place());
    own.enter(SignUpState::Refused, ctx.now);
    let cause = Cause::Caller(ctx);
    save_list(app, cause, tx, &activity, &[(own, seen)]).await?;
    if held {
        fill_places(app, cause, tx, (&activity, &shift)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
