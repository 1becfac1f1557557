//! An area on the map and what can be asked of it.

use kernel::GeoPoint;
use kernel::geo::{edges, surround};
use serde::{Deserialize, Serialize};

/// Most points of one shape.
const MOST_POINTS: usize = 1_000;
/// Metres of one degree of latitude on a sphere of the earth's mean radius.
const METRES_PER_DEGREE: f64 = 111_195.08;
/// Smallest area in square metres: less is a slip of the pen, not a grid.
const SMALLEST: f64 = 1.0;

/// Why rings are no shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ShapeError {
    /// There is no ring, or one with fewer than four positions.
    #[error("每个环至少四个点 (a ring has at least four positions)")]
    TooFewPoints,
    /// There are too many positions.
    #[error("一个网格最多 1000 个点 (a shape has at most 1000 positions)")]
    TooManyPoints,
    /// A ring does not end where it begins.
    #[error("环须首尾相接 (a ring ends where it begins)")]
    Open,
    /// A border crosses itself.
    #[error("边界自相交 (the border crosses itself)")]
    CrossesItself,
    /// There is next to nothing inside.
    #[error("面积过小 (the area is too small)")]
    Empty,
}

/// The smallest upright rectangle around something, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Box2 {
    /// West.
    pub west: f64,
    /// South.
    pub south: f64,
    /// East.
    pub east: f64,
    /// North.
    pub north: f64,
}

impl Box2 {
    /// Around nothing.
    pub(super) const NONE: Self = Self {
        west: f64::INFINITY,
        south: f64::INFINITY,
        east: f64::NEG_INFINITY,
        north: f64::NEG_INFINITY,
    };

    /// Says whether the point is inside or on the border.
    #[must_use]
    pub fn contains(&self, point: GeoPoint) -> bool {
        (self.west..=self.east).contains(&point.lon())
            && (self.south..=self.north).contains(&point.lat())
    }

    /// Returns what both have in common.
    pub(super) fn common(&self, other: &Self) -> Option<Self> {
        let common = Self {
            west: self.west.max(other.west),
            south: self.south.max(other.south),
            east: self.east.min(other.east),
            north: self.north.min(other.north),
        };
        (common.west < common.east && common.south < common.north).then_some(common)
    }

    /// Returns the smallest one around both.
    pub(super) fn with(&self, other: &Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    fn with_point(&self, point: GeoPoint) -> Self {
        let (lon, lat) = (point.lon(), point.lat());
        self.with(&Self {
            west: lon,
            south: lat,
            east: lon,
            north: lat,
        })
    }

    /// Area in square metres.
    pub(super) fn area(&self) -> f64 {
        let middle = f64::midpoint(self.south, self.north).to_radians();
        (self.east - self.west)
            * (self.north - self.south)
            * middle.cos()
            * METRES_PER_DEGREE.powi(2)
    }
}

/// An area bounded by rings: what an odd number of rings surrounds is inside, so that a ring within
/// another one is a hole and rings apart are parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    rings: Vec<Vec<GeoPoint>>,
    bounds: Box2,
    area: f64,
}

impl Shape {
    /// Makes a shape of closed rings after checking them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(rings: Vec<Vec<GeoPoint>>) -> Result<Self, ShapeError> {
        let points: usize = rings.iter().map(Vec::len).sum();
        if points > MOST_POINTS {
            return Err(ShapeError::TooManyPoints);
        }
        if rings.is_empty() || rings.iter().any(|ring| ring.len() < 4) {
            return Err(ShapeError::TooFewPoints);
        }
        if rings.iter().any(|ring| ring.first() != ring.last()) {
            return Err(ShapeError::Open);
        }
        if crosses_itself(&rings) {
            return Err(ShapeError::CrossesItself);
        }
        let bounds = rings.iter().flatten();
        let bounds = bounds.fold(Box2::NONE, |bounds, point| bounds.with_point(*point));
        let mut shape = Self {
            rings,
            bounds,
            area: 0.0,
        };
        shape.area = shape.measure();
        if shape.area < SMALLEST {
            return Err(ShapeError::Empty);
        }
        Ok(shape)
    }

    /// Returns the rings, each ending where it begins.
    #[must_use]
    pub fn rings(&self) -> &[Vec<GeoPoint>] {
        &self.rings
    }

    /// Returns the rectangle around it.
    #[must_use]
    pub fn bounds(&self) -> Box2 {
        self.bounds
    }

    /// Returns the area in square metres, right within a percent for anything as large as a city.
    #[must_use]
    pub fn area(&self) -> f64 {
        self.area
    }

    /// Says whether the point is inside. Of two shapes with a common border exactly one has a point
    /// on it.
    #[must_use]
    pub fn contains(&self, point: GeoPoint) -> bool {
        if !self.bounds.contains(point) {
            return false;
        }
        surround(&self.rings, point)
    }

    /// Measures the area: holes and parts are told apart by how many rings surround them.
    fn measure(&self) -> f64 {
        let middle = f64::midpoint(self.bounds.south, self.bounds.north).to_radians();
        let metres = METRES_PER_DEGREE.powi(2) * middle.cos();
        let mut total = 0.0;
        for (place, ring) in self.rings.iter().enumerate() {
            let around = |(other, around): &(usize, &Vec<GeoPoint>)| {
                *other != place
                    && ring
                        .first()
                        .is_some_and(|point| surround(std::slice::from_ref(*around), *point))
            };
            let depth = self.rings.iter().enumerate().filter(around).count();
            let sign = if depth % 2 == 0 { 1.0 } else { -1.0 };
            total += sign * ring_area(ring) * metres;
        }
        total
    }
}

