//! Running orders follow a corrected calendar, in batches: each with a line of its timeline and an event.

use ::store::{StoreError, Tx, Writes};
use kernel::OrderId;

use super::App;
use super::calendars::calendar_of;
use super::cause::Cause;
use super::record::entry_by_system;
use crate::domain::workflow::clocks;
use crate::events::outgoing;
use crate::store::calendars::CITY;
use crate::store::orders::{find_order, save_order};
use crate::store::recounts::{Recount, end_recount, find_due, list_in_state, save_progress};
use crate::store::timeline::insert_entries;
use crate::store::{overdue, scopes};

/// Orders of one transaction.
const BATCH: u64 = 50;
/// Transactions of one turn.
const BATCHES: usize = 40;

/// Takes orders along; returns how many due times moved.
pub(crate) async fn recount_orders(app: &App) -> Result<u64, StoreError> {
    let states = running_states(app);
    let now = app.clock.now();
    let mut moved = 0;
    for _ in 0..BATCHES {
        let Some(recount) = find_due(app.db.reader(), now).await? else {
            break;
        };
        let cause = &Cause::schedule(now);
        let (recount, states) = (&recount, &states);
        let batch = app
            .db
            .write("orders.recount", |tx| async move {
                follow(app, &tx, recount, states, cause).await
            })
            .await;
        match batch {
            Ok(count) => moved += count,
            // somebody worked on one of them meanwhile: the next turn looks again
            Err(StoreError::Stale) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(moved)
}

/// Lists the states in which some workflow's orders still run, in their order.
fn running_states(app: &App) -> Vec<String> {
    let states = app
        .workflows
        .iter()
        .flat_map(|definition| &definition.states);
    let running = states.filter(|state| !state.terminal);
    let mut names: Vec<String> = running.map(|state| state.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

async fn follow(
    app: &App,
    tx: &Tx,
    recount: &Recount,
    states: &[String],
    cause: &Cause,
) -> Result<u64, StoreError> {
    let place = states.partition_point(|state| *state < recount.state);
    let Some(state) = states.get(place) else {
        end_recount(tx, recount).await?;
        return Ok(0);
    };
    let scope = if recount.district == CITY {
        scopes::CITY.to_owned()
    } else {
        format!("{}000000", recount.district)
    };
    let after = recount.after.filter(|_| *state == recount.state);
    let orders = list_in_state(tx, &scope, state, after, BATCH).await?;
    let mut moved = 0;
    for id in &orders {
        moved += u64::from(recompute(app, tx, *id, cause).await?);
    }
    let kept = match (orders.last(), states.get(place.saturating_add(1))) {
        (Some(last), _) => save_progress(tx, recount, state, Some(*last)).await?,
        (None, Some(next)) => save_progress(tx, recount, next, None).await?,
        (None, None) => {
            end_recount(tx, recount).await?;
            true
        }
    };
    // begun anew meanwhile: what this batch did is done again by the newer calendar
    if kept {
        Ok(moved)
    } else {
        Err(StoreError::Stale)
    }
}

/// Applies the calendar of its district to what happened to an order's clocks.
async fn recompute(app: &App, tx: &Tx, id: OrderId, cause: &Cause) -> Result<bool, StoreError> {
    let Some(before) = find_order(tx, id).await? else {
        return Ok(false);
    };
    let order = &before.order;
    let Some(definition) = app.workflows.find(&order.workflow, order.workflow_version) else {
        return Ok(false);
    };
    let calendar = calendar_of(app, tx, order.org_code.district()).await?;
    let mut after = before.clone();
    let mut events = Vec::new();
    if !clocks::recompute(
        definition,
        &mut after.order,
        &calendar,
        cause.now,
        &mut events,
    ) {
        return Ok(false);
    }
    after.overdue = after.order.shows_missed();
    after.order.version = before.order.version.next();
    after.order.updated_at = cause.now;
    save_order(tx, &before, &after).await?;
    let mut writes = Writes::default();
    overdue::follow(tx, &mut writes, &before, &after).await?;
    insert_entries(
        &mut writes,
        &[entry_by_system(&after, "recomputed", &events)?],
    )?;
    let told = outgoing::rescheduled(app.ids.as_ref(), cause, definition, &after.order);
    bus::emit_with(&mut writes, &[told]);
    writes.run(tx).await?;
    Ok(true)
}
