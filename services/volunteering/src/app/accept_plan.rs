use auth::Ctx;
use kernel::RosterPlanId;
use store::{IdempotencyKey, Tx, idempotency};

use super::App;
use super::ask_for_tasks::ask_for;
use super::give_places::give_places;
use super::plans::{PlanError, hold_own};
use crate::domain::plan::{Plan, PlanResult, PlanState};
use crate::store::{find_plan_result, save_plan, save_plan_result};

/// Accepts a plan: in one transaction its places are given to whoever may still have them, and people are asked for its
/// tasks. What no longer fits is left out and said. Accepting again changes nothing and says the same.
pub(crate) async fn accept_plan(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    id: RosterPlanId,
) -> Result<(Plan, PlanResult), PlanError> {
    app.db
        .write("plan.accept", |tx| async move {
            idempotency::once(&tx, key, Box::pin(accept(app, ctx, id, &tx))).await
        })
        .await
}

async fn accept(
    app: &App,
    ctx: &Ctx,
    id: RosterPlanId,
    tx: &Tx,
) -> Result<(Plan, PlanResult), PlanError> {
    let mut plan = hold_own(ctx, id, tx).await?;
    let found = find_plan_result(tx, id).await?;
    if let (PlanState::Accepted, Some(found)) = (plan.state, &found) {
        return Ok((plan, found.clone()));
    }
    if ctx.if_match.is_some_and(|seen| seen != plan.version) {
        return Err(PlanError::OtherVersion);
    }
    let (PlanState::Solved, Some(mut found)) = (plan.state, found) else {
        return Err(PlanError::State);
    };
    match &mut found {
        PlanResult::Roster(roster) => give_places(app, ctx, tx, roster).await?,
        PlanResult::Dispatch(dispatch) => Box::pin(ask_for(app, ctx, tx, dispatch)).await?,
    }
    let seen = plan.version;
    plan.enter(PlanState::Accepted, ctx.now);
    plan.decided_by = Some(ctx.principal.account);
    save_plan(tx, &plan, seen).await?;
    save_plan_result(tx, id, &found).await?;
    Ok((plan, found))
}
