//! Proposes the unit for a new order, with the reason («why here»).

use ::store::StoreError;
use kernel::OrgCode;
use sea_orm::ConnectionTrait;

use super::App;
use crate::domain::order::{Categorisation, Unit};
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
}

/// The units of a district that rules may name.
#[derive(Debug, Clone, Default)]
pub(crate) struct DistrictUnits(Vec<Org>);

impl DistrictUnits {
    /// Looks up the units of the district in which `place` lies.
    pub(crate) async fn of(
        db: &impl ConnectionTrait,
        app: &App,
        place: &OrgCode,
    ) -> Result<Self, StoreError> {
        let district = place.district();
        let names = app.routes.units.iter().chain([&app.routes.catch_all]);
        let mut codes: Vec<OrgCode> = names
            .filter_map(|unit| format!("{district}000000.{}", unit.segment).parse().ok())
            .collect();
        codes.extend(format!("{district}000000").parse::<OrgCode>());
        Ok(Self(list_orgs(db, &codes).await?))
    }

    fn find(&self, code: &OrgCode) -> Option<&Org> {
        self.0.iter().find(|org| org.code == *code)
    }

    /// Applies the rules; nothing where the district itself is not known.
    pub(crate) fn route(
        &self,
        app: &App,
        place: &Org,
        category: Option<&str>,
    ) -> Option<ProposedUnit> {
        let exists = |code: &OrgCode| self.find(code).is_some();
        let route = app
            .routes
            .route(&place.code, &place.path, category, &app.categories, exists);
        let org = self.find(&route.unit)?;
        Some(ProposedUnit {
            unit: Unit {
                code: org.code.clone(),
                path: org.path.clone(),
            },
            name: org.name.clone(),
            reason: route.reason,
        })
    }
}

/// Proposes a unit, where the workflow hands orders to units at all.
pub(crate) async fn propose_unit(
    app: &App,
    db: &impl ConnectionTrait,
    definition: &Definition,
    place: &Org,
    found: &Categorisation,
) -> Result<Option<ProposedUnit>, StoreError> {
    let routed = definition
        .actions
        .iter()
        .any(|action| action.can_cause(Effect::Route));
    if !routed {
        return Ok(None);
    }
    let units = DistrictUnits::of(db, app, &place.code).await?;
    Ok(units.route(app, place, found.category.as_deref()))
}
