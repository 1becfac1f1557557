//! Acts on the levels that the limits of orders have reached: warns, flags what was missed, climbs the ladder, and
//! takes the steps that the system takes then.

use ::store::{StoreError, Tx, Writes};
use kernel::{OrderId, OrgPath};
use serde_json::Value;

use super::App;
use super::advance::{AdvanceError, advance};
use super::cause::Cause;
use super::lookup::list_kept_out;
use super::record::entry_by_system;
use super::sweep_turn::{SweepError, Turn};
use crate::domain::actor::Actor;
use crate::domain::event::DomainEvent;
use crate::domain::ladder::{Rung, climb, rungs, scope_of};
use crate::domain::order::Order;
use crate::domain::workflow::clocks::{Reached, is_of_part, part_of, reach};
use crate::domain::workflow::{ActorRule, Definition, Guard, LevelAction, RefusalKind};
use crate::events::outgoing;
use crate::store::orders::{StoredOrder, find_order, save_order};
use crate::store::overdue::{follow, list_woken};
use crate::store::supervisors::list_rungs;
use crate::store::timeline::insert_entries;

/// Looks at a batch of orders of which a level has been reached; returns how many changed.
///
/// # Errors
/// Where the store fails; and at the end where some could not be judged, which hold up no others.
pub(crate) async fn sweep_overdue(app: &App) -> Result<u64, SweepError> {
    let now = app.clock.now();
    let batch = app.config.sweep_batch;
    let mut turn = Turn::begin(batch);
    loop {
        let woken = list_woken(app.db.reader(), now, turn.last, batch).await?;
        for (wake_at, id) in woken.iter().copied() {
            turn.last = Some((wake_at, id));
            let cause = &Cause::schedule(now);
            let done = app
                .db
                .write("order.reach_levels", |tx| async move {
                    look_at(app, &tx, id, cause).await
                })
                .await;
            match done {
                Ok(changed) => turn.judged(changed),
                // somebody moved it meanwhile: the next turn looks again
                Err(AdvanceError::Store(StoreError::Stale)) => turn.judged(false),
                Err(error) => turn.failed("order", error)?,
            }
        }
        if !turn.goes_on(woken.len()) {
            return turn.end();
        }
    }
}

async fn look_at(app: &App, tx: &Tx, id: OrderId, cause: &Cause) -> Result<bool, AdvanceError> {
    let Some(before) = find_order(tx, id).await? else {
        return Ok(false);
    };
    if before
        .order
        .wake_at
        .is_none_or(|wake_at| wake_at >= cause.now)
    {
        return Ok(false);
    }
    let order = &before.order;
    let definition = app
        .workflows
        .find(&order.workflow, order.workflow_version)
        .ok_or(AdvanceError::DefinitionMissing(id))?;
    let missed = order.due_at.is_some_and(|due_at| due_at < cause.now);
    if missed && conclude(app, tx, &before, definition, cause).await? {
        return Ok(true);
    }
    let mut after = before.clone();
    let reached = reach(Some(definition), &mut after.order, cause.now);
    if reached.is_empty() {
        return correct_wake(tx, &before, after).await;
    }
    let events = act(tx, &mut after.order, &reached).await?;
    after.overdue = before.overdue || after.order.shows_missed();
    after.order.version = before.order.version.next();
    after.order.updated_at = cause.now;
    save_order(tx, &before, &after).await?;
    let mut writes = Writes::default();
    follow(tx, &mut writes, &before, &after).await?;
    // an assisting unit that is late is told so, and the order is no later for it
    let own = |level: &&Reached| !is_of_part(&level.clock);
    let missed = reached.iter().filter(own).any(|level| level.missed);
    let mut entry = entry_by_system(&after, if missed { "overdue" } else { "warned" }, &events)?;
    entry.late = missed;
    insert_entries(&mut writes, &[entry])?;
    let levels = (reached.as_slice(), events.as_slice());
    let told = outgoing::levels_reached(app.ids.as_ref(), cause, definition, &after.order, levels);
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await?;
    Ok(true)
}

