//! Takes an action on an order (流转).

use ::store::{StoreError, idempotency};
use auth::Ctx;
use kernel::OrderId;
use problem::{Category, Fact, Kind};
use serde::Serialize;
use serde_json::Value;

use super::App;
use super::access::{AccessError, actor_of, load_visible};
use super::advance::{AdvanceError, advance};
use super::cause::Cause;
use super::view::{OrderView, order_view};

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

/// Takes an action and shows the order as it is afterwards.
pub(crate) async fn act_on_order(
    app: &App,
    ctx: &Ctx,
    command: ActOnOrder,
) -> Result<OrderView, ActError> {
    let key = ctx.idempotency(&command);
    let actor = actor_of(&ctx.principal);
    let cause = Cause::request(ctx);
    let (key, command, actor, cause) = (key.as_ref(), &command, &actor, &cause);
    app.db
        .write("order.act", |tx| async move {
            let effect = async {
                let (before, _) = load_visible(&*tx, ctx, command.id).await?;
                if ctx
                    .if_match
                    .is_some_and(|seen| seen != before.order.version)
                {
                    return Err(ActError::VersionMoved);
                }
                let step = (command.action.as_str(), &command.input);
                let after = advance(app, &tx, &before, step, actor, cause).await?;
                Ok(order_view(app, ctx, &after))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}
