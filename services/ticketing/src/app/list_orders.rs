//! Lists orders: one's own, or those of one's part of the organisation tree.

use ::store::StoreError;
use auth::{Ctx, Grant};
use chassis::http::{Limit, Page};
use kernel::{
    AccountId, Cursor, CursorError, Exclusions, OrderId, OrgCode, OrgPath, Role, Timestamp, Version,
};
use problem::{Category, Fact};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::{OVERSEERS, STAFF, knows_who_asked_at};
use super::place::{PlaceError, find_place};
use super::view::state_title;
use crate::domain::scan;
use crate::store::listing::{self, Among, Listed, Selection, Walk};
use crate::store::scopes;

/// Newest first.
const LIST: &str = "orders";
/// By last change.
const CHANGES: &str = "orders-changed";

/// Which of one's own orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mine {
    /// Asked for by the caller.
    Requested,
    /// Handled by the caller.
    Assigned,
    /// The caller was drawn to judge.
    Panel,
}

/// Which orders are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListOrders {
    /// Only those in this state.
    pub(crate) state: Option<String>,
    /// Only those of this workflow.
    pub(crate) workflow: Option<String>,
    /// Only those at or below this place or unit.
    pub(crate) org_code: Option<OrgCode>,
    /// Only the caller's own.
    pub(crate) mine: Option<Mine>,
    /// Only those that missed their limit, or those that did not.
    pub(crate) overdue: Option<bool>,
    /// Only those under supervision, or those that are not.
    pub(crate) supervised: Option<bool>,
    /// Only those that changed at or after this time, oldest change first.
    pub(crate) changed_since: Option<Timestamp>,
    /// Where the page begins.
    pub(crate) cursor: Option<String>,
    /// How long it is.
    pub(crate) limit: Limit,
}

/// An order as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub(crate) struct OrderSummary {
    /// The order.
    pub(crate) id: OrderId,
    /// The number that people use (工单编号).
    pub(crate) number: String,
    /// The workflow.
    pub(crate) workflow: String,
    /// The state.
    pub(crate) state: String,
    /// The state in words.
    pub(crate) state_title: String,
    /// What it is about, in a line.
    pub(crate) title: String,
    /// The category.
    pub(crate) category: Option<String>,
    /// The place it belongs to.
    pub(crate) org_code: OrgCode,
    /// The name of that place.
    pub(crate) org_name: String,
    /// The unit that handles it.
    pub(crate) unit_code: Option<OrgCode>,
    /// Where it came in.
    pub(crate) channel: String,
    /// The round of handling.
    pub(crate) round: i64,
    /// Whether the caller asked for it.
    pub(crate) requester_is_me: bool,
    /// Whether the caller handles it.
    pub(crate) assignee_is_me: bool,
    /// Whether it must not be published.
    pub(crate) confidential: bool,
    /// Whether it is under supervision (督办).
    pub(crate) supervised: bool,
    /// When the running limit ends.
    pub(crate) due_at: Option<Timestamp>,
    /// Whether that limit has passed.
    pub(crate) overdue: bool,
    /// When it was opened.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
    /// Its version.
    pub(crate) version: Version,
}

