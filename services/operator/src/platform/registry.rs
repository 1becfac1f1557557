use serde::Deserialize;
use serde_json::json;

use super::{Client, PlatformError};
use crate::domain::divisions::{CHUNK, Row};
use crate::domain::plan::Place;

/// Most pages of a list that are read: 200 organisations each.
const MOST_PAGES: usize = 500;

/// An organisation at or below the district.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Unit {
    /// Its code.
    pub(crate) code: String,
    /// Its name.
    pub(crate) name: String,
    /// Its kind.
    pub(crate) kind: String,
    /// Code of the one above.
    pub(crate) parent_code: Option<String>,
    /// Its place in the tree.
    pub(crate) path: String,
    /// First day without it.
    #[serde(default)]
    pub(crate) closed_on: Option<String>,
}

/// What became of imported rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Imported {
    /// Rows that changed something.
    pub(crate) changed: usize,
    /// Codes of rows that were refused, with the reason.
    pub(crate) refused: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Unit>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Deserialize)]
struct ImportAnswer {
    rows: Vec<RowAnswer>,
}

#[derive(Deserialize)]
struct RowAnswer {
    outcome: String,
    #[serde(default)]
    reason: Option<String>,
}

impl Client {
    /// Finds a district.
    ///
    /// # Errors
    /// The platform does not say.
    pub(crate) async fn place(&self, code: &str) -> Result<Place, PlatformError> {
        let path = format!("/api/registry/v1/organisations/{code}");
        let found = match self.get(&path).await {
            Ok(found) => found,
            Err(error) if error.is_not_found() => return Ok(Place::Absent),
            Err(error) => return Err(error),
        };
        let unit: Unit =
            serde_json::from_value(found).map_err(|_| PlatformError::Unexpected("organisation"))?;
        Ok(match unit.closed_on {
            Some(_) => Place::Closed,
            None => Place::Open {
                name: unit.name,
                parent_code: unit.parent_code,
                path: unit.path,
            },
        })
    }

    /// Imports rows in chunks. Rows that are there already just so change nothing.
    ///
    /// # Errors
    /// The platform refuses a whole chunk, or breaks off; chunks before it are in.
    pub(crate) async fn import(&self, rows: &[Row]) -> Result<Imported, PlatformError> {
        let mut imported = Imported::default();
        for chunk in rows.chunks(CHUNK) {
            let body = json!({"rows": chunk});
            let answer = self
                .post("/api/registry/v1/divisions/imports", &body)
                .await?;
            let answer: ImportAnswer =
                serde_json::from_value(answer).map_err(|_| PlatformError::Unexpected("import"))?;
            for (row, answer) in chunk.iter().zip(answer.rows) {
                match answer.outcome.as_str() {
                    "unchanged" => {}
                    "refused" => {
                        let reason = answer.reason.unwrap_or_default();
                        imported.refused.push((row.code.clone(), reason));
                    }
                    _ => imported.changed += 1,
                }
            }
        }
        Ok(imported)
    }

    /// Lists what is at or below a place, in the order of the tree, without what was closed.
    ///
    /// # Errors
    /// The platform does not say, or there is more than a district has.
    pub(crate) async fn units_below(&self, code: &str) -> Result<Vec<Unit>, PlatformError> {
        let mut units = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut path = format!("/api/registry/v1/organisations?below={code}&limit=200");
            if let Some(cursor) = &cursor {
                path.push_str("&cursor=");
                path.push_str(cursor);
            }
            let page: Page = serde_json::from_value(self.get(&path).await?)
                .map_err(|_| PlatformError::Unexpected("organisations"))?;
            units.extend(page.items);
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(units),
            }
        }
        Err(PlatformError::Unexpected("a list without an end"))
    }
}
