//! Lists the parts that wait for assisting units (协办任务).

use auth::Ctx;
use chassis::http::{Limit, Page};
use kernel::{Cursor, OrderId, OrgCode};

use super::App;
use super::access::{STAFF, load_visible, places_of};
use super::list_orders::{allowed_at, is_within};
use super::part_view::{OrderPartView, PartError, part_view, part_views};
use super::place::{PlaceError, asked_place};
use crate::domain::assist::PartState;
use crate::store::orders::list_by_ids;
use crate::store::parts;
use crate::store::scopes::scope_of;

const LIST: &str = "parts";

/// Which parts.
#[derive(Debug, Clone)]
pub(crate) struct ListParts {
    /// Only those in this state.
    pub(crate) state: PartState,
    /// Only those of units at or below this node; the caller's widest scope where it is left out.
    pub(crate) org_code: Option<OrgCode>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// Most items of the page.
    pub(crate) limit: Limit,
}

/// Lists the parts of an order, by number.
pub(crate) async fn list_order_parts(
    app: &App,
    ctx: &Ctx,
    order: OrderId,
) -> Result<Page<OrderPartView>, PartError> {
    let (stored, _) = load_visible(app.db.reader(), ctx, order).await?;
    Ok(Page {
        items: part_views(ctx, &stored.order),
        next: None,
    })
}

/// Lists parts of units of the caller's part of the tree, the oldest order first.
pub(crate) async fn list_parts(
    app: &App,
    ctx: &Ctx,
    query: ListParts,
) -> Result<Page<OrderPartView>, PartError> {
    let after: Option<(OrderId, u32)> = match &query.cursor {
        Some(text) => Some(Cursor::decode(LIST, text)?),
        None => None,
    };
    let db = app.db.reader();
    let place = match asked_place(db, ctx, STAFF, query.org_code.as_ref()).await {
        Ok(place) => place.path,
        // nobody's queue is empty
        Err(PlaceError::Nowhere) => {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        Err(error) => return Err(error.into()),
    };
    let limit = query.limit.get() + 1;
    let found = parts::list_parts(db, &scope_of(&place), query.state, after, limit).await?;
    let (found, next) = Cursor::cut(found, query.limit.size(), |last| Cursor::encode(LIST, last));
    let mut ids: Vec<OrderId> = found.iter().map(|(order, _)| *order).collect();
    ids.dedup();
    let orders = list_by_ids(db, &ids).await?;
    let exclusions = exclusions::list_of(db, ctx.principal.account).await?;
    let allowed = allowed_at(ctx, STAFF, &place);
    let mut items = Vec::with_capacity(found.len());
    for (id, number) in found {
        let stored = orders.iter().find(|stored| stored.order.id == id);
        let Some(order) = stored.map(|stored| &stored.order) else {
            continue;
        };
        // whoever keeps out of an order is shown none of it (回避), and so is the unit that it is about, and who answers
        // for other categories
        let barred = exclusions.bar(order.requester, &places_of(order)) || order.concerns(&place);
        if barred || !is_within(&allowed, order.category.as_deref()) {
            continue;
        }
        let part = order.parts.iter().find(|part| part.number == number);
        items.extend(part.map(|part| part_view(ctx, order, part)));
    }
    Ok(Page { items, next })
}
