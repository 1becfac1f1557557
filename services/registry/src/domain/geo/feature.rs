//! Reading a grid from a GeoJSON feature (RFC 7946).

use kernel::{Crs, GeoPoint, Line, OrgCode};
use problem::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shape::{Shape, ShapeError};
use crate::domain::grid::Duty;

/// Most households or party members that anyone believes of a grid.
const MOST_PEOPLE: u32 = 100_000;
/// Most positions that are read: more are refused before anything is kept of them.
const MOST_POSITIONS: usize = 2_000;

/// Why a feature is no grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum FeatureError {
    /// It is no GeoJSON feature with properties.
    #[error("须为带 properties 的 GeoJSON Feature (must be a GeoJSON feature with properties)")]
    NoFeature,
    /// The geometry is no polygon.
    #[error("几何须为 Polygon 或 MultiPolygon (the geometry must be a Polygon or MultiPolygon)")]
    NoPolygon,
    /// A position is no pair of degrees.
    #[error("坐标须为 [经度, 纬度] (a position is [lon, lat] in degrees)")]
    Position,
    /// The rings are no shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The code is no code of a grid.
    #[error(
        "code 须为社区代码加一段或 15 位网格代码 (code must be the community's and a segment, or 15 digits)"
    )]
    Code,
    /// The name is blank, too long or holds control characters.
    #[error("name 须为 1 至 100 个字符 (name must have 1 to 100 characters)")]
    Name,
    /// A count is no whole number, or no believable one.
    #[error("户数和党员数须为 0 至 100000 的整数 (counts must be whole numbers up to 100000)")]
    Count,
    /// A duty is unknown.
    #[error("duties 中有未知的职责 (duties names an unknown duty)")]
    Duty,
}

impl FeatureError {
    /// Explains it to the caller.
    pub(crate) fn message(self) -> Message {
        Message::bilingual(&self.to_string())
    }
}

/// A grid as a feature describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub(crate) code: OrgCode,
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) households: Option<u32>,
    pub(crate) party_members: Option<u32>,
    pub(crate) duties: Vec<Duty>,
}

/// Reads a feature whose positions are written in `crs`.
///
/// # Errors
/// What is wrong with it, the first thing found.
pub fn parse_feature(feature: &Value, crs: Crs) -> Result<Feature, FeatureError> {
    if feature.get("type").and_then(Value::as_str) != Some("Feature") {
        return Err(FeatureError::NoFeature);
    }
    let properties = feature.get("properties").and_then(Value::as_object);
    let properties = properties.ok_or(FeatureError::NoFeature)?;
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    let name: Line<1, 100> = text("name")
        .and_then(|name| name.parse().ok())
        .ok_or(FeatureError::Name)?;
    let code = text("code").and_then(read_code).ok_or(FeatureError::Code)?;
    let duties = match properties.get("duties") {
        None | Some(Value::Null) => Vec::new(),
        Some(duties) => Duty::read_all(duties).ok_or(FeatureError::Duty)?,
    };
    Ok(Feature {
        code,
        name: name.into_string(),
        households: read_count(properties.get("households"))?,
        party_members: read_count(properties.get("party_members"))?,
        duties,
        shape: read_geometry(feature.get("geometry"), crs)?,
    })
}

/// Reads a grid's code: ours, or the 15 digits of community and sequence (S26, S30).
pub(crate) fn read_code(text: &str) -> Option<OrgCode> {
    let text = text.trim();
    if text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (community, sequence) = text.split_at_checked(12)?;
        return format!("{community}.G{sequence}").parse().ok();
    }
    text.parse().ok()
}

fn read_count(count: Option<&Value>) -> Result<Option<u32>, FeatureError> {
    match count {
        None | Some(Value::Null) => Ok(None),
        Some(count) => {
            let count = count.as_u64().and_then(|count| u32::try_from(count).ok());
            let count = count.filter(|count| *count <= MOST_PEOPLE);
            count.map(Some).ok_or(FeatureError::Count)
        }
    }
}

/// Reads a geometry.
pub(crate) fn read_geometry(geometry: Option<&Value>, crs: Crs) -> Result<Shape, FeatureError> {
    let geometry = geometry.ok_or(FeatureError::NoPolygon)?;
    let kind = geometry.get("type").and_then(Value::as_str);
    let coordinates = geometry.get("coordinates").and_then(Value::as_array);
    let coordinates = coordinates.ok_or(FeatureError::NoPolygon)?;
    let mut reader = Reader {
        crs,
        left: MOST_POSITIONS,
    };
    let mut rings = Vec::new();
    match kind {
        Some("Polygon") => reader.rings(coordinates, &mut rings)?,
        Some("MultiPolygon") => {
            for polygon in coordinates {
                let polygon = polygon.as_array().ok_or(FeatureError::NoPolygon)?;
                reader.rings(polygon, &mut rings)?;
            }
        }
        _ => return Err(FeatureError::NoPolygon),
    }
    Ok(Shape::new(rings)?)
}