/// Why nothing is listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListOrdersError {
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ListOrdersError {
    fn fact(&self) -> Fact {
        match self {
            Self::Place(error) => error.fact(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists orders that the caller may see.
pub(crate) async fn list_orders(
    app: &App,
    ctx: &Ctx,
    query: ListOrders,
) -> Result<Page<OrderSummary>, ListOrdersError> {
    let walk = walk(&query)?;
    let (among, below) = range(app, ctx, &query).await?;
    let selection = Selection {
        among,
        below,
        state: query.state,
        workflow: query.workflow,
        overdue: query.overdue.map(|overdue| (overdue, ctx.now)),
        supervised: query.supervised,
        walk,
        limit: query.limit.get() + 1,
    };
    let listed = listing::list_orders(app.db.reader(), &selection).await?;
    let (listed, next) = Cursor::cut(listed, query.limit.size(), |last| match walk {
        Walk::Newest(_) | Walk::Given => Cursor::encode(LIST, &last.id),
        Walk::Changed(..) => Cursor::encode(CHANGES, &(last.updated_at, last.id)),
    });
    // a page may be shorter than asked for: what the caller keeps out of is left out
    let exclusions = exclusions::list_of(app.db.reader(), ctx.principal.account).await?;
    let items = listed
        .into_iter()
        .filter(|order| !keeps_out(&exclusions, ctx.principal.account, order))
        .map(|order| summary(app, ctx, order))
        .collect();
    Ok(Page { items, next })
}

/// Says whether the caller keeps out of an order (回避). Nobody keeps out of what they asked for.
pub(super) fn keeps_out(exclusions: &Exclusions, me: AccountId, order: &Listed) -> bool {
    let places: Vec<_> = [Some(&order.org_path), order.unit_path.as_ref()]
        .into_iter()
        .flatten()
        .collect();
    order.requester != Some(me) && exclusions.bar(order.requester, &places)
}

fn walk(query: &ListOrders) -> Result<Walk, CursorError> {
    let cursor = query.cursor.as_deref();
    match (query.changed_since, cursor) {
        (None, None) => Ok(Walk::Newest(None)),
        (None, Some(text)) => Ok(Walk::Newest(Some(Cursor::decode(LIST, text)?))),
        (Some(since), None) => Ok(Walk::Changed(since, None)),
        (Some(_), Some(text)) => {
            let (at, id) = Cursor::decode(CHANGES, text)?;
            Ok(Walk::Changed(at, Some(id)))
        }
    }
}

/// Finds out whose orders are meant, and the node below which they must lie.
pub(super) async fn range(
    app: &App,
    ctx: &Ctx,
    query: &ListOrders,
) -> Result<(Among, Option<String>), ListOrdersError> {
    let me = ctx.principal.account;
    let shown = |grant: &Grant| works_on(grant, query.workflow.as_deref());
    let works = ctx.principal.grants.iter().any(shown);
    let mine = query.mine.or((!works).then_some(Mine::Requested));
    let place = match &query.org_code {
        Some(code) => Some(find_place(app.db.reader(), code).await?),
        None => None,
    };
    if let Some(mine) = mine {
        let among = match mine {
            Mine::Requested => Among::Requested(me),
            Mine::Assigned => Among::Assigned(me),
            Mine::Panel => Among::Panel(me),
        };
        return Ok((among, place.map(|org| scopes::scope_of(&org.path))));
    }
    let place = place.map(|org| org.path);
    let (path, categories) = covered(ctx, place, query.workflow.as_deref())?;
    let code = scopes::scope_of(&path);
    Ok((Among::Scope { code, categories }, None))
}

/// Finds the node below which a member of staff looks, and the categories that they may see there.
pub(super) async fn scope_of_staff(
    app: &App,
    ctx: &Ctx,
    code: Option<&OrgCode>,
) -> Result<(OrgPath, Vec<String>), ListOrdersError> {
    let place = match code {
        Some(code) => Some(find_place(app.db.reader(), code).await?),
        None => None,
    };
    covered(ctx, place.map(|org| org.path), None)
}

/// Says whether orders are shown by a grant: to staff all of them, to who oversees a workflow those of it alone.
fn works_on(grant: &Grant, workflow: Option<&str>) -> bool {
    STAFF.contains(&grant.role)
        || workflow.is_some_and(|workflow| OVERSEERS.contains(&(grant.role, workflow)))
}

/// Checks that the caller's work covers a node, the widest of theirs where none is named.
fn covered(
    ctx: &Ctx,
    path: Option<OrgPath>,
    workflow: Option<&str>,
) -> Result<(OrgPath, Vec<String>), ListOrdersError> {
    let grants = ctx.principal.grants.iter();
    let staff: Vec<&Grant> = grants.filter(|grant| works_on(grant, workflow)).collect();
    let path = path.unwrap_or_else(|| widest(staff.iter().copied()));
    let covering: Vec<&Grant> = staff
        .into_iter()
        .filter(|grant| grant.path.contains(&path))
        .collect();
    if covering.is_empty() {
        return Err(match path.leaf() {
            Some(code) => PlaceError::OutsideScope(code).into(),
            None => StoreError::Corrupt("a grant does not cover itself".to_owned()).into(),
        });
    }
    Ok((path, allowed_categories(&covering)))
}

/// Finds the widest place of some grants.
fn widest<'a>(grants: impl Iterator<Item = &'a Grant>) -> OrgPath {
    grants
        .map(|grant| &grant.path)
        .min_by_key(|path| path.depth())
        .cloned()
        .unwrap_or_else(OrgPath::root)
}

/// Unites the categories of some grants; one without a limit lifts all.
pub(super) fn allowed_categories(grants: &[&Grant]) -> Vec<String> {
    if grants.iter().any(|grant| grant.categories.is_empty()) {
        return Vec::new();
    }
    let mut categories: Vec<String> = grants
        .iter()
        .flat_map(|grant| grant.categories.clone())
        .collect();
    categories.sort_unstable();
    categories.dedup();
    categories
}

/// Unites the categories of the grants by which a caller has one of these roles over a place; empty where one of them has
/// no limit.
pub(super) fn allowed_at(ctx: &Ctx, roles: &[Role], place: &OrgPath) -> Vec<String> {
    let grants = ctx.principal.grants.iter();
    let covering: Vec<&Grant> = grants
        .filter(|grant| roles.contains(&grant.role) && grant.path.contains(place))
        .collect();
    allowed_categories(&covering)
}

/// Says whether an order of a category is one of those that are allowed; empty allows all.
pub(super) fn is_within(allowed: &[String], category: Option<&str>) -> bool {
    let below = |code: &str| allowed.iter().any(|allowed| code.starts_with(allowed));
    allowed.is_empty() || category.is_some_and(below)
}

pub(super) fn summary(app: &App, ctx: &Ctx, order: Listed) -> OrderSummary {
    let me = ctx.principal.account;
    let title = shown_title(ctx, &order);
    let version = u32::try_from(order.workflow_version).unwrap_or_default();
    let definition = app
        .workflows
        .find(&order.workflow, version)
        .map(AsRef::as_ref);
    OrderSummary {
        state_title: state_title(definition, &order.state, ctx.locale),
        unit_code: order.unit_path.as_ref().and_then(OrgPath::leaf),
        requester_is_me: order.requester == Some(me),
        assignee_is_me: order.assignee == Some(me),
        overdue: order.due_at.is_some_and(|due_at| due_at < ctx.now),
        id: order.id,
        number: order.number,
        workflow: order.workflow,
        state: order.state,
        title,
        category: order.category,
        org_code: order.org_code,
        org_name: order.org_name,
        channel: order.channel,
        round: order.round,
        confidential: order.confidential,
        supervised: order.supervised,
        due_at: order.due_at,
        created_at: order.created_at,
        updated_at: order.updated_at,
        version: order.version,
    }
}

/// Says whether an order's texts are shown with what tells who asked hidden.
pub(super) fn is_hidden(ctx: &Ctx, order: &Listed) -> bool {
    order.confidential && !knows_who_asked_at(&ctx.principal, order.requester, &order.org_path)
}

/// The title of an order, with what tells who asked hidden from those who may not know it.
pub(super) fn shown_title(ctx: &Ctx, order: &Listed) -> String {
    if is_hidden(ctx, order) {
        scan::hidden(&order.title)
    } else {
        order.title.clone()
    }
}
