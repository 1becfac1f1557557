//! Registry's grids: where they lie.

use std::time::Duration;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::GridDrawn;
use kernel::{GeoPoint, OrgCode};
use store::Tx;

use crate::store::grids::{GridShape, mark_all_due, save_shape};
use crate::store::orgs::find_org;

/// How far back orders get a grid that was drawn: figures by grid look at a week and the one before.
const BACK: Duration = Duration::from_hours(14 * 24);

/// Keeps where registry says that grids lie.
pub(crate) struct Grids;

#[async_trait]
impl Handler for Grids {
    fn types(&self) -> &'static [&'static str] {
        &[GridDrawn::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let told: GridDrawn = event.payload()?;
        let mut rings = Vec::with_capacity(told.rings.len());
        for ring in &told.rings {
            let points = ring.iter().map(|[lon, lat]| GeoPoint::new(*lon, *lat));
            let points: Result<Vec<_>, _> = points.collect();
            rings.push(points.map_err(|error| HandlerError::Poison(error.to_string()))?);
        }
        let known = find_org(tx, &told.code).await?;
        let around = known.and_then(|grid| grid.path.parent()?.leaf());
        // its node may be told of later; the code says where grids usually are
        let around = around.or_else(|| parent_of(&told.code));
        let grid = GridShape {
            code: told.code,
            version: event.aggregate_version,
            rings,
            area: told.area,
        };
        save_shape(tx, &grid).await?;
        if let Some(around) = around {
            mark_all_due(tx, around.as_str(), event.time.minus(BACK)).await?;
        }
        Ok(())
    }
}

fn parent_of(code: &OrgCode) -> Option<OrgCode> {
    let (parent, _) = code.as_str().rsplit_once('.')?;
    parent.parse().ok()
}
