//! How long it takes to find the grid of a point among 20,000 grids of a city, beside looking at every grid.

use divan::{Bencher, black_box};
use kernel::{GeoPoint, OrgCode};
use registry::{GridIndex, Shape};

fn main() {
    divan::main();
}

/// Columns and rows of grids of about 500 by 500 m, which tile a city of 70 by 70 km.
const SIDE: u32 = 142;
const SIZE: f64 = 0.005;

fn point(lon: f64, lat: f64) -> GeoPoint {
    GeoPoint::new(lon, lat).unwrap_or_else(|error| panic!("{error}"))
}

/// A block with a crooked border of 24 points, as grids have.
fn grid(column: u32, row: u32) -> Shape {
    let (west, south) = (
        114.0 + f64::from(column) * SIZE,
        30.0 + f64::from(row) * SIZE,
    );
    let mut ring = Vec::new();
    for step in 0..24_u32 {
        let angle = f64::from(step) / 24.0 * std::f64::consts::TAU;
        let reach = SIZE * if step % 2 == 0 { 0.5 } else { 0.48 };
        let (east, north) = (reach * angle.cos(), reach * angle.sin());
        ring.push(point(west + SIZE / 2.0 + east, south + SIZE / 2.0 + north));
    }
    ring.extend(ring.first().copied());
    Shape::new(vec![ring]).unwrap_or_else(|error| panic!("{error}"))
}

fn city() -> GridIndex {
    let mut grids = Vec::new();
    for column in 0..SIDE {
        for row in 0..SIDE {
            let code = format!(
                "4201{:02}{:03}{:03}.G{:03}",
                1 + column % 15,
                1 + column,
                1 + row,
                1
            );
            let code: OrgCode = code.parse().unwrap_or_else(|error| panic!("{error}"));
            grids.push((code, Some(grid(column, row))));
        }
    }
    GridIndex::default().with(grids)
}

/// Points spread over the city, some of them between grids.
fn points() -> Vec<GeoPoint> {
    (0..1_000_u32)
        .map(|number| {
            let share = |step: u32| f64::from(number.wrapping_mul(step) % 10_007) / 10_007.0;
            let reach = f64::from(SIDE) * SIZE;
            point(114.0 + share(7_919) * reach, 30.0 + share(104_729) * reach)
        })
        .collect()
}

/// A thousand points by the index.
#[divan::bench]
fn thousand_by_index(bencher: Bencher) {
    let (city, points) = (city(), points());
    assert!(city.len() > 20_000);
    bencher.bench_local(|| {
        for point in &points {
            black_box(city.locate(*point));
        }
    });
}

/// Ten points by looking at every grid: the reference.
#[divan::bench]
fn ten_by_scan(bencher: Bencher) {
    let (city, points) = (city(), points());
    bencher.bench_local(|| {
        for point in points.iter().take(10) {
            black_box(city.locate_by_scan(*point));
        }
    });
}

/// The index of the whole city built anew, as after a change.
#[divan::bench(sample_count = 10)]
fn rebuild(bencher: Bencher) {
    let city = city();
    bencher.bench_local(|| black_box(city.with([])));
}