/// Area of a ring in square degrees, whichever way round it runs.
fn ring_area(ring: &[GeoPoint]) -> f64 {
    let Some(origin) = ring.first() else {
        return 0.0;
    };
    let mut twice = 0.0;
    for (from, to) in ring.iter().zip(ring.iter().skip(1)) {
        // relative to one corner: differences of large numbers would lose digits
        let (x1, y1) = (from.lon() - origin.lon(), from.lat() - origin.lat());
        let (x2, y2) = (to.lon() - origin.lon(), to.lat() - origin.lat());
        twice += x1 * y2 - x2 * y1;
    }
    twice.abs() / 2.0
}

/// Says whether two edges cross in a point within both. Rings may touch in a corner.
fn crosses_itself(rings: &[Vec<GeoPoint>]) -> bool {
    let edges: Vec<_> = edges(rings).collect();
    edges.iter().enumerate().any(|(place, one)| {
        let later = edges.iter().skip(place + 1);
        later.clone().any(|other| cross(*one, *other))
    })
}

fn cross(one: (GeoPoint, GeoPoint), other: (GeoPoint, GeoPoint)) -> bool {
    let side = |(from, to): (GeoPoint, GeoPoint), point: GeoPoint| {
        (to.lon() - from.lon()) * (point.lat() - from.lat())
            - (to.lat() - from.lat()) * (point.lon() - from.lon())
    };
    let apart = |first: f64, second: f64| first * second < 0.0;
    apart(side(one, other.0), side(one, other.1)) && apart(side(other, one.0), side(other, one.1))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
pub(super) mod tests {
    use kernel::GeoPoint;
    use proptest::prelude::*;

    use super::{Shape, ShapeError};

    pub(in crate::domain::geo) fn ring(corners: &[(f64, f64)]) -> Vec<GeoPoint> {
        let point = |(lon, lat): &(f64, f64)| GeoPoint::new(*lon, *lat).unwrap();
        corners.iter().chain(corners.first()).map(point).collect()
    }

    /// An upright rectangle.
    pub(in crate::domain::geo) fn block(west: f64, south: f64, size: f64) -> Shape {
        let (east, north) = (west + size, south + size);
        let corners = [(west, south), (east, south), (east, north), (west, north)];
        Shape::new(vec![ring(&corners)]).unwrap()
    }

    fn at(lon: f64, lat: f64) -> GeoPoint {
        GeoPoint::new(lon, lat).unwrap()
    }

    #[test]
    fn a_hole_is_outside_and_a_part_apart_is_inside() {
        let outer = ring(&[(114.0, 30.0), (114.9, 30.0), (114.9, 30.9), (114.0, 30.9)]);
        let hole = ring(&[(114.3, 30.3), (114.6, 30.3), (114.6, 30.6), (114.3, 30.6)]);
        let apart = ring(&[(115.0, 30.0), (115.1, 30.0), (115.1, 30.1), (115.0, 30.1)]);
        let shape = Shape::new(vec![outer.clone(), hole, apart]).unwrap();
        assert!(shape.contains(at(114.1, 30.1)));
        assert!(!shape.contains(at(114.45, 30.45)));
        assert!(shape.contains(at(115.05, 30.05)));
        assert!(!shape.contains(at(114.95, 30.05)));
        let whole = Shape::new(vec![outer]).unwrap();
        assert!(shape.area() < whole.area() * 0.95);
    }

    #[test]
    fn the_area_of_a_known_square_is_right() {
        // 0.01 degrees at the equator: 1112 m each way
        let shape = block(114.0, -0.005, 0.01);
        assert!(
            (shape.area() - 1_236_434.0).abs() < 1_000.0,
            "{}",
            shape.area()
        );
    }

    #[test]
    fn what_is_no_shape_is_refused() {
        let square = ring(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]);
        let mut open = square.clone();
        open.pop();
        let bow = ring(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]);
        let line = ring(&[(0.0, 0.0), (1.0, 1.0), (0.5, 0.5)]);
        let many = vec![at(0.0, 0.0); 1_001];
        for (rings, wanted) in [
            (vec![], ShapeError::TooFewPoints),
            (
                vec![square.iter().take(3).copied().collect()],
                ShapeError::TooFewPoints,
            ),
            (vec![open], ShapeError::Open),
            (vec![bow], ShapeError::CrossesItself),
            (vec![line], ShapeError::Empty),
            (vec![many], ShapeError::TooManyPoints),
        ] {
            assert_eq!(Shape::new(rings).unwrap_err(), wanted);
        }
    }

    proptest! {
        #[test]
        fn a_point_on_a_common_border_belongs_to_one_side(along in 0.0..1.0_f64, upright in any::<bool>()) {
            let (one, other) = (block(114.0, 30.0, 1.0), if upright { block(115.0, 30.0, 1.0) } else { block(114.0, 31.0, 1.0) });
            let point = if upright { at(115.0, 30.0 + along) } else { at(114.0 + along, 31.0) };
            prop_assert!(one.contains(point) != other.contains(point));
        }

        #[test]
        fn any_rings_are_a_shape_or_refused(corners in prop::collection::vec((-180.0..180.0_f64, -90.0..90.0_f64), 0..12)) {
            if let Ok(shape) = Shape::new(vec![ring(&corners)]) {
                prop_assert!(shape.area() > 0.0);
                prop_assert!(corners.iter().all(|(lon, lat)| shape.bounds().contains(at(*lon, *lat))));
            }
        }
    }
}
