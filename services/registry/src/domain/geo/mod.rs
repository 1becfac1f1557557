//! Shapes of grids on the map: reading, checking, finding, comparing. Everything is WGS-84.

mod feature;
mod index;
mod shape;
mod tiling;

pub(crate) use feature::Feature;
pub use feature::{FeatureError, parse_feature};
pub use index::GridIndex;
pub use shape::{Box2, Shape, ShapeError};
pub(crate) use tiling::{Gap, gaps, overlap_percent};
