//! How the return of orders of a category was decided (派单先例): reasons for the next dispatch.

use ::store::StoreError;
use auth::Ctx;
use kernel::{OrderId, OrgCode, OrgPath, RequestId, Timestamp};
use problem::{Category, Fact};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::chosen_category::{UnknownCategory, check_category};
use super::list_orders::{allowed_at, is_within};
use super::place::{PlaceError, asked_place};
use crate::domain::request::Ask;
use crate::store::from_json;
use crate::store::precedents::{self, Precedent};
use crate::store::scopes::scope_of;

/// Most precedents of a list.
const MOST: u64 = 50;

/// Which precedents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListPrecedents {
    /// Of orders of this category.
    pub(crate) category: String,
    /// At or below this place; the caller's widest scope where it is left out.
    pub(crate) org_code: Option<OrgCode>,
}

/// A decision about an order that a unit returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PrecedentView {
    /// The side request.
    pub(crate) request_id: RequestId,
    /// The order.
    pub(crate) order_id: OrderId,
    /// Its number.
    pub(crate) number: String,
    /// Its category.
    pub(crate) category: String,
    /// The unit that said that it isn't its duty.
    pub(crate) unit_code: Option<OrgCode>,
    /// Whether it was right: the return was approved.
    pub(crate) approved: bool,
    /// Whether a conference decided (会商).
    pub(crate) conference: bool,
    /// The unit that was named instead.
    pub(crate) named_unit: Option<OrgCode>,
    /// The ground that the unit gave; none of a confidential order.
    pub(crate) ground: Option<String>,
    /// What was said about the decision; none of a confidential order.
    pub(crate) note: Option<String>,
    /// When it was decided.
    pub(crate) decided_at: Timestamp,
}

/// Precedents, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PrecedentsView {
    /// At most 50, of the 600 newest decisions.
    pub(crate) items: Vec<PrecedentView>,
}

/// Why precedents are not listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrecedentsError {
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

impl Category for PrecedentsError {
    fn fact(&self) -> Fact {
        match self {
            Self::Category(error) => error.fact(),
            Self::Place(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists how returns of orders of a category were decided.
pub(crate) async fn list_precedents(
    app: &App,
    ctx: &Ctx,
    wanted: ListPrecedents,
) -> Result<PrecedentsView, PrecedentsError> {
    check_category(app, &wanted.category)?;
    let place = asked_place(app.db.reader(), ctx, STAFF, wanted.org_code.as_ref()).await?;
    let items = precedents_of(app, ctx, &place.path, &wanted.category, MOST).await?;
    Ok(PrecedentsView { items })
}

/// Lists the newest precedents under a node, without those of orders that the caller keeps out of (回避), that are about
/// the unit where the caller has an office (被反映单位), or that are of categories for which the caller has no grant.
pub(super) async fn precedents_of(
    app: &App,
    ctx: &Ctx,
    path: &OrgPath,
    category: &str,
    limit: u64,
) -> Result<Vec<PrecedentView>, StoreError> {
    let db = app.db.reader();
    let found = precedents::list_precedents(db, &scope_of(path), category, limit).await?;
    let exclusions = exclusions::list_of(db, ctx.principal.account).await?;
    let offices: Vec<&OrgPath> = (ctx.principal.grants.iter())
        .filter(|grant| STAFF.contains(&grant.role) && grant.path.contains(path))
        .map(|grant| &grant.path)
        .collect();
    let is_about_them = |precedent: &Precedent| {
        let about = precedent.about.as_ref();
        about.is_some_and(|about| offices.iter().all(|office| office.passes(about)))
    };
    let allowed = allowed_at(ctx, STAFF, path);
    let barred = |precedent: &Precedent| {
        let places: Vec<&OrgPath> = [Some(&precedent.org_path), precedent.unit_path.as_ref()]
            .into_iter()
            .flatten()
            .collect();
        is_about_them(precedent)
            || !is_within(&allowed, Some(&precedent.category))
            || exclusions.bar(precedent.requester, &places)
    };
    let shown = found.into_iter().filter(|precedent| !barred(precedent));
    shown.map(view).collect()
}

fn view(precedent: Precedent) -> Result<PrecedentView, StoreError> {
    let ground = match from_json(&precedent.ask)? {
        Ask::Return { ground } => Some(ground),
        _ => None,
    };
    let open = !precedent.confidential;
    Ok(PrecedentView {
        request_id: precedent.id,
        order_id: precedent.order_id,
        number: precedent.number,
        category: precedent.category,
        unit_code: precedent.unit_code,
        approved: precedent.state == "approved",
        conference: precedent.conference,
        named_unit: precedent.named_unit,
        ground: ground.filter(|_| open),
        note: precedent.note.filter(|_| open),
        decided_at: precedent.decided_at,
    })
}

#[cfg(test)]
mod tests;
