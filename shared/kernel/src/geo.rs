//! Points on the map. Everything inside is WGS-84; GCJ-02 exists only at the edge.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why something is not a point, or not a coordinate system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GeoError {
    /// Not a number between -180 and 180.
    #[error("经度须在 -180 到 180 之间 (lon must be between -180 and 180)")]
    Longitude,
    /// Not a number between -90 and 90.
    #[error("纬度须在 -90 到 90 之间 (lat must be between -90 and 90)")]
    Latitude,
    /// Not a known coordinate system.
    #[error("坐标系须为 wgs84 或 gcj02 (crs must be wgs84 or gcj02)")]
    Crs,
}

/// Coordinate system in which a caller writes a point (坐标系).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Crs {
    /// WGS-84, equal to CGCS2000 within centimetres: what is stored and served.
    #[default]
    Wgs84,
    /// GCJ-02 (火星坐标系), the shifted system of Chinese map applications.
    Gcj02,
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
        })
    }
}

impl FromStr for Crs {
    type Err = GeoError;

    fn from_str(text: &str) -> Result<Self, GeoError> {
        match text {
            "wgs84" => Ok(Self::Wgs84),
            "gcj02" => Ok(Self::Gcj02),
            _ => Err(GeoError::Crs),
        }
    }
}

/// A point: longitude and latitude in degrees, both finite and in range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "RawPoint")]
pub struct GeoPoint {
    /// Longitude (经度), degrees east.
    #[cfg_attr(feature = "openapi", schema(minimum = -180, maximum = 180, example = 114.298_57))]
    lon: f64,
    /// Latitude (纬度), degrees north.
    #[cfg_attr(feature = "openapi", schema(minimum = -90, maximum = 90, example = 30.584_43))]
    lat: f64,
}

/// A point as it is written, before the check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPoint {
    lon: f64,
    lat: f64,
}

impl TryFrom<RawPoint> for GeoPoint {
    type Error = GeoError;

    fn try_from(raw: RawPoint) -> Result<Self, GeoError> {
        Self::new(raw.lon, raw.lat)
    }
}

/// Lists the edges of closed rings.
pub fn edges(rings: &[Vec<GeoPoint>]) -> impl Iterator<Item = (GeoPoint, GeoPoint)> {
    rings
        .iter()
        .flat_map(|ring| ring.iter().copied().zip(ring.iter().copied().skip(1)))
}

/// Says whether an odd number of closed rings surrounds a point: a ring within another one is a hole, rings apart are
/// parts. Of two areas with a common border exactly one has a point on it.
#[must_use]
pub fn surround(rings: &[Vec<GeoPoint>], point: GeoPoint) -> bool {
    let (lon, lat) = (point.lon(), point.lat());
    let mut inside = false;
    for (from, to) in edges(rings) {
        // half-open: an edge has its lower end, not its upper one
        if (from.lat() > lat) == (to.lat() > lat) {
            continue;
        }
        let share = (lat - from.lat()) / (to.lat() - from.lat());
        if lon < from.lon() + share * (to.lon() - from.lon()) {
            inside = !inside;
        }
    }
    inside
}

impl GeoPoint {
    /// Makes a point after checking both degrees.
    pub fn new(lon: f64, lat: f64) -> Result<Self, GeoError> {
        // a NaN is in no range
        if !(-180.0..=180.0).contains(&lon) {
            return Err(GeoError::Longitude);
        }
        if !(-90.0..=90.0).contains(&lat) {
            return Err(GeoError::Latitude);
        }
        Ok(Self { lon, lat })
    }

    /// Returns the longitude in degrees east.
    #[must_use]
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Returns the latitude in degrees north.
    #[must_use]
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Converts a point that a caller wrote in `crs` to WGS-84.
    #[must_use]
    pub fn to_wgs84(self, crs: Crs) -> Self {
        match crs {
            Crs::Wgs84 => self,
            Crs::Gcj02 => gcj02_to_wgs84(self),
        }
    }
}

/// Half the long axis of the Krasovsky 1940 ellipsoid, in metres, which GCJ-02 uses.
const KRASOVSKY_AXIS: f64 = 6_378_245.0;
/// Its first eccentricity squared.
const KRASOVSKY_ECCENTRICITY: f64 = 0.006_693_421_622_965_943;
/// The inverse stops when a step is smaller, in degrees (0.1 mm).
const PRECISION: f64 = 1e-9;
/// The inverse gains about four digits a step, so this is never reached.
const MAX_STEPS: u8 = 12;

/// Shifts a WGS-84 point into GCJ-02; outside the area where GCJ-02 is used nothing moves.
#[must_use]
pub fn wgs84_to_gcj02(point: GeoPoint) -> GeoPoint {
    if !is_shifted(point) {
        return point;
    }
    let (lon, lat) = shift(point);
    GeoPoint {
        lon: point.lon + lon,
        lat: point.lat + lat,
    }
}

/// Finds the WGS-84 point whose shift gives this GCJ-02 point, by fixed-point iteration.
#[must_use]
pub fn gcj02_to_wgs84(point: GeoPoint) -> GeoPoint {
    if !is_shifted(point) {
        return point;
    }
    let mut guess = point;
    for _ in 0..MAX_STEPS {
        let (lon, lat) = shift(guess);
        let better = GeoPoint {
            lon: point.lon - lon,
            lat: point.lat - lat,
        };
        let step = (better.lon - guess.lon)
            .abs()
            .max((better.lat - guess.lat).abs());
        guess = better;
        if step < PRECISION {
            break;
        }
    }
    guess
}

/// Says whether the point lies in the box in which map applications shift.
fn is_shifted(point: GeoPoint) -> bool {
    (72.004..=137.8347).contains(&point.lon) && (0.8293..=55.8271).contains(&point.lat)
}

/// The published GCJ-02 shift at a WGS-84 point, in degrees.
fn shift(point: GeoPoint) -> (f64, f64) {
    use std::f64::consts::PI;

    let x = point.lon - 105.0;
    let y = point.lat - 35.0;
    let root = x.abs().sqrt();
    let ripple = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;

    let metres_lat = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + ripple
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let metres_lon = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + ripple
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;

    let latitude = point.lat.to_radians();
    let flattening = 1.0 - KRASOVSKY_ECCENTRICITY * latitude.sin() * latitude.sin();
    let meridian =
        KRASOVSKY_AXIS * (1.0 - KRASOVSKY_ECCENTRICITY) / (flattening * flattening.sqrt());
    let parallel = KRASOVSKY_AXIS / flattening.sqrt() * latitude.cos();
    (
        (metres_lon / parallel).to_degrees(),
        (metres_lat / meridian).to_degrees(),
    )
}
