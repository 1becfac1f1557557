//! Shows the dispatch catalogue of a district (权责清单).

use ::store::StoreError;
use auth::Ctx;
use kernel::Timestamp;
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::show_calendar::{is_district, no_district};
use crate::domain::routing::CatalogueSpec;
use crate::store::calendars::CITY;
use crate::store::catalogues::{StoredCatalogue, find_catalogue};

/// What a district puts in the place of the built-in rules (派单目录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CatalogueView {
    /// Six digits of the district.
    #[schema(example = "420105")]
    pub(crate) district: String,
    /// Its version; 0 where the district has none of its own.
    pub(crate) version: i64,
    /// The version of the built-in rules behind it.
    pub(crate) built_in_version: u32,
    /// Why it was changed last.
    pub(crate) reason: Option<String>,
    /// When it was changed last.
    pub(crate) changed_at: Option<Timestamp>,
    /// Its own `units` and `rules`, and the built-in rules that it goes `without`.
    #[schema(value_type = Object)]
    pub(crate) catalogue: CatalogueSpec,
}

/// Why a catalogue is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogueViewError {
    /// The text is no district.
    #[error("no district {0:?}")]
    NoDistrict(String),
    /// There is no such version.
    #[error("no version {0}")]
    NoVersion(i64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for CatalogueViewError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoDistrict(_) => no_district(),
            Self::NoVersion(_) => Fact::new(
                Kind::NotFound,
                "version-not-found",
                "没有这个版本",
                "there is no such version",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Tells whether a text is a district; the city has no catalogue beside the built-in one.
pub(crate) fn is_one_district(text: &str) -> bool {
    is_district(text) && text != CITY
}

/// Shows a version of a district's catalogue, the newest where none is named.
pub(crate) async fn show_catalogue(
    app: &App,
    _ctx: &Ctx,
    district: &str,
    version: Option<i64>,
) -> Result<CatalogueView, CatalogueViewError> {
    if !is_one_district(district) {
        return Err(CatalogueViewError::NoDistrict(district.to_owned()));
    }
    let stored = find_catalogue(app.db.reader(), district, version).await?;
    match (stored, version) {
        (Some(stored), _) => Ok(view(app, stored)),
        (None, Some(version)) => Err(CatalogueViewError::NoVersion(version)),
        (None, None) => Ok(CatalogueView {
            district: district.to_owned(),
            version: 0,
            built_in_version: app.catalogues.built_in.version,
            reason: None,
            changed_at: None,
            catalogue: CatalogueSpec::default(),
        }),
    }
}

/// Shows a stored catalogue.
pub(crate) fn view(app: &App, stored: StoredCatalogue) -> CatalogueView {
    CatalogueView {
        district: stored.district,
        version: stored.version,
        built_in_version: app.catalogues.built_in.version,
        reason: Some(stored.reason),
        changed_at: Some(stored.at),
        catalogue: stored.spec,
    }
}
