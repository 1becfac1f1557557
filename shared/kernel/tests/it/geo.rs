use kernel::geo::{GeoError, gcj02_to_wgs84, wgs84_to_gcj02};
use kernel::{Crs, GeoPoint};
use proptest::prelude::*;

fn far(left: GeoPoint, right: GeoPoint) -> f64 {
    (left.lon() - right.lon())
        .abs()
        .max((left.lat() - right.lat()).abs())
}

proptest! {
    #[test]
    fn there_and_back_is_the_same_place_in_china(lon in 73.5_f64..135.0, lat in 3.9_f64..53.5) {
        let point = GeoPoint::new(lon, lat).unwrap();
        let shifted = wgs84_to_gcj02(point);
        prop_assert!(far(gcj02_to_wgs84(shifted), point) < 1e-6);
        prop_assert!(far(wgs84_to_gcj02(gcj02_to_wgs84(point)), point) < 1e-6);
        // some hundred metres, never kilometres
        prop_assert!(far(shifted, point) < 0.02);
    }

    #[test]
    fn nothing_moves_outside_china(lon in -180.0_f64..72.0, lat in -90.0_f64..=90.0) {
        let point = GeoPoint::new(lon, lat).unwrap();
        prop_assert_eq!(wgs84_to_gcj02(point), point);
        prop_assert_eq!(gcj02_to_wgs84(point), point);
    }

    #[test]
    fn a_point_reads_back_from_json(lon in -180.0_f64..=180.0, lat in -90.0_f64..=90.0) {
        let point = GeoPoint::new(lon, lat).unwrap();
        let json = serde_json::to_string(&point).unwrap();
        prop_assert!(far(serde_json::from_str(&json).unwrap(), point) < 1e-12);
    }
}

#[test]
fn the_shift_is_the_published_one() {
    // Tiananmen, as the public implementations of the formula give it
    let shifted = wgs84_to_gcj02(GeoPoint::new(116.391_349, 39.907_375).unwrap());
    assert!(
        far(shifted, GeoPoint::new(116.397_593, 39.908_777).unwrap()) < 5e-6,
        "{shifted:?}"
    );
}

#[test]
fn the_crs_decides_whether_a_point_is_converted() {
    let point = GeoPoint::new(114.298_57, 30.584_43).unwrap();
    assert_eq!(point.to_wgs84(Crs::Wgs84), point);
    assert_eq!(point.to_wgs84(Crs::Gcj02), gcj02_to_wgs84(point));
    assert_ne!(point.to_wgs84(Crs::Gcj02), point);
    for crs in [Crs::Wgs84, Crs::Gcj02] {
        assert_eq!(crs.to_string().parse::<Crs>(), Ok(crs));
        assert_eq!(serde_json::to_string(&crs).unwrap(), format!("\"{crs}\""));
    }
    assert_eq!("bd09".parse::<Crs>(), Err(GeoError::Crs));
}

#[test]
fn impossible_points_are_refused() {
    assert_eq!(GeoPoint::new(f64::NAN, 0.0), Err(GeoError::Longitude));
    assert_eq!(GeoPoint::new(0.0, f64::NAN), Err(GeoError::Latitude));
    assert_eq!(GeoPoint::new(f64::INFINITY, 0.0), Err(GeoError::Longitude));
    assert_eq!(GeoPoint::new(180.1, 0.0), Err(GeoError::Longitude));
    assert_eq!(GeoPoint::new(0.0, -90.1), Err(GeoError::Latitude));
    let error = serde_json::from_str::<GeoPoint>(r#"{"lon": 200, "lat": 0}"#).unwrap_err();
    assert!(error.to_string().starts_with("经度须在"), "{error}");
    assert!(serde_json::from_str::<GeoPoint>(r#"{"lon": 1, "lat": 0, "alt": 3}"#).is_err());
    assert!(serde_json::from_str::<GeoPoint>(r#"{"lon": 1}"#).is_err());
}
