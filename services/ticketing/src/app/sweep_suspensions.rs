//! Looks after suspended orders (挂账): puts those under supervision whose monthly review is late, and ends a suspension
//! when its time is over.

use ::store::{StoreError, Tx, Writes};
use kernel::RequestId;

use super::App;
use super::cause::Cause;
use super::request_error::RequestError;
use super::take_request_step::{Changed, carry_out, keep, lasts};
use crate::domain::event::DomainEvent;
use crate::domain::request::{Ask, RequestState, RequestStep};
use crate::store::orders::find_order;
use crate::store::requests::{find_request, list_woken, save_request};

/// Looks at a batch of suspensions; returns how many changed.
pub(crate) async fn sweep_suspensions(app: &App) -> Result<u64, RequestError> {
    let now = app.clock.now();
    let mut changed = 0;
    for id in list_woken(app.db.reader(), now, app.config.sweep_batch).await? {
        let cause = &Cause::schedule(now);
        let done = app
            .db
            .write("request.wake", |tx| async move {
                look_at(app, &tx, id, cause).await
            })
            .await;
        match done {
            Ok(true) => changed += 1,
            // somebody moved it meanwhile: the next turn looks again
            Ok(false) | Err(RequestError::Store(StoreError::Stale)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}

async fn look_at(app: &App, tx: &Tx, id: RequestId, cause: &Cause) -> Result<bool, RequestError> {
    let Some(before) = find_request(tx, id).await?.filter(lasts) else {
        return Ok(false);
    };
    let wake = before.request.wakes_at();
    let Some(order) = find_order(tx, before.request.order_id).await? else {
        return Ok(false);
    };
    if wake.is_none_or(|wake| wake > cause.now) {
        return Ok(false);
    }
    let definition = app
        .workflows
        .find(&order.order.workflow, order.order.workflow_version)
        .ok_or(RequestError::DefinitionMissing(order.order.id))?;
    let Some(rule) = definition.request(before.request.ask.kind()) else {
        return Ok(false);
    };
    let over = matches!(before.request.ask, Ask::Suspend { until, .. } if until <= cause.now);
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
