//! Looks after suspended orders (挂账): puts those under supervision whose monthly review is late, and ends a suspension
//! when its time is over.

use ::store::{StoreError, Tx, Writes};
use kernel::RequestId;

use super::App;
use super::access::AccessError;
use super::cause::Cause;
use super::request_error::RequestError;
use super::sweep_turn::{SweepError, Turn};
use super::take_request_step::{Changed, carry_out, keep, lasts};
use crate::domain::event::DomainEvent;
use crate::domain::request::{Ask, RequestRefusal, RequestState, RequestStep};
use crate::store::orders::find_order;
use crate::store::requests::{find_request, list_woken, save_request};

/// Looks at a batch of suspensions; returns how many changed.
///
/// # Errors
/// Where the store fails; and at the end where some could not be judged, which hold up no others.
pub(crate) async fn sweep_suspensions(app: &App) -> Result<u64, SweepError> {
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
                .write("request.wake", |tx| async move {
                    look_at(app, &tx, id, cause).await
                })
                .await;
            match done {
                Ok(changed) => turn.judged(changed),
                // somebody moved it meanwhile: the next turn looks again
                Err(RequestError::Store(StoreError::Stale)) => turn.judged(false),
                Err(error) => turn.failed("request", error)?,
            }
        }
        if !turn.goes_on(woken.len()) {
            return turn.end();
        }
    }
}

async fn look_at(app: &App, tx: &Tx, id: RequestId, cause: &Cause) -> Result<bool, RequestError> {
    let Some(before) = find_request(tx, id).await?.filter(lasts) else {
        return Ok(false);
    };
    let wake = before.request.wakes_at();
    if wake.is_none_or(|wake| wake > cause.now) {
        return Ok(false);
    }
    let id = before.request.order_id;
    let order = find_order(tx, id).await?.ok_or(AccessError::NotFound(id))?;
    let definition = app
        .workflows
        .find(&order.order.workflow, order.order.workflow_version)
        .ok_or(RequestError::DefinitionMissing(order.order.id))?;
    let rule = definition.request(before.request.ask.kind());
    let rule = rule.ok_or(RequestRefusal::NotNow)?;
    // an order that has moved on is suspended no more, and nobody answers for looking at that again
    let over = matches!(before.request.ask, Ask::Suspend { until, .. } if until <= cause.now)
        || !rule.from.contains(&order.order.state);
    let mut after = before.clone();
    after.request.updated_at = cause.now;
    after.request.version = before.request.version.next();
    after.request.review_at = None;
    if over {
        after.request.state = RequestState::Ended;
    }
    save_request(tx, &before.request, &after).await?;
    let by = (None, "system".to_owned());
    if over {
        let rules = (definition.as_ref(), rule);
        carry_out(app, tx, rules, order, &after, (RequestStep::End, by), cause).await?;
    } else {
        let mut supervised = order.clone();
        supervised.order.supervised = true;
        supervised.order.version = order.order.version.next();
        supervised.order.updated_at = cause.now;
        let changed = Changed {
            definition,
            before: &order,
            after: &supervised,
            events: vec![DomainEvent::Supervised {
                reason: "review".to_owned(),
            }],
            by,
        };
        keep(app, tx, Writes::default(), changed, &after, cause).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
