//! Which rules a district's orders are routed by.

use std::sync::Arc;

use ::store::StoreError;
use sea_orm::ConnectionTrait;

use super::App;
use super::kept::Kept;
use crate::domain::category::CategoryTable;
use crate::domain::routing::RoutingTable;
use crate::domain::rule_file::RuleFileError;
use crate::store::catalogues::find_catalogue;

/// The rules that are built in, and those of districts as they were last read.
#[derive(Debug)]
pub struct Catalogues {
    /// The rules that are built in.
    pub(crate) built_in: Arc<RoutingTable>,
    known: Kept<RoutingTable>,
}

impl Catalogues {
    /// Knows those that are built in.
    pub(crate) fn bundled(categories: &CategoryTable) -> Result<Self, RuleFileError> {
        Ok(Self {
            built_in: Arc::new(RoutingTable::bundled(categories)?),
            known: Kept::default(),
        })
    }

    /// Forgets what was read.
    pub(crate) fn forget(&self) {
        self.known.forget();
    }
}

/// Returns the rules of a district: the built-in ones, with its own in their place.
pub(crate) async fn catalogue_of(
    app: &App,
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Arc<RoutingTable>, StoreError> {
    let now = app.clock.now();
    if let Some(table) = app.catalogues.known.find(district, now) {
        return Ok(table);
    }
    let built_in = &app.catalogues.built_in;
    let table = match find_catalogue(db, district, None).await? {
        Some(stored) => {
            let table = built_in.overridden(district, stored.spec, &app.categories);
            Arc::new(table.map_err(|error| StoreError::Corrupt(error.to_string()))?)
        }
        None => Arc::clone(built_in),
    };
    app.catalogues.known.keep(district, now, &table);
    Ok(table)
}
