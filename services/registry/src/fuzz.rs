//! What the fuzz targets run, and the tests over their corpus: any bytes at all, and no panic.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Crs, Named};
use serde_json::Value;

use crate::domain::geo::{GridIndex, overlap_percent, parse_feature};
use crate::domain::import::{Outcome, queue};
use crate::domain::sheet::{MOST_ROWS, Resource, csv_line, read};

/// A file somebody imports as a sheet.
///
/// # Panics
/// A row was lost, counted twice, or exported otherwise than it was read.
pub fn sheet(bytes: &[u8]) {
    for resource in Resource::ALL.iter().copied() {
        let rows = match read(resource, bytes) {
            Ok(rows) => rows,
            Err(why) => {
                assert!(!why.message().zh.is_empty(), "a refusal says why");
                continue;
            }
        };
        assert!(rows.len() <= MOST_ROWS, "more rows than a file may have");
        let columns = resource.columns().len();
        assert!(rows.iter().all(|row| row.cells.len() == columns));
        for row in rows.iter().take(20) {
            let line = csv_line(row.cells.iter().map(String::as_str));
            let formula = line
                .trim_start_matches('"')
                .starts_with(['=', '+', '-', '@']);
            assert!(!formula, "a formula got out: {line}");
        }
        let count = rows.len();
        let queued = queue(resource, rows);
        assert_eq!(queued.len(), count);
        for (row, position) in queued.iter().zip(1..) {
            assert_eq!(row.position, position);
            let refused = row.answer.outcome == Outcome::Refused;
            assert_eq!(refused, !row.answer.errors.is_empty());
        }
    }
}

/// A feature somebody imports as a grid.
///
/// # Panics
/// A shape that was taken does not hold together.
pub fn geojson(bytes: &[u8]) {
    let Ok(feature) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    for crs in [Crs::Wgs84, Crs::Gcj02] {
        let Ok(taken) = parse_feature(&feature, crs) else {
            continue;
        };
        let shared = overlap_percent(&taken.shape, &taken.shape);
        assert!((0.0..=100.0).contains(&shared), "{shared} % of itself");
        let shapes = BTreeMap::from([(taken.code, Arc::new(taken.shape.clone()))]);
        let index = GridIndex::new(shapes);
        for corner in taken.shape.rings().iter().flatten() {
            assert_eq!(index.locate(*corner), index.locate_by_scan(*corner));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn run(target: fn(&[u8]), corpus: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus");
        let files = std::fs::read_dir(folder.join(corpus));
        let mut ran = 0;
        for file in files.into_iter().flatten().flatten() {
            let bytes = std::fs::read(file.path());
            assert!(bytes.is_ok(), "{}", file.path().display());
            target(&bytes.unwrap_or_default());
            ran += 1;
        }
        assert!(ran > 4, "the corpus of {corpus} has {ran} files");
    }

    #[test]
    fn the_corpus_of_sheets_is_read() {
        run(super::sheet, "sheet");
    }

    #[test]
    fn the_corpus_of_features_is_read() {
        run(super::geojson, "geojson");
    }
}
