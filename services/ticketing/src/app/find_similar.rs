//! Suggests open orders that a new matter may belong to (疑似重复提示): «join this one instead».

use ::store::StoreError;
use auth::Ctx;
use kernel::{Exclusions, GeoPoint, OrderId, OrgCode, OrgPath, Role, Timestamp};
use problem::{Category, Fact};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::chosen_category::{UnknownCategory, check_category};
use super::place::{PlaceError, find_place};
use super::view::{state_title, words};
use crate::domain::scan::scan;
use crate::domain::similarity::{MOST_COMPARED, Matter, WINDOW, neighbourhood, suggest};
use crate::store::followers::{count_followers, list_following_of};
use crate::store::neighbours::{Neighbour, list_neighbours};
use crate::store::scopes::scope_of;

/// A matter that somebody is about to open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FindSimilar {
    /// What it is about.
    pub(crate) title: String,
    /// The matter.
    pub(crate) content: String,
    /// The category; proposed from the texts where there is none.
    pub(crate) category: Option<String>,
    /// The place.
    pub(crate) org_code: OrgCode,
    /// Where on the map.
    pub(crate) location: Option<GeoPoint>,
}

/// An open order that may be about the same matter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct SimilarOrderView {
    /// The order, which can be followed.
    pub(crate) id: OrderId,
    /// Its number.
    pub(crate) number: String,
    /// Its title; none where it could tell who asked.
    pub(crate) title: Option<String>,
    /// Its category.
    pub(crate) category: Option<String>,
    /// The category in words.
    pub(crate) category_title: Option<String>,
    /// Its place.
    pub(crate) org_code: OrgCode,
    /// The name of that place.
    pub(crate) org_name: String,
    /// Its state in words.
    pub(crate) state_title: String,
    /// When it was opened.
    pub(crate) created_at: Timestamp,
    /// How many follow it.
    pub(crate) followers: u64,
    /// Whether the caller follows it.
    pub(crate) followed_by_me: bool,
    /// Whether the caller asked for it.
    pub(crate) requester_is_me: bool,
    /// How likely it is the same matter, from 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.62)]
    pub(crate) score: f64,
    /// Why.
    pub(crate) reasons: Vec<String>,
}

/// Orders that may be about the same matter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct SimilarOrdersView {
    /// The likeliest first.
    pub(crate) items: Vec<SimilarOrderView>,
}

/// Why nothing is suggested.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FindSimilarError {
    /// There is no such category.
    #[error(transparent)]
    Category(#[from] UnknownCategory),
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for FindSimilarError {
    fn fact(&self) -> Fact {
        match self {
            Self::Category(error) => error.fact(),
            Self::Place(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Suggests open orders of the same community. Whoever has nothing to do with that community is suggested nothing.
pub(crate) async fn find_similar(
    app: &App,
    ctx: &Ctx,
    query: FindSimilar,
) -> Result<SimilarOrdersView, FindSimilarError> {
    if let Some(code) = &query.category {
        check_category(app, code)?;
    }
    let db = app.db.reader();
    let place = find_place(db, &query.org_code).await?;
    let around = neighbourhood(&place.path);
    if !belongs_to(ctx, &around) {
        return Ok(SimilarOrdersView { items: Vec::new() });
    }
    let exclusions = exclusions::list_of(db, ctx.principal.account).await?;
    let since = ctx.now.minus(WINDOW);
    let mut known = list_neighbours(db, &scope_of(&around), since, MOST_COMPARED).await?;
    known.retain(|order| is_open(app, order) && !is_barred(&exclusions, ctx, order));
    let mut new = Matter::new(&query.title, &query.content, place.path, ctx.now);
    new.location = query.location;
    new.category = query.category.or_else(|| {
        app.categories
            .propose(&query.title, &query.content)
            .category
    });
    let matters: Vec<Matter> = known.iter().map(matter).collect();
    let found = suggest(&new, &matters);
    let ids: Vec<OrderId> = found
        .iter()
        .filter_map(|likeness| known.get(likeness.index).map(|order| order.id))
        .collect();
    let followers = count_followers(db, &ids).await?;
    let mine = list_following_of(db, ctx.principal.account, &ids).await?;
    let items = found.into_iter().filter_map(|likeness| {
        let order = known.get(likeness.index)?;
        let count = followers.get(&order.id).copied().unwrap_or_default();
        let reasons = likeness.reasons.iter();
        Some(SimilarOrderView {
            followers: u64::try_from(count).unwrap_or_default(),
            followed_by_me: mine.contains(&order.id),
            score: likeness.score,
            reasons: reasons
                .map(|reason| words(reason, ctx.locale).to_owned())
                .collect(),
            ..view(app, ctx, order)
        })
    });
    Ok(SimilarOrdersView {
        items: items.collect(),
    })
}

/// Tells whether the caller lives, works or serves in a community, or in a part of the city that it is in; who only
/// administers the system does not.
pub(super) fn belongs_to(ctx: &Ctx, around: &OrgPath) -> bool {
    let administers = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
    let mut grants = ctx.principal.grants.iter();
    grants.any(|grant| {
        !administers.contains(&grant.role)
            && (grant.path.contains(around) || around.contains(&grant.path))
    })
}

/// Tells whether an order still runs.
pub(super) fn is_open(app: &App, order: &Neighbour) -> bool {
    let version = u32::try_from(order.workflow_version).unwrap_or_default();
    let definition = app.workflows.find(&order.workflow, version);
    definition.is_some_and(|definition| !definition.is_terminal(&order.state))
}

/// Tells whether the caller keeps out of an order (回避).
pub(super) fn is_barred(exclusions: &Exclusions, ctx: &Ctx, order: &Neighbour) -> bool {
    order.requester != Some(ctx.principal.account)
        && exclusions.bar(order.requester, &order.places())
}

fn matter(order: &Neighbour) -> Matter {
    let mut matter = Matter::new(
        &order.title,
        &order.content,
        order.org_path.clone(),
        order.created_at,
    );
    matter.location = order.location();
    matter.category.clone_from(&order.category);
    matter
}

fn view(app: &App, ctx: &Ctx, order: &Neighbour) -> SimilarOrderView {
    let mine = order.requester == Some(ctx.principal.account);
    let staff = ctx.principal.holds_any(STAFF, &order.org_path);
    // to other residents nothing that may tell who asked
    let shown = mine || staff || scan("/title", &order.title).is_empty();
    let version = u32::try_from(order.workflow_version).unwrap_or_default();
    let definition = app.workflows.find(&order.workflow, version);
    let category = order.category.as_deref();
    let category_title = category.and_then(|code| app.categories.title(code));
    SimilarOrderView {
        id: order.id,
        number: order.number.clone(),
        title: shown.then(|| order.title.clone()),
        category: order.category.clone(),
        category_title: category_title.map(|title| words(&title, ctx.locale).to_owned()),
        org_code: order.org_code.clone(),
        org_name: order.org_name.clone(),
        state_title: state_title(definition.map(AsRef::as_ref), &order.state, ctx.locale),
        created_at: order.created_at,
        followers: 0,
        followed_by_me: false,
        requester_is_me: mine,
        score: 0.0,
        reasons: Vec::new(),
    }
}
