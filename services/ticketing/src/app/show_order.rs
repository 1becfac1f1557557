//! Shows one order to somebody who may see it.

use auth::Ctx;
use kernel::OrderId;

use super::App;
use super::access::{AccessError, load_visible};
use super::view::{OrderView, order_view};

/// Shows an order with what the caller may do about it.
pub(crate) async fn show_order(
    app: &App,
    ctx: &Ctx,
    id: OrderId,
) -> Result<OrderView, AccessError> {
    let (stored, _) = load_visible(app.db.reader(), ctx, id).await?;
    Ok(order_view(app, ctx, &stored))
}
