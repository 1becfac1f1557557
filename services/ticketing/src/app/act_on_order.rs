//! Takes an action on an order (流转).

use ::store::{IdempotencyKey, StoreError, idempotency};
use auth::Ctx;
use kernel::OrderId;
use problem::{Category, Fact, Kind};
use serde::Serialize;
use serde_json::Value;

use super::App;
use super::access::{AccessError, actor_of, load_visible};
use super::advance::{AdvanceError, Step, decide, take};
use super::cause::Cause;
use super::view::{OrderView, order_view};
use crate::store::orders::StoredOrder;

/// Times that an action on an order that others move is judged.
const RUNS: u32 = 5;

/// An action with what was filled in.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ActOnOrder {
    /// The order.
    pub(crate) id: OrderId,
    /// The name of the action.
    pub(crate) action: String,
    /// The filled-in form.
    pub(crate) input: Value,
}

/// Why an action was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActError {
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The order has another version than `If-Match` says.
    #[error("the order changed since the caller read it")]
    VersionMoved,
    /// The step was refused or failed.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ActError {
    fn fact(&self) -> Fact {
        match self {
            Self::VersionMoved => Fact::new(
                Kind::Precondition,
                "version-moved",
                "工单已有变化，请刷新后重试",
                "the order has changed; read it again and retry",
            ),
            Self::Access(error) => error.fact(),
            Self::Advance(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

impl ActError {
    /// Says whether somebody moved the order after it was read.
    fn is_stale(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Stale) | Self::Advance(AdvanceError::Store(StoreError::Stale))
        )
    }
}

/// Takes an action and shows the order as it is afterwards. An order that somebody moves meanwhile is
/// judged anew.
pub(crate) async fn act_on_order(
    app: &App,
    ctx: &Ctx,
    command: ActOnOrder,
) -> Result<OrderView, ActError> {
    let key = ctx.idempotency(&command);
    let mut run = 1;
    loop {
        match act(app, ctx, &command, key.as_ref()).await {
            Err(error) if run < RUNS && error.is_stale() => run += 1,
            outcome => return outcome,
        }
    }
}

/// Reads and decides beside the transaction, in which the version tells whether that still holds: what
/// is refused takes nobody's turn to write, and what is not takes less of it.
async fn act(
    app: &App,
    ctx: &Ctx,
    command: &ActOnOrder,
    key: Option<&IdempotencyKey>,
) -> Result<OrderView, ActError> {
    let db = app.db.reader();
    // first of all: an order that has moved since would refuse what it took then
    if let Some(known) = idempotency::find_answer(db, key).await? {
        return Ok(known);
    }
    let (before, _) = load_visible(db, ctx, command.id).await?;
    let step = match Box::pin(judge(app, ctx, command, &before)).await {
        Ok(step) => step,
        // unless the same request has just moved it: then its answer is this one's
        Err(refusal) => return idempotency::find_answer(db, key).await?.ok_or(refusal),
    };
    let cause = Cause::request(ctx);
    let (step, cause) = (&step, &cause);
    app.db
        .write("order.act", |tx| async move {
            let effect = async {
                take(app, &tx, step, cause).await?;
                Ok(order_view(app, ctx, &step.after))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

async fn judge<'a>(
    app: &'a App,
    ctx: &Ctx,
    command: &ActOnOrder,
    before: &'a StoredOrder,
) -> Result<Step<'a>, ActError> {
    if ctx
        .if_match
        .is_some_and(|seen| seen != before.order.version)
    {
        return Err(ActError::VersionMoved);
    }
    let actor = actor_of(&ctx.principal);
    let action = (command.action.as_str(), &command.input);
    let db = app.db.reader();
    Ok(decide(app, db, before, action, &actor, ctx.now).await?)
}
