//! Takes one action on several orders (批量流转): each by itself, with a result of its own.

use auth::Ctx;
use kernel::{OrderId, Version};
use problem::{Category, Fact, Failure, Kind, Problem};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::act_on_order::{ActOnOrder, act_on_order};

/// Most orders of one request.
pub(crate) const MOST: usize = 100;

/// An action on several orders.
#[derive(Debug, Clone)]
pub(crate) struct ActOnOrders {
    /// The orders, each with the version that the caller has seen.
    pub(crate) orders: Vec<(OrderId, Option<Version>)>,
    /// The name of the action.
    pub(crate) action: String,
    /// The form, filled in for all of them.
    pub(crate) input: Value,
}

/// What became of one order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkResultView {
    /// The order.
    pub(crate) id: OrderId,
    /// Whether the action was taken.
    pub(crate) done: bool,
    /// The state afterwards.
    pub(crate) state: Option<String>,
    /// The version afterwards.
    pub(crate) version: Option<Version>,
    /// Why not.
    pub(crate) problem: Option<Problem>,
}

/// What became of all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkResultsView {
    /// On how many the action was taken.
    pub(crate) done: usize,
    /// On how many it was not.
    pub(crate) failed: usize,
    /// In the order of the request.
    pub(crate) items: Vec<BulkResultView>,
}

/// Why nothing was tried.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BulkError {
    /// No order, too many, or one of them twice.
    #[error("not 1 to {MOST} different orders")]
    Orders,
}

impl Category for BulkError {
    fn fact(&self) -> Fact {
        Fact::new(
            Kind::Invalid,
            "invalid-orders",
            format!("须为 1 至 {MOST} 个不重复的工单"),
            format!("must be 1 to {MOST} different orders"),
        )
        .at("/orders")
    }
}

/// Takes the action on one after the other; what one refuses stops none of the others. With an idempotency key a repeated
/// request finds what was done already and does the rest.
pub(crate) async fn act_on_orders(
    app: &App,
    ctx: &Ctx,
    command: ActOnOrders,
) -> Result<BulkResultsView, BulkError> {
    let mut ids: Vec<OrderId> = command.orders.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != command.orders.len() || !(1..=MOST).contains(&ids.len()) {
        return Err(BulkError::Orders);
    }
    let mut items = Vec::with_capacity(ids.len());
    for (id, seen) in command.orders {
        let mut own = ctx.of_item(&id.to_string());
        own.if_match = seen;
        let act = ActOnOrder {
            id,
            action: command.action.clone(),
            input: command.input.clone(),
        };
        items.push(match Box::pin(act_on_order(app, &own, act)).await {
            Ok(view) => BulkResultView {
                id,
                done: true,
                state: Some(view.state),
                version: Some(view.version),
                problem: None,
            },
            Err(error) => refused(ctx, id, &Failure::from(error)),
        });
    }
    let done = items.iter().filter(|item| item.done).count();
    Ok(BulkResultsView {
        done,
        failed: items.len() - done,
        items,
    })
}

fn refused(ctx: &Ctx, id: OrderId, failure: &Failure) -> BulkResultView {
    if failure.kind() == Kind::Internal {
        tracing::error!(order = %id, error = failure.source_chain(), "an action of many failed");
    }
    BulkResultView {
        id,
        done: false,
        state: None,
        version: None,
        problem: Some(failure.problem(ctx.locale, None)),
    }
}
