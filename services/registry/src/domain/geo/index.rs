//! Finding the grid of a point in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::{GeoPoint, OrgCode};

use super::shape::Shape;

/// Cells of a degree: one is about 200 m wide, as a grid in a town is.
const CELLS_PER_DEGREE: f64 = 500.0;
/// A shape over more cells than this is looked at for every point instead.
const MOST_CELLS: i64 = 4_096;

type Cell = (i32, i32);

/// Shapes of grids, by the cells of a uniform net that they lie in.
#[derive(Debug, Clone, Default)]
pub struct GridIndex {
    shapes: BTreeMap<OrgCode, Arc<Shape>>,
    cells: HashMap<Cell, Vec<Entry>>,
    wide: Vec<Entry>,
}

type Entry = (OrgCode, Arc<Shape>);

impl GridIndex {
    /// Builds the index.
    #[must_use]
    pub fn new(shapes: BTreeMap<OrgCode, Arc<Shape>>) -> Self {
        let mut index = Self {
            shapes,
            ..Self::default()
        };
        for (code, shape) in &index.shapes {
            let entry = (code.clone(), Arc::clone(shape));
            let bounds = shape.bounds();
            let (west, south) = cell(bounds.west, bounds.south);
            let (east, north) = cell(bounds.east, bounds.north);
            let columns = i64::from(east) - i64::from(west) + 1;
            let rows = i64::from(north) - i64::from(south) + 1;
            if columns.saturating_mul(rows) > MOST_CELLS {
                index.wide.push(entry);
                continue;
            }
            for column in west..=east {
                for row in south..=north {
                    let entries = index.cells.entry((column, row)).or_default();
                    entries.push(entry.clone());
                }
            }
        }
        index
    }

    /// Builds the index after changes: a grid has another shape, or none any more.
    #[must_use]
    pub fn with(&self, changes: impl IntoIterator<Item = (OrgCode, Option<Shape>)>) -> Self {
        let mut shapes = self.shapes.clone();
        for (code, shape) in changes {
            match shape {
                Some(shape) => shapes.insert(code, Arc::new(shape)),
                None => shapes.remove(&code),
            };
        }
        Self::new(shapes)
    }

    /// Returns how many grids it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Says whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// Finds the grid in which a point lies; where grids overlap, the smallest one.
    #[must_use]
    pub fn locate(&self, point: GeoPoint) -> Option<&OrgCode> {
        let near = self.cells.get(&cell(point.lon(), point.lat()));
        let near = near.into_iter().flatten().chain(&self.wide);
        smallest(near.filter(|(_, shape)| shape.contains(point)))
    }

    /// Finds it by looking at every grid: the reference that the index is measured against.
    #[must_use]
    pub fn locate_by_scan(&self, point: GeoPoint) -> Option<&OrgCode> {
        let all = self
            .shapes
            .iter()
            .filter(|(_, shape)| shape.contains(point));
        let smaller = all.min_by(|one, other| one.1.area().total_cmp(&other.1.area()));
        smaller.map(|(code, _)| code)
    }
}

fn smallest<'a>(found: impl Iterator<Item = &'a Entry>) -> Option<&'a OrgCode> {
    // ties go to the lower code, whichever way it was found
    let order = |one: &&Entry, other: &&Entry| {
        let areas = one.1.area().total_cmp(&other.1.area());
        areas.then_with(|| one.0.cmp(&other.0))
    };
    found.min_by(order).map(|(code, _)| code)
}

fn cell(lon: f64, lat: f64) -> Cell {
    (step(lon), step(lat))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "180 degrees have 90,000 cells"
)]
fn step(degrees: f64) -> i32 {
    (degrees * CELLS_PER_DEGREE).floor() as i32
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{GeoPoint, OrgCode};
    use proptest::prelude::*;

    use super::super::shape::tests::block;
    use super::GridIndex;

    fn code(number: usize) -> OrgCode {
        format!("420105011010.G{number:03}").parse().unwrap()
    }

    #[test]
    fn the_smaller_of_overlapping_grids_is_found_and_changes_count() {
        let index = GridIndex::default().with([
            (code(1), Some(block(114.0, 30.0, 0.1))),
            (code(2), Some(block(114.02, 30.02, 0.01))),
        ]);
        let point = GeoPoint::new(114.025, 30.025).unwrap();
        assert_eq!(index.locate(point), Some(&code(2)));
        let index = index.with([(code(2), None)]);
        assert_eq!((index.locate(point), index.len()), (Some(&code(1)), 1));
        assert_eq!(index.locate(GeoPoint::new(0.0, 0.0).unwrap()), None);
        assert!(!index.is_empty());
    }

    proptest! {
        #[test]
        fn the_index_finds_what_a_scan_finds(
            blocks in prop::collection::vec((114.0..114.2_f64, 30.0..30.2_f64, 0.0005..0.3_f64), 0..30),
            points in prop::collection::vec((113.9..114.6_f64, 29.9..30.6_f64), 1..30),
        ) {
            let shapes = blocks.iter().enumerate();
            let shapes = shapes.map(|(number, (lon, lat, size))| (code(number), Some(block(*lon, *lat, *size))));
            let index = GridIndex::default().with(shapes);
            for (lon, lat) in points {
                let point = GeoPoint::new(lon, lat).unwrap();
                prop_assert_eq!(index.locate(point), index.locate_by_scan(point));
            }
        }
    }
}
