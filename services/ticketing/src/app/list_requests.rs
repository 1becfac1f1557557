//! Lists side requests: those of an order, and those that wait somewhere for a decision or a review.

use auth::Ctx;
use chassis::http::{Limit, Page};
use kernel::{Cursor, OrderId, OrgCode, RequestId};

use super::App;
use super::access::{STAFF, Standing, load_visible, places_of};
use super::place::{PlaceError, asked_place};
use super::request_error::RequestError;
use super::request_view::{RequestView, request_view};
use crate::domain::order::Order;
use crate::domain::request::{RequestKind, RequestState};
use crate::store::orders::list_by_ids;
use crate::store::requests::{self, list_of_order};
use crate::store::scopes::scope_of;

const LIST: &str = "requests";

/// Which requests.
#[derive(Debug, Clone)]
pub(crate) struct ListRequests {
    /// Only those of this kind.
    pub(crate) kind: Option<RequestKind>,
    /// Only those in this state.
    pub(crate) state: RequestState,
    /// Only those about orders at or below this place; the caller's widest scope where it is left out.
    pub(crate) org_code: Option<OrgCode>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// Most items of the page.
    pub(crate) limit: Limit,
}

/// Lists all requests about an order to those who work on it, and to a party their own.
pub(crate) async fn list_order_requests(
    app: &App,
    ctx: &Ctx,
    order: OrderId,
) -> Result<Page<RequestView>, RequestError> {
    let db = app.db.reader();
    let (_, standing) = load_visible(db, ctx, order).await?;
    let mut items = Vec::new();
    for stored in list_of_order(db, order).await? {
        let mine = stored.request.applicant == ctx.principal.account;
        if standing == Standing::Staff || mine {
            items.push(request_view(app, ctx, &stored));
        }
    }
    Ok(Page { items, next: None })
}

/// Lists requests of the caller's part of the tree, the oldest first.
pub(crate) async fn list_requests(
    app: &App,
    ctx: &Ctx,
    query: ListRequests,
) -> Result<Page<RequestView>, RequestError> {
    let after: Option<RequestId> = match &query.cursor {
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
    let wanted = (query.kind, query.state);
    let limit = query.limit.get() + 1;
    let found = requests::list_requests(db, &scope_of(&place), wanted, after, limit).await?;
    let (found, next) = Cursor::cut(found, query.limit.size(), |last| {
        Cursor::encode(LIST, &last.request.id)
    });
    let exclusions = exclusions::list_of(db, ctx.principal.account).await?;
    let mut ids: Vec<OrderId> = found.iter().map(|stored| stored.request.order_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let orders = list_by_ids(db, &ids).await?;
    let mut items = Vec::with_capacity(found.len());
    for stored in &found {
        let order = orders
            .iter()
            .find(|one| one.order.id == stored.request.order_id);
        // whoever keeps out of an order is shown none of it (回避), and so is the unit that it is about
        let barred = |order: &Order| {
            exclusions.bar(order.requester, &places_of(order))
                || Standing::of(&ctx.principal, order) == Standing::Stranger
        };
        if order.is_none_or(|stored| barred(&stored.order)) {
            continue;
        }
        items.push(request_view(app, ctx, stored));
    }
    Ok(Page { items, next })
}
