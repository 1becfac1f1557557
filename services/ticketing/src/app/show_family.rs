//! Shows what an order is part of and what is part of it, and leads from a number to the order that goes on.

use ::store::StoreError;
use auth::Ctx;
use kernel::{OrderId, Timestamp};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::{AccessError, Standing, load_visible};
use super::view::{OrderView, order_view};
use crate::domain::number::OrderNumber;
use crate::store::merges::{StoredMerge, count_votes, find_numbered, list_merges, list_split_off};
use crate::store::orders::{StoredOrder, find_order, list_by_ids};

/// Most relatives of each sort that are shown.
const MOST: u64 = 200;
/// Most merges that lead from a number to the order that goes on; far more than anybody makes.
const MOST_STEPS: usize = 1_000;

/// What an order is part of, and what is part of it (并案、分案).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct OrderFamily {
    /// The order that goes on; the order itself where it is no part of another one.
    pub(crate) survivor: OrderRelativeView,
    /// The orders that became part of this one directly (并入的工单).
    pub(crate) merged: Vec<MergedOrderView>,
    /// The order that it was split off from.
    pub(crate) split_from: Option<OrderRelativeView>,
    /// The orders that were split off from it.
    pub(crate) split_off: Vec<OrderRelativeView>,
}

/// Another order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct OrderRelativeView {
    /// The order.
    pub(crate) id: OrderId,
    /// The number that people use.
    pub(crate) number: String,
}

/// An order that became part of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct MergedOrderView {
    /// The order.
    pub(crate) id: OrderId,
    /// The number that people use.
    pub(crate) number: String,
    /// Where it came in.
    pub(crate) channel: String,
    /// The state that it was in.
    pub(crate) state: String,
    /// Why; for those who work on the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The votes that were cast on it; they judge its own handling.
    pub(crate) votes: i64,
    /// When it became part of this one.
    pub(crate) at: Timestamp,
}

/// The order that a number leads to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct NumberedOrder {
    /// The number that was asked for.
    pub(crate) number: String,
    /// The order that had it first.
    pub(crate) id: OrderId,
    /// Whether that order is part of another one now.
    pub(crate) merged: bool,
    /// The order that goes on.
    pub(crate) order: OrderView,
}

/// Why a number leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NumberError {
    /// No order that the caller may see has this number.
    #[error("no order {0:?} for this caller")]
    NotFound(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for NumberError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound(_) => Fact::new(
                Kind::NotFound,
                "order-not-found",
                "没有这个工单",
                "there is no such order",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Shows the relatives of an order.
pub(crate) async fn show_family(
    app: &App,
    ctx: &Ctx,
    id: OrderId,
) -> Result<OrderFamily, AccessError> {
    let db = app.db.reader();
    let (stored, standing) = load_visible(db, ctx, id).await?;
    let made = list_merges(db, id, MOST).await?;
    let mut ids: Vec<OrderId> = made.iter().map(|merge| merge.order_id).collect();
    ids.extend(stored.order.split_from);
    let relatives = list_by_ids(db, &ids).await?;
    let find = |id| relatives.iter().find(|stored| stored.order.id == id);
    let votes = count_votes(db, &ids).await?;
    let mut merged = Vec::with_capacity(made.len());
    for merge in made {
        if let Some(relative) = find(merge.order_id) {
            let votes = votes.get(&merge.order_id).copied().unwrap_or(0);
            merged.push(merged_view(merge, relative, votes, standing));
        }
    }
    let survivor = survivor_of(db, stored.clone()).await?;
    let split_off = list_split_off(db, id, MOST).await?;
    Ok(OrderFamily {
        survivor: relative(&survivor),
        merged,
        split_from: stored.order.split_from.and_then(find).map(relative),
        split_off: split_off
            .into_iter()
            .map(|(id, number)| OrderRelativeView { id, number })
            .collect(),
    })
}

/// Leads from a number to the order that goes on: both numbers of orders that were merged keep working.
pub(crate) async fn find_order_by_number(
    app: &App,
    ctx: &Ctx,
    number: &str,
) -> Result<NumberedOrder, NumberError> {
    let missing = || NumberError::NotFound(number.to_owned());
    let parsed: OrderNumber = number.parse().map_err(|_| missing())?;
    let db = app.db.reader();
    let id = find_numbered(db, parsed.as_str()).await?;
    let id = id.ok_or_else(missing)?;
    let visible = |error| match error {
        AccessError::NotFound(_) => missing(),
        AccessError::Store(error) => NumberError::Store(error),
    };
    let (stored, _) = load_visible(db, ctx, id).await.map_err(visible)?;
    let survivor = survivor_of(db, stored).await?;
    let merged = survivor.order.id != id;
    // who may see the one asked for the other too, or works on both; the rest stays with the first
    let (shown, _) = load_visible(db, ctx, survivor.order.id)
        .await
        .map_err(visible)?;
    Ok(NumberedOrder {
        number: parsed.as_str().to_owned(),
        id,
        merged,
        order: order_view(app, ctx, &shown),
    })
}

/// Finds the order that goes on.
pub(crate) async fn survivor_of(
    db: &impl ConnectionTrait,
    mut stored: StoredOrder,
) -> Result<StoredOrder, StoreError> {
    for _ in 0..MOST_STEPS {
        let Some(next) = stored.order.merged_into else {
            break;
        };
        let found = find_order(db, next).await?;
        stored = found.ok_or_else(|| StoreError::Corrupt(format!("order {next} is gone")))?;
    }
    Ok(stored)
}

fn relative(stored: &StoredOrder) -> OrderRelativeView {
    OrderRelativeView {
        id: stored.order.id,
        number: stored.order.number.as_str().to_owned(),
    }
}

fn merged_view(
    merge: StoredMerge,
    stored: &StoredOrder,
    votes: i64,
    standing: Standing,
) -> MergedOrderView {
    MergedOrderView {
        id: merge.order_id,
        number: stored.order.number.as_str().to_owned(),
        channel: stored.order.channel.clone(),
        state: merge.merge.state,
        reason: (standing == Standing::Staff).then_some(merge.reason),
        votes,
        at: merge.at,
    }
}
