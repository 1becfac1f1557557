//! Square cells side by side, of which grids are made.

use crate::latencies::float;

/// South-western corner, in degrees.
const CORNER: [f64; 2] = [115.5, 39.5];
/// Side of a cell in degrees: some 200 metres.
const SIDE: f64 = 0.002;

/// Ground for so many cells.
pub(super) struct Ground {
    columns: usize,
}

impl Ground {
    pub(super) fn of(cells: usize) -> Self {
        Self {
            columns: cells.isqrt().max(1),
        }
    }

    /// The ring around a cell.
    pub(super) fn cell(&self, place: usize) -> [[f64; 2]; 5] {
        let [west, south] = self.corner(place);
        let (east, north) = (west + SIDE, south + SIDE);
        [
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]
    }

    pub(super) fn middle(&self, place: usize) -> [f64; 2] {
        self.corner(place).map(|degrees| degrees + SIDE / 2.0)
    }

    fn corner(&self, place: usize) -> [f64; 2] {
        let steps = [place % self.columns, place / self.columns];
        let [east, north] = steps.map(|steps| float(u64::try_from(steps).unwrap_or(0)) * SIDE);
        let [west, south] = CORNER;
        [west + east, south + north]
    }
}
