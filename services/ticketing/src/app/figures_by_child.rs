//! Figures of what lies directly below a place: the places, or the units (分级、分单位统计).
//!
//! The sums are kept by node, so a page of them is two statements, however many orders there are. An order counts at its
//! place and at its unit: the figures of all that lies below a place add up to more than its own.

use std::collections::BTreeMap;

use ::store::StoreError;
use contracts::registry::OrgKind;
use kernel::{Named, OrgPath};
use sea_orm::ConnectionTrait;

use super::derive_figures::{Changes, apply};
use crate::domain::statistics::Sums;
use crate::store::figures::{CellKey, Dimension, list_cells_of};
use crate::store::orgs::{Org, list_children};

/// Most nodes that are shown apart.
pub(super) const MOST: u64 = 200;
/// What a place may be.
const PLACES: &[OrgKind] = &[
    OrgKind::City,
    OrgKind::District,
    OrgKind::Street,
    OrgKind::Community,
    OrgKind::Compound,
    OrgKind::Building,
    OrgKind::Grid,
];

/// What lies directly below a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Children {
    /// Places.
    Places,
    /// Everything else: departments, companies, organisations.
    Units,
}

impl Children {
    fn kinds(self) -> Vec<&'static str> {
        let all = OrgKind::ALL.iter();
        let wanted = all.filter(|kind| PLACES.contains(kind) == (self == Self::Places));
        wanted.map(|kind| kind.name()).collect()
    }
}

/// Adds up the sums of each node directly below `parent`, changes that were not counted yet included; by code.
pub(super) async fn by_child(
    db: &impl ConnectionTrait,
    fresh: &Changes,
    (parent, children): (&OrgPath, Children),
    days: (&str, &str),
) -> Result<Vec<(Org, Sums)>, StoreError> {
    let nodes = list_children(db, parent, &children.kinds(), MOST).await?;
    let scopes: Vec<String> = nodes.iter().map(|node| node.code.to_string()).collect();
    let mut found: BTreeMap<String, Sums> = BTreeMap::new();
    for (key, sums) in list_cells_of(db, &scopes, days).await? {
        found.entry(key.scope).or_default().add(&sums);
    }
    let within = |key: &CellKey| days.0 <= key.day.as_str() && key.day.as_str() <= days.1;
    for (key, change) in &fresh.cells {
        if key.dimension == Dimension::All && within(key) && scopes.contains(&key.scope) {
            apply(found.entry(key.scope.clone()).or_default(), change);
        }
    }
    let summed = nodes.into_iter().filter_map(|node| {
        let sums = found.remove(node.code.as_str())?;
        (!sums.is_empty()).then_some((node, sums))
    });
    Ok(summed.collect())
}
