//! Searches among orders.

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, Page, Valid, ValidQuery, ok};
use kernel::{Line, OrgCode, Text, Timestamp};
use problem::Failure;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::orders::LocationBody;
use crate::app::find_similar::{FindSimilar, SimilarOrdersView};
use crate::app::list_hotspots::{HotspotsView, ListHotspots};
use crate::app::list_orders::{ListOrders, Mine, OrderSummary};
use crate::app::search_orders::SearchOrders;
use crate::domain::search::Traits;
use crate::{App, app};

/// Which orders are looked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchOrdersQuery {
    /// Words, all of which occur in the title, the content, the number or the name of the place; one of them has two
    /// characters at least.
    #[param(required = true, min_length = 2, max_length = 100, example = "路灯")]
    q: String,
    /// Only those in this state.
    state: Option<String>,
    /// Only those of this workflow.
    workflow: Option<String>,
    /// Only those of this category or of those below it.
    category: Option<String>,
    /// Only those that came in here.
    channel: Option<String>,
    /// Only those at or below this place or unit; the caller's widest scope where it is left out.
    org_code: Option<OrgCode>,
    /// Only the caller's own; `requested` for callers without a staff role.
    #[param(inline)]
    mine: Option<Mine>,
    /// Only those that missed their limit (true) or did not (false).
    overdue: Option<bool>,
    /// Only those that were put under supervision (true), or those that were not (false).
    supervised: Option<bool>,
    /// Only those opened at this time or later.
    from: Option<Timestamp>,
    /// Only those opened before this time.
    to: Option<Timestamp>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Most items of the page; it may be shorter and still have a `next`.
    limit: Limit,
}

/// Finds orders by their words, the newest first (全文检索).
#[utoipa::path(
    operation_id = "search_orders",
    tag = "orders",
    params(SearchOrdersQuery),
    responses((status = 200, body = Page<OrderSummary>)),
)]
#[get("/searches/orders")]
pub(crate) async fn search_orders(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<SearchOrdersQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = SearchOrders {
        words: query.q,
        list: ListOrders {
            state: query.state,
            workflow: query.workflow,
            org_code: query.org_code,
            mine: query.mine,
            overdue: query.overdue,
            supervised: query.supervised,
            changed_since: None,
            cursor: query.cursor,
            limit: query.limit,
        },
        traits: Traits {
            category: query.category,
            channel: query.channel,
            from: query.from,
            to: query.to,
        },
    };
    let found = app::search_orders::search_orders(&app, &ctx, wanted).await?;
    Ok(ok(&found))
}

/// A matter that somebody is about to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindSimilarBody {
    /// What it is about, in a line.
    title: Line<1, 100>,
    /// The matter.
    content: Text<1, 5000>,
    /// The category; proposed from the text where it is left out.
    #[serde(default)]
    category: Option<String>,
    /// The place that it belongs to.
    org_code: OrgCode,
    /// Where on the map.
    #[serde(default)]
    location: Option<LocationBody>,
}

/// Suggests open orders that a matter may belong to, before it is opened (疑似重复提示).
///
/// Orders of the same community, of the last 90 days, that still run and are not confidential; each with a score and the
/// reasons. It only reads: whoever agrees follows that order (`PUT /follows/{id}`) instead of opening one.
#[utoipa::path(
    operation_id = "find_similar_orders",
    tag = "orders",
    request_body = FindSimilarBody,
    responses((status = 200, body = SimilarOrdersView)),
)]
#[post("/searches/similar")]
pub(crate) async fn find_similar_orders(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<FindSimilarBody>,
) -> Result<HttpResponse, Failure> {
    let body = body.0;
    let query = FindSimilar {
        title: body.title.into_string(),
        content: body.content.into_string(),
        category: body.category,
        org_code: body.org_code,
        location: body.location.map(LocationBody::point),
    };
    let found = app::find_similar::find_similar(&app, &ctx, query).await?;
    Ok(ok(&found))
}

/// Which hot spots.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListHotspotsQuery {
    /// The week; the present one where it is left out.
    #[param(example = "2026-W47", pattern = r"^[0-9]{4}-W[0-9]{2}$")]
    week: Option<String>,
    /// At or below this place, or in this grid; the caller's widest scope where it is left out.
    org_code: Option<OrgCode>,
    /// Of this category, or those below it.
    #[param(example = "01")]
    category: Option<String>,
}

/// Lists where many orders of one category came in within a week (高频问题点).
#[utoipa::path(
    operation_id = "list_hotspots",
    tag = "statistics",
    params(ListHotspotsQuery),
    responses((status = 200, body = HotspotsView)),
)]
#[get("/hotspots")]
pub(crate) async fn list_hotspots(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ListHotspotsQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = ListHotspots {
        week: query.0.week,
        org_code: query.0.org_code,
        category: query.0.category,
    };
    let found = app::list_hotspots::list_hotspots(&app, &ctx, &wanted).await?;
    Ok(ok(&found))
}