/// Saves when an order is to be looked at next, where the row said too early.
async fn correct_wake(
    tx: &Tx,
    before: &StoredOrder,
    mut after: StoredOrder,
) -> Result<bool, AdvanceError> {
    after.overdue = before.overdue;
    save_order(tx, before, &after).await?;
    Ok(false)
}

/// Does what the definition wants done about levels.
async fn act(
    tx: &Tx,
    order: &mut Order,
    reached: &[Reached],
) -> Result<Vec<DomainEvent>, StoreError> {
    let mut events = Vec::new();
    let mut ladder = None;
    for level in reached {
        events.push(DomainEvent::LevelReached {
            clock: level.clock.clone(),
            level: level.level.clone(),
        });
        if level.actions.contains(&LevelAction::Supervise) && !order.supervised {
            order.supervised = true;
            events.push(DomainEvent::Supervised {
                reason: level.level.clone(),
            });
        }
        if level.actions.contains(&LevelAction::Escalate) {
            let known = match ladder.take() {
                Some(known) => known,
                None => rungs_of(tx, order, order.unit_path.as_ref()).await?,
            };
            match unit_of_part(order, &level.clock) {
                // an assisting unit's own ladder; there are few of them
                Some(unit) => {
                    let own = rungs_of(tx, order, Some(&unit)).await?;
                    events.push(escalate(order, level, &own));
                }
                None => events.push(escalate(order, level, &known)),
            }
            ladder = Some(known);
        }
    }
    Ok(events)
}

/// Looks at the ladder above a unit, or above the order's place; who is of the unit that the order is about isn't told, and
/// who keeps out of it (回避) is as good as absent.
async fn rungs_of(tx: &Tx, order: &Order, unit: Option<&OrgPath>) -> Result<Vec<Rung>, StoreError> {
    let kept_out = list_kept_out(tx, order).await?;
    let mut found = list_rungs(tx, &rungs(unit, &order.org_path), &kept_out).await?;
    for rung in &mut found {
        rung.concerned = order.concerns(&rung.path);
    }
    Ok(found)
}

/// Finds the assisting unit whose part a clock belongs to.
fn unit_of_part(order: &Order, clock: &str) -> Option<OrgPath> {
    let number = part_of(clock)?;
    let mut parts = order.parts.iter();
    let part = parts.find(|part| part.number == number)?;
    Some(part.path.clone())
}

/// Climbs to the next rung where somebody answers.
fn escalate(order: &mut Order, level: &Reached, ladder: &[Rung]) -> DomainEvent {
    let mut clocks = order.clocks.iter_mut();
    let clock = clocks.find(|clock| clock.name == level.clock);
    let run = clock.and_then(|clock| clock.run.as_mut());
    let climbed = climb(ladder, run.as_ref().map_or(0, |run| run.rung));
    if let Some(run) = run {
        run.rung = climbed.next;
    }
    DomainEvent::Escalated {
        clock: level.clock.clone(),
        level: level.level.clone(),
        to: scope_of(&climbed.to),
        role: climbed.role,
        skipped: climbed.skipped,
    }
}

/// Takes the action that the system takes when a limit is missed, if the state has one.
async fn conclude(
    app: &App,
    tx: &Tx,
    before: &StoredOrder,
    definition: &Definition,
    cause: &Cause,
) -> Result<bool, AdvanceError> {
    let action = definition.actions.iter().find(|action| {
        action.actors.contains(&ActorRule::System)
            && action.guards.contains(&Guard::PastDue)
            && action.from.contains(&before.order.state)
    });
    let Some(action) = action else {
        return Ok(false);
    };
    let actor = Actor::System { on_behalf_of: None };
    let step = (action.name.as_str(), &Value::Null);
    match advance(app, tx, before, step, &actor, cause).await {
        Ok(()) => Ok(true),
        Err(AdvanceError::Refused(refusal)) if refusal.kind() != RefusalKind::Internal => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
