//! Tells those who follow an order that it moved (关注): a page of them an event, so that no event grows with their number.

use std::collections::{BTreeSet, HashMap};

use ::store::{StoreError, Tx, Writes};
use contracts::ticketing::OrderProgressed;
use kernel::{AccountId, Exclusion, Exclusions, OrgCode};
use sea_orm::ConnectionTrait;

use super::App;
use super::cause::Cause;
use crate::domain::order::Order;
use crate::domain::statistics::Phase;
use crate::events::outgoing;
use crate::store::follower_due::{FollowerDue, delete_due, list_due, save_told};
use crate::store::followers::list_followers;
use crate::store::orders::find_order;

/// Followers of one event.
pub(crate) const PAGE: u64 = 200;
/// Orders that get a page each, before any of them gets its next.
const ORDERS: u64 = 50;
/// Rounds of one turn.
const ROUNDS: usize = 4;

/// Tells what is due, each order a page at a time; returns how many followers were told.
pub(crate) async fn tell_followers(app: &App) -> Result<u64, StoreError> {
    let mut told = 0;
    for _ in 0..ROUNDS {
        let due = list_due(app.db.reader(), ORDERS).await?;
        if due.is_empty() {
            break;
        }
        for due in &due {
            let cause = &Cause::schedule(app.clock.now());
            told += app
                .db
                .write("followers.tell", |tx| async move {
                    tell_page(app, &tx, due, cause).await
                })
                .await?;
        }
    }
    Ok(told)
}

async fn tell_page(
    app: &App,
    tx: &Tx,
    due: &FollowerDue,
    cause: &Cause,
) -> Result<u64, StoreError> {
    let stored = find_order(tx, due.order_id).await?;
    let news = stored.and_then(|stored| {
        let step = step_of(app, &stored.order, &due.from_state)?;
        Some((stored.order, step))
    });
    let Some((order, step)) = news else {
        delete_due(tx, due).await?;
        return Ok(0);
    };
    let page = list_followers(tx, due.order_id, due.behind, PAGE).await?;
    match page
        .last()
        .filter(|_| u64::try_from(page.len()) == Ok(PAGE))
    {
        Some(last) => save_told(tx, due, *last).await?,
        None => delete_due(tx, due).await?,
    }
    let kept_out = kept_out(tx, &order).await?;
    let mut followers = page;
    followers.retain(|account| {
        let asked = order.requester == Some(*account) || order.joint_requesters.contains(account);
        // who asked is told as such, and whoever took the step knows
        !asked && due.actor != Some(*account) && !kept_out.contains(account)
    });
    let told = u64::try_from(followers.len()).unwrap_or_default();
    if told > 0 {
        let event = outgoing::progressed(app.ids.as_ref(), cause, &order, step, followers);
        let mut writes = Writes::default();
        bus::emit_with(&mut writes, &[event]);
        writes.run(tx).await?;
    }
    Ok(told)
}

/// Says in a word how an order stands to the matter since it moved; nothing where followers are told nothing: what became
/// confidential is nobody else's business any more, and what was over is over, whether it is filed or not.
fn step_of(app: &App, order: &Order, from: &str) -> Option<&'static str> {
    if order.confidential {
        return None;
    }
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    let definition = definition.map(AsRef::as_ref);
    let phase = |state: &str| app.figures.phase(definition, state);
    let (before, now) = (phase(from), phase(&order.state));
    match (before, now) {
        (Phase::Open, Phase::Open) => Some(OrderProgressed::MOVED),
        (_, Phase::Open) => Some(OrderProgressed::REOPENED),
        (_, Phase::Merged) => Some(OrderProgressed::MERGED),
        (Phase::Open, _) => Some(OrderProgressed::ENDED),
        _ => None,
    }
}

/// Lists who keeps out of an order (回避): nobody of them is told of it.
async fn kept_out(
    db: &impl ConnectionTrait,
    order: &Order,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let places: Vec<_> = [Some(&order.org_path), order.unit_path.as_ref()]
        .into_iter()
        .flatten()
        .collect();
    let nodes: BTreeSet<OrgCode> = places
        .iter()
        .flat_map(|path| path.ancestors())
        .filter_map(|node| node.leaf())
        .collect();
    let persons = order.requester.into_iter().collect();
    let mut by_account: HashMap<AccountId, Vec<Exclusion>> = HashMap::new();
    for (account, exclusion) in exclusions::list_about(db, persons, nodes).await? {
        by_account.entry(account).or_default().push(exclusion);
    }
    let barred = by_account.into_iter().filter(|(_, own)| {
        let own: Exclusions = own.iter().cloned().collect();
        own.bar(order.requester, &places)
    });
    Ok(barred.map(|(account, _)| account).collect())
}

#[cfg(test)]
mod tests;
