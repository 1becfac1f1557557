//! How well grids tile the ground: what overlaps, what nobody has (无缝覆盖).
//!
//! Borders are drawn by hand and never meet to the millimetre, so areas are estimated on a lattice of
//! points instead of being cut exactly.

use kernel::GeoPoint;

use super::shape::{Box2, Shape};

/// Points of the lattice for an overlap, each way.
const OVERLAP_POINTS: u32 = 16;
/// Points of the lattice for gaps, each way.
const GAP_POINTS: usize = 64;
/// Uncovered points side by side that make a gap; fewer are crooked borders.
const FEWEST_POINTS: usize = 3;

/// Ground that grids surround and none has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gap {
    /// A point in it.
    pub(crate) at: GeoPoint,
    /// Estimated area in square metres.
    pub(crate) area: f64,
}

/// Estimates how much of the smaller one of two shapes lies in the other, in percent.
pub(crate) fn overlap_percent(one: &Shape, other: &Shape) -> f64 {
    let Some(common) = one.bounds().common(&other.bounds()) else {
        return 0.0;
    };
    let mut both: u32 = 0;
    for column in 0..OVERLAP_POINTS {
        for row in 0..OVERLAP_POINTS {
            let share = |step: u32| (f64::from(step) + 0.5) / f64::from(OVERLAP_POINTS);
            let point = within(&common, share(column), share(row));
            if point.is_some_and(|point| one.contains(point) && other.contains(point)) {
                both += 1;
            }
        }
    }
    let share = f64::from(both) / f64::from(OVERLAP_POINTS.pow(2));
    let percent = 100.0 * share * common.area() / one.area().min(other.area());
    // an estimate, and no more than all of it
    percent.min(100.0)
}

/// Finds ground that the shapes surround and none of them has.
pub(crate) fn gaps(shapes: &[Shape]) -> Vec<Gap> {
    let bounds = shapes.iter().map(Shape::bounds);
    let Some(bounds) = bounds.reduce(|all, one| all.with(&one)) else {
        return Vec::new();
    };
    let mut lattice = Lattice::over(bounds, shapes);
    lattice.flood_from_outside();
    lattice.gaps()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Covered,
    Free,
    /// Free, and part of what is counted already.
    Seen,
}

struct Lattice {
    bounds: Box2,
    spots: Vec<Spot>,
}

impl Lattice {
    fn over(bounds: Box2, shapes: &[Shape]) -> Self {
        let mut lattice = Self {
            bounds,
            spots: vec![Spot::Free; GAP_POINTS * GAP_POINTS],
        };
        for place in 0..lattice.spots.len() {
            let point = lattice.point(place);
            let covered = |point| shapes.iter().any(|shape| shape.contains(point));
            if point.is_some_and(covered)
                && let Some(spot) = lattice.spots.get_mut(place)
            {
                *spot = Spot::Covered;
            }
        }
        lattice
    }

    fn point(&self, place: usize) -> Option<GeoPoint> {
        let share = |step: usize| (step_of(step) + 0.5) / step_of(GAP_POINTS);
        within(
            &self.bounds,
            share(place % GAP_POINTS),
            share(place / GAP_POINTS),
        )
    }

    /// What is free and reaches the edge is not surrounded.
    fn flood_from_outside(&mut self) {
        for step in 0..GAP_POINTS {
            let last = GAP_POINTS - 1;
            for (column, row) in [(step, 0), (step, last), (0, step), (last, step)] {
                self.flood(row * GAP_POINTS + column);
            }
        }
    }

    /// Marks what is free and connected; returns how many spots that are.
    fn flood(&mut self, from: usize) -> usize {
        let (mut open, mut count) = (vec![from], 0);
        while let Some(place) = open.pop() {
            match self.spots.get_mut(place) {
                Some(spot) if *spot == Spot::Free => *spot = Spot::Seen,
                _ => continue,
            }
            count += 1;
            let column = place % GAP_POINTS;
            if column > 0 {
                open.push(place - 1);
            }
            if column + 1 < GAP_POINTS {
                open.push(place + 1);
            }
            open.extend(place.checked_sub(GAP_POINTS));
            open.push(place + GAP_POINTS);
        }
        count
    }

    fn gaps(mut self) -> Vec<Gap> {
        let spot = self.bounds.area() / step_of(GAP_POINTS).powi(2);
        let mut gaps = Vec::new();
        for place in 0..self.spots.len() {
            let count = self.flood(place);
            if count < FEWEST_POINTS {
                continue;
            }
            if let Some(at) = self.point(place) {
                let area = spot * step_of(count);
                gaps.push(Gap { at, area });
            }
        }
        gaps
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a lattice has 4096 points"
)]
fn step_of(count: usize) -> f64 {
    count as f64
}

fn within(bounds: &Box2, east: f64, north: f64) -> Option<GeoPoint> {
    let lon = bounds.west + east * (bounds.east - bounds.west);
    let lat = bounds.south + north * (bounds.north - bounds.south);
    GeoPoint::new(lon, lat).ok()
}

#[cfg(test)]
mod tests {
    use super::super::shape::tests::block;
    use super::{gaps, overlap_percent};

    #[test]
    fn neighbours_do_not_overlap_and_a_shifted_copy_does_by_half() {
        let one = block(114.0, 30.0, 0.01);
        assert!(overlap_percent(&one, &block(114.01, 30.0, 0.01)) < 0.1);
        assert!(overlap_percent(&one, &block(115.0, 30.0, 0.01)) < 0.1);
        let half = overlap_percent(&one, &block(114.005, 30.0, 0.01));
        assert!((45.0..55.0).contains(&half), "{half}");
        let whole = overlap_percent(&one, &block(114.004, 30.004, 0.002));
        assert!(whole > 95.0, "{whole}");
    }

    #[test]
    fn a_missing_block_in_the_middle_is_a_gap_and_one_at_the_edge_is_not() {
        let ring = |skipped: (u32, u32)| {
            let mut blocks = Vec::new();
            for column in 0..3 {
                for row in 0..3 {
                    if (column, row) != skipped {
                        let place = |step: u32| f64::from(step) * 0.01;
                        blocks.push(block(114.0 + place(column), 30.0 + place(row), 0.01));
                    }
                }
            }
            gaps(&blocks)
        };
        let found = ring((1, 1));
        assert_eq!(found.len(), 1);
        let gap = found
            .first()
            .map(|gap| gap.area / block(114.01, 30.01, 0.01).area());
        assert!(
            gap.is_some_and(|share| (0.9..1.1).contains(&share)),
            "{gap:?}"
        );
        assert!(ring((0, 1)).is_empty());
        assert!(gaps(&[]).is_empty());
    }
}
