use kernel::geo::GeoError;
use kernel::{Crs, GeoPoint, Timestamp};
use problem::{Category, Fact, Kind, Message};
use store::StoreError;

use super::App;
use crate::domain::organisation::Organisation;
use crate::store::find_organisation;

/// Why no grid is found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LocateError {
    #[error("no grid at that point")]
    Nowhere,
    #[error("no point")]
    Point(#[from] GeoError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for LocateError {
    fn fact(&self) -> Fact {
        match self {
            Self::Nowhere => Fact::new(
                Kind::NotFound,
                "no-grid-here",
                "该位置不在任何网格内",
                "that point lies in no grid",
            ),
            Self::Point(error) => {
                let detail = Message::bilingual(&error.to_string());
                let pointer = match error {
                    GeoError::Latitude => "/lat",
                    GeoError::Longitude | GeoError::Crs => "/lon",
                };
                Fact::said(Kind::Invalid, "invalid-input", detail).at(pointer)
            }
            Self::Store(error) => error.fact(),
        }
    }
}

/// Finds the grid of a point, longitude and latitude in `crs`: in memory, then its name and place by its
/// code.
pub(crate) async fn locate(
    app: &App,
    (lon, lat): (f64, f64),
    crs: Crs,
    now: Timestamp,
) -> Result<Organisation, LocateError> {
    let point = GeoPoint::new(lon, lat)?.to_wgs84(crs);
    let map = app.map.current(&app.db, now).await?;
    let code = map.locate(point).ok_or(LocateError::Nowhere)?;
    let grid = find_organisation(app.db.reader(), code).await?;
    // closed a moment ago: the map has yet to hear of it
    grid.filter(|grid| !grid.is_closed())
        .ok_or(LocateError::Nowhere)
}