struct Reader {
    crs: Crs,
    /// Positions that may still come.
    left: usize,
}

impl Reader {
    fn rings(
        &mut self,
        polygon: &[Value],
        rings: &mut Vec<Vec<GeoPoint>>,
    ) -> Result<(), FeatureError> {
        for ring in polygon {
            let ring = ring.as_array().ok_or(FeatureError::NoPolygon)?;
            let left = self.left.checked_sub(ring.len());
            self.left = left.ok_or(ShapeError::TooManyPoints)?;
            let positions = ring.iter().map(|position| self.position(position));
            rings.push(positions.collect::<Result<_, _>>()?);
        }
        Ok(())
    }

    fn position(&self, position: &Value) -> Result<GeoPoint, FeatureError> {
        // a third number is the height, which grids have none of
        let (lon, lat) = match position.as_array().map(Vec::as_slice) {
            Some([lon, lat] | [lon, lat, _]) => (lon.as_f64(), lat.as_f64()),
            _ => return Err(FeatureError::Position),
        };
        let (Some(lon), Some(lat)) = (lon, lat) else {
            return Err(FeatureError::Position);
        };
        let point = GeoPoint::new(lon, lat).map_err(|_| FeatureError::Position)?;
        let point = point.to_wgs84(self.crs);
        // the shift may carry a point over the edge of the map
        GeoPoint::new(point.lon(), point.lat()).map_err(|_| FeatureError::Position)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use kernel::Crs;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::shape::ShapeError;
    use super::{FeatureError, parse_feature};

    fn feature() -> Value {
        json!({
            "type": "Feature",
            "properties": {"code": "420105011010001", "name": "第一网格", "households": 420, "duties": ["party"]},
            "geometry": {"type": "Polygon", "coordinates": [[
                [114.20, 30.55], [114.21, 30.55], [114.21, 30.56], [114.20, 30.56], [114.20, 30.55],
            ]]},
        })
    }

    #[test]
    fn a_feature_reads_in_both_coordinate_systems() {
        let grid = parse_feature(&feature(), Crs::Wgs84).unwrap();
        assert_eq!(grid.code.as_str(), "420105011010.G001");
        assert_eq!((grid.households, grid.party_members), (Some(420), None));
        let shifted = parse_feature(&feature(), Crs::Gcj02).unwrap();
        let (plain, shifted) = (grid.shape.bounds(), shifted.shape.bounds());
        assert!(
            (0.002..0.01).contains(&(plain.west - shifted.west)),
            "{shifted:?}"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (pointer, value, wanted) in [
            ("/type", json!("Polygon"), FeatureError::NoFeature),
            ("/properties", json!(null), FeatureError::NoFeature),
            (
                "/properties/code",
                json!("4201050110100011"),
                FeatureError::Code,
            ),
            ("/properties/name", json!(" "), FeatureError::Name),
            ("/properties/households", json!(-1), FeatureError::Count),
            ("/properties/households", json!(1.5), FeatureError::Count),
            ("/properties/duties", json!(["flying"]), FeatureError::Duty),
            ("/geometry", json!(null), FeatureError::NoPolygon),
            ("/geometry/type", json!("Point"), FeatureError::NoPolygon),
            (
                "/geometry/coordinates",
                json!([[1]]),
                FeatureError::Position,
            ),
            (
                "/geometry/coordinates/0/0",
                json!([114.2]),
                FeatureError::Position,
            ),
            (
                "/geometry/coordinates/0/0",
                json!([190.0, 30.0]),
                FeatureError::Position,
            ),
            (
                "/geometry/coordinates/0/0",
                json!([114.19, 30.55]),
                FeatureError::Shape(ShapeError::Open),
            ),
            (
                "/geometry/coordinates/0",
                json!(vec![json!([1.0, 1.0]); 2_001]),
                FeatureError::Shape(ShapeError::TooManyPoints),
            ),
        ] {
            let mut wrong = feature();
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert_eq!(parse_feature(&wrong, Crs::Wgs84), Err(wanted), "{pointer}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,200}", lon in any::<f64>(), lat in any::<f64>()) {
            let mut odd = feature();
            odd["properties"]["code"] = json!(text);
            odd["geometry"]["coordinates"][0][0] = json!([lon, lat]);
            odd["geometry"]["coordinates"][0][4] = json!([lon, lat]);
            // refused or read, in either system
            let _ = parse_feature(&odd, Crs::Gcj02);
            let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            prop_assert!(parse_feature(&value, Crs::Wgs84).is_err());
        }
    }
}
