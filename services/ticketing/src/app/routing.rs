//! Proposes the unit for a new order, with the reason («why here»).

use std::sync::Arc;

use ::store::StoreError;
use jiff::civil::DateTime;
use kernel::{OrgCode, Timestamp};
use sea_orm::ConnectionTrait;

use super::App;
use super::catalogues::catalogue_of;
use crate::domain::assist::Suggested;
use crate::domain::order::{Categorisation, Unit};
use crate::domain::routing::{Inquiry, Route, RoutingTable};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::{Definition, Effect};
use crate::store::orgs::{Org, list_orgs};

/// A unit that the rules propose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProposedUnit {
    /// The unit.
    pub(crate) unit: Unit,
    /// Its name.
    pub(crate) name: String,
    /// Why this one.
    pub(crate) reason: Bilingual,
    /// Those that help (协办), by code and name.
    pub(crate) assisting: Vec<(OrgCode, String)>,
    /// Whether nobody has to confirm it (自动派遣).
    pub(crate) automatic: bool,
}

impl ProposedUnit {
    /// What is kept of those that help; nothing where there are none.
    pub(crate) fn suggested(&self) -> Option<Box<Suggested>> {
        if self.assisting.is_empty() {
            return None;
        }
        Some(Box::new(Suggested {
            lead: self.unit.code.clone(),
            units: self.assisting.clone(),
            reason: self.reason.clone(),
            automatic: false,
        }))
    }
}

/// The rules for a place, with the units that they may name.
#[derive(Debug, Clone)]
pub(crate) struct DistrictUnits {
    pub(crate) rules: Arc<RoutingTable>,
    units: Vec<Org>,
}

impl DistrictUnits {
    /// Looks up the rules and units for a place.
    pub(crate) async fn of(
        db: &impl ConnectionTrait,
        app: &App,
        place: &Org,
    ) -> Result<Self, StoreError> {
        let rules = catalogue_of(app, db, place.code.district()).await?;
        let codes = rules.reach(&inquiry(place, None, DateTime::default()));
        let units = list_orgs(db, &codes).await?;
        Ok(Self { rules, units })
    }

    /// Finds a unit.
    pub(crate) fn find(&self, code: &OrgCode) -> Option<&Org> {
        self.units.iter().find(|org| org.code == *code)
    }

    /// Applies the rules.
    pub(crate) fn apply(&self, app: &App, inquiry: &Inquiry<'_>) -> Route {
        let exists = |code: &OrgCode| self.find(code).is_some();
        self.rules.route(inquiry, &app.categories, exists)
    }

    /// Proposes a unit; nothing where the district itself is not known.
    pub(crate) fn route(
        &self,
        app: &App,
        place: &Org,
        category: Option<&str>,
    ) -> Option<ProposedUnit> {
        let at = local(app, app.clock.now());
        let route = self.apply(app, &inquiry(place, category, at));
        let org = self.find(&route.unit)?;
        let helping = route.assisting.iter().filter(|code| **code != org.code);
        let helping = helping.filter_map(|code| self.find(code));
        Some(ProposedUnit {
            unit: Unit {
                code: org.code.clone(),
                path: org.path.clone(),
            },
            name: org.name.clone(),
            assisting: helping
                .map(|unit| (unit.code.clone(), unit.name.clone()))
                .collect(),
            reason: route.reason,
            automatic: route.automatic,
        })
    }
}

/// Asks the rules about a place.
pub(crate) fn inquiry<'a>(place: &'a Org, category: Option<&'a str>, at: DateTime) -> Inquiry<'a> {
    Inquiry {
        place: &place.code,
        path: &place.path,
        category,
        at,
    }
}

/// What the clocks of the place show.
pub(crate) fn local(app: &App, at: Timestamp) -> DateTime {
    app.zone.to_datetime(at.as_jiff())
}

/// Proposes a unit, where the workflow hands orders to units at all.
pub(crate) async fn propose_unit(
    app: &App,
    db: &impl ConnectionTrait,
    definition: &Definition,
    place: &Org,
    (found, about): (&Categorisation, Option<&OrgCode>),
) -> Result<Option<ProposedUnit>, StoreError> {
    let routed = definition
        .actions
        .iter()
        .any(|action| action.can_cause(Effect::Route));
    if !routed {
        return Ok(None);
    }
    let mut units = DistrictUnits::of(db, app, place).await?;
    // the unit that it is about gets nothing of it
    units
        .units
        .retain(|org| !about.is_some_and(|about| org.path.passes(about)));
    Ok(units.route(app, place, found.category.as_deref()))
}
