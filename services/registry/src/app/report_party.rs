use contracts::registry::OrgKind;
use kernel::{Named, OrgCode};

use super::posts::PostError;
use super::report_posts::place;
use super::{App, Origin};
use crate::domain::party_figures::{COVERED, PartyFigures, Share};
use crate::domain::report_in::may_report_in;
use crate::store::{
    count_members_reported, count_places, count_units_reported, count_with_party, sum_grid_members,
};

/// Tells how many units and members have reported in at or below a place (双报到率), and how many places there have a
/// party organisation of their own (党组织覆盖率).
pub(crate) async fn show_party_figures(
    app: &App,
    origin: &Origin<'_>,
    below: &OrgCode,
) -> Result<PartyFigures, PostError> {
    let top = place(app, origin, below).await?;
    let db = app.db.reader();
    let places = count_places(db, &top.path).await?;
    let of = |kind: OrgKind| {
        let found = places.iter().find(|(known, _)| *known == kind);
        found.map_or(0, |(_, places)| *places)
    };
    let reporting: Vec<OrgKind> = OrgKind::ALL
        .iter()
        .copied()
        .filter(|kind| may_report_in(*kind))
        .collect();
    let covered = count_with_party(db, &top.path, &COVERED).await?;
    let coverage = COVERED.into_iter().filter(|kind| of(*kind) > 0);
    Ok(PartyFigures {
        units: Share {
            part: count_units_reported(db, &top.path, &reporting).await?,
            whole: reporting.iter().map(|kind| of(*kind)).sum(),
        },
        members: Share {
            part: count_members_reported(db, &top.path).await?,
            whole: sum_grid_members(db, &top.path).await?,
        },
        coverage: coverage
            .map(|kind| {
                let found = covered.iter().find(|(known, _)| *known == kind);
                let part = found.map_or(0, |(_, places)| *places);
                let whole = of(kind);
                (kind, Share { part, whole })
            })
            .collect(),
    })
}
