//! Says where a matter would go, and why (派遣模拟): every rule looked at, and how the like was decided before.

use ::store::StoreError;
use auth::Ctx;
use kernel::{OrgCode, Timestamp};
use problem::{Category, Fact};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::chosen_category::{UnknownCategory, check_category};
use super::list_precedents::{PrecedentView, precedents_of};
use super::place::{PlaceError, find_place_within};
use super::routing::{DistrictUnits, inquiry, local};
use super::view::words;
use crate::domain::routing::Verdict;

/// Most precedents that are shown.
const PRECEDENTS: u64 = 3;

/// A matter that somebody would open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SimulateDispatch {
    /// The place.
    pub(crate) org_code: OrgCode,
    /// The category; proposed from the texts where there is none.
    pub(crate) category: Option<String>,
    /// What it would be about.
    pub(crate) title: String,
    /// The matter.
    pub(crate) content: String,
    /// When; now where it is left out.
    pub(crate) at: Option<Timestamp>,
}

/// A unit by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DispatchUnitView {
    /// The unit.
    pub(crate) org_code: OrgCode,
    /// Its name; none where the org tree has no such unit.
    pub(crate) name: Option<String>,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DispatchRuleView {
    /// The rule.
    pub(crate) id: String,
    /// For this category and those below it.
    pub(crate) category: Option<String>,
    /// For places in this area.
    pub(crate) area: Option<OrgCode>,
    /// The unit that it names.
    pub(crate) unit_title: String,
    /// Its precedence.
    pub(crate) precedence: i32,
    /// Whether it applies.
    pub(crate) applies: bool,
    /// Whether it decides.
    pub(crate) chosen: bool,
    /// Why, or why not.
    pub(crate) reason: String,
}

/// Where a matter would go, and why (派遣模拟).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SimulationView {
    /// The category.
    pub(crate) category: Option<String>,
    /// Why that category.
    pub(crate) category_reason: String,
    /// The unit that would handle it (主办).
    pub(crate) unit: DispatchUnitView,
    /// Units that would help (协办).
    pub(crate) assisting: Vec<DispatchUnitView>,
    /// The rule; none for the catch-all queue.
    pub(crate) rule: Option<String>,
    /// Whether the rule needs nobody's confirmation.
    pub(crate) automatic: bool,
    /// Why that unit.
    pub(crate) reason: String,
    /// Every rule, in the order in which they are looked at.
    pub(crate) rules: Vec<DispatchRuleView>,
    /// How the return of orders of this category was decided in the district, the newest first.
    pub(crate) precedents: Vec<PrecedentView>,
}

/// Why nothing is simulated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SimulateError {
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

impl Category for SimulateError {
    fn fact(&self) -> Fact {
        match self {
            Self::Category(error) => error.fact(),
            Self::Place(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Applies the rules without opening anything.
pub(crate) async fn simulate_dispatch(
    app: &App,
    ctx: &Ctx,
    matter: SimulateDispatch,
) -> Result<SimulationView, SimulateError> {
    let db = app.db.reader();
    let place = find_place_within(db, ctx, STAFF, &matter.org_code).await?;
    let (category, category_reason) = if let Some(code) = matter.category {
        check_category(app, &code)?;
        let title = app.categories.title(&code).unwrap_or_default();
        (Some(code), title)
    } else {
        let found = app.categories.propose(&matter.title, &matter.content);
        (found.category, found.reason)
    };
    let units = DistrictUnits::of(db, app, &place).await?;
    let at = local(app, matter.at.unwrap_or(ctx.now));
    let inquiry = inquiry(&place, category.as_deref(), at);
    let route = units.apply(app, &inquiry);
    let say = |text| words(&text, ctx.locale).to_owned();
    let rules = units.rules.look(&inquiry).into_iter();
    let rules = rules.map(|(rule, verdict)| DispatchRuleView {
        id: rule.id.clone(),
        category: rule.category.clone(),
        area: rule.area.clone(),
        unit_title: say(units.rules.title(&rule.unit)),
        precedence: rule.precedence,
        applies: matches!(verdict, Verdict::Chosen | Verdict::Weaker),
        chosen: verdict == Verdict::Chosen,
        reason: say(verdict.reason()),
    });
    let rules = rules.collect();
    let precedents = match &category {
        Some(category) => {
            // those of the caller's own part of the tree
            let district = place.path.ancestors().into_iter().nth(1);
            let around = district.filter(|path| ctx.principal.holds_any(STAFF, path));
            let around = around.unwrap_or_else(|| place.path.clone());
            precedents_of(app, ctx, &around, category, PRECEDENTS).await?
        }
        None => Vec::new(),
    };
    let unit = |code: OrgCode| DispatchUnitView {
        name: units.find(&code).map(|org| org.name.clone()),
        org_code: code,
    };
    Ok(SimulationView {
        category_reason: say(category_reason),
        category,
        assisting: route.assisting.into_iter().map(unit).collect(),
        unit: unit(route.unit),
        rule: route.rule,
        automatic: route.automatic,
        reason: say(route.reason),
        rules,
        precedents,
    })
}
