//! Which residents live together (同户): a household has one vote when results are judged.
//!
//! A reference stands for the home and says nothing about it; it is the one that the registry's households have. Of
//! whom nobody has said where they live, each is a household of their own.

use std::collections::BTreeSet;

use ::store::StoreError;
use auth::Ctx;
use chassis::http::{Limit, Page};
use kernel::{AccountId, Cursor, CursorError, OrgCode, OrgPath, Role};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use crate::store::holders::list_holding;
use crate::store::households::{list_households, set_members};
use crate::store::scopes::scope_of;
use crate::store::{holders, orgs};

/// The list, for its cursors.
const LIST: &str = "review-households";
/// Who knows which residents of a place live together.
const WHO: &[Role] = &[
    Role::CompoundDispatcher,
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
];

/// A household (户).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReviewHouseholdView {
    /// The place.
    pub(crate) org_code: OrgCode,
    /// The reference, which says nothing about the home.
    pub(crate) reference: String,
    /// Who lives there, by account.
    pub(crate) accounts: Vec<AccountId>,
}

/// Why a household is not set or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HouseholdError {
    /// There is no such place for the caller.
    #[error("no such place for this caller")]
    NoPlace,
    /// The reference is not one.
    #[error("a reference is 1 to 40 letters, digits and hyphens")]
    Reference,
    /// Somebody is named twice, or is no resident of the place.
    #[error("account {0} is no resident of the place, or named twice")]
    NoResident(usize),
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for HouseholdError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoPlace => Fact::new(
                Kind::NotFound,
                "place-not-found",
                "没有这个地方，或不归您负责",
                "there is no such place, or it is not yours",
            ),
            Self::Reference => Fact::new(
                Kind::Invalid,
                "invalid-reference",
                "户编号须为 1 至 40 个字母、数字或连字符",
                "a reference is 1 to 40 letters, digits and hyphens",
            )
            .at("/reference"),
            Self::NoResident(index) => Fact::new(
                Kind::Invalid,
                "not-a-resident",
                "须为该地的居民账号，且不重复",
                "must be accounts of residents of the place, each once",
            )
            .at(format!("/accounts/{index}")),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Finds a place that the caller looks after.
async fn place(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    code: &OrgCode,
) -> Result<OrgPath, HouseholdError> {
    let found = orgs::find_org(db, code).await?;
    let path = found.map(|org| org.path);
    path.filter(|path| ctx.principal.holds_any(WHO, path))
        .ok_or(HouseholdError::NoPlace)
}

/// Sets who lives in a household: these and no others; nobody at all takes it away.
pub(crate) async fn set_household(
    app: &App,
    ctx: &Ctx,
    household: ReviewHouseholdView,
) -> Result<ReviewHouseholdView, HouseholdError> {
    let reference = household.reference.as_str();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if !(1..=40).contains(&reference.len()) || !reference.chars().all(fits) {
        return Err(HouseholdError::Reference);
    }
    let household = &household;
    app.db
        .write("household.set", |tx| async move {
            let path = place(&*tx, ctx, &household.org_code).await?;
            let as_of = holders::changes(&*tx).await?;
            let scope = scope_of(&path);
            let named = &household.accounts;
            let residents = list_holding(&*tx, &scope, Role::Resident, as_of, named).await?;
            let mut seen = BTreeSet::new();
            for (index, account) in household.accounts.iter().enumerate() {
                if !residents.contains(account) || !seen.insert(*account) {
                    return Err(HouseholdError::NoResident(index));
                }
            }
            let (place, accounts) = (&household.org_code, &household.accounts);
            set_members(&tx, place, &household.reference, accounts).await?;
            Ok(())
        })
        .await?;
    Ok(household.clone())
}

/// Lists the households of a place by reference.
pub(crate) async fn list_review_households(
    app: &App,
    ctx: &Ctx,
    code: OrgCode,
    cursor: Option<&str>,
    limit: Limit,
) -> Result<Page<ReviewHouseholdView>, HouseholdError> {
    let db = app.db.reader();
    place(db, ctx, &code).await?;
    let after: String = match cursor {
        Some(text) => Cursor::decode(LIST, text)?,
        None => String::new(),
    };
    let found = list_households(db, &code, &after, limit.get() + 1).await?;
    let more = found.len() > limit.size();
    let shown = found.into_iter().take(limit.size());
    let items: Vec<ReviewHouseholdView> = shown
        .map(|(reference, accounts)| ReviewHouseholdView {
            org_code: code.clone(),
            reference,
            accounts,
        })
        .collect();
    let last = items.last().filter(|_| more);
    let next = last.map(|last| Cursor::encode(LIST, &last.reference));
    Ok(Page { items, next })
}
