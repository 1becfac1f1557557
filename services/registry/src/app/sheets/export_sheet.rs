use std::collections::HashMap;

use contracts::registry::OrgKind;
use kernel::{OrgCode, OrgPath};
use problem::Locale;
use store::StoreError;
use tokio::task::spawn_blocking;

use super::{App, Origin, SheetError};
use crate::app::posts::STAFFING;
use crate::app::read_notes::note_read;
use crate::domain::grid::Grid;
use crate::domain::kind;
use crate::domain::organisation::Organisation;
use crate::domain::read_note::ReadKind;
use crate::domain::sheet::{MOST_ROWS, Resource, title_of_duty, title_of_post, workbook};
use crate::store::{
    Listing, find_organisation, list_below, list_posts_of, list_venues_of, load_grids,
};

/// Nodes looked at together: what an export holds in memory at a time.
const PAGE: u64 = 500;

/// An export under way: it walks the tree below a place, page by page.
pub(crate) struct Export {
    pub(crate) resource: Resource,
    place: OrgPath,
    listing: Listing,
    over: bool,
}

/// Opens an export of what is at or below a place.
pub(crate) async fn open_export(
    app: &App,
    origin: &Origin<'_>,
    resource: Resource,
    below: &OrgCode,
) -> Result<Export, SheetError> {
    let place = find_organisation(app.db.reader(), below).await?;
    let place = place.ok_or_else(|| SheetError::PlaceUnknown(below.clone()))?;
    if !origin.holds_any(&STAFFING, &place.path) {
        return Err(SheetError::OutOfScope);
    }
    if resource == Resource::Posts {
        note_read(app, origin, ReadKind::Export, below, None).await?;
    }
    let kind = (resource == Resource::Grids).then_some(OrgKind::Grid);
    Ok(Export {
        resource,
        place: place.path,
        listing: Listing {
            kind,
            ..Listing::default()
        },
        over: false,
    })
}

impl Export {
    /// Returns the rows of the next page, maybe none of them; nothing at the end.
    pub(crate) async fn next(&mut self, app: &App) -> Result<Option<Vec<Vec<String>>>, StoreError> {
        if self.over {
            return Ok(None);
        }
        let db = app.db.reader();
        let nodes = list_below(db, &self.place, &self.listing, PAGE).await?;
        self.over = u64::try_from(nodes.len()) != Ok(PAGE);
        self.listing.after = nodes.last().map(|node| node.path.to_string());
        let codes: Vec<OrgCode> = nodes.iter().map(|node| node.code.clone()).collect();
        Ok(Some(match self.resource {
            Resource::Organisations => nodes.iter().map(organisation).collect(),
            Resource::Grids => {
                let grids = load_grids(db, &codes).await?.into_iter();
                let grids: HashMap<OrgCode, Grid> =
                    grids.map(|grid| (grid.code.clone(), grid)).collect();
                codes
                    .iter()
                    .map(|code| {
                        let grid = grids.get(code);
                        let duties = grid.map(|grid| {
                            let titles = grid.duties.iter().map(|duty| title_of_duty(*duty));
                            titles.collect::<Vec<_>>().join("、")
                        });
                        vec![
                            code.to_string(),
                            text(grid.and_then(|grid| grid.households)),
                            text(grid.and_then(|grid| grid.party_members)),
                            duties.unwrap_or_default(),
                        ]
                    })
                    .collect()
            }
            Resource::Posts => {
                let posts = list_posts_of(db, &codes).await?.into_iter();
                posts
                    .map(|post| {
                        vec![
                            post.org_code.to_string(),
                            title_of_post(post.kind).to_owned(),
                            post.account.to_string(),
                            post.since.to_string(),
                            text(post.term_until),
                        ]
                    })
                    .collect()
            }
            Resource::Venues => {
                let venues = list_venues_of(db, &codes, None).await?.into_iter();
                venues
                    .map(|venue| {
                        vec![
                            venue.org_code.to_string(),
                            venue.name,
                            venue.capacity.to_string(),
                        ]
                    })
                    .collect()
            }
        }))
    }
}

fn organisation(node: &Organisation) -> Vec<String> {
    vec![
        node.code.to_string(),
        node.name.clone(),
        kind::title_of(node.kind).to_owned(),
        text(node.parent_code.as_ref()),
        text(node.uscc.as_ref()),
    ]
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Makes a workbook of an export. A workbook is made in memory: it has no more rows than an import.
pub(crate) async fn export_workbook(
    app: &App,
    mut export: Export,
    locale: Locale,
) -> Result<Vec<u8>, SheetError> {
    let mut rows = Vec::new();
    while let Some(page) = export.next(app).await? {
        rows.extend(page);
        if rows.len() > MOST_ROWS {
            return Err(SheetError::TooManyRows);
        }
    }
    let made = spawn_blocking(move || workbook(export.resource, &rows, locale));
    Ok(made.await.map_err(|_| SheetError::BrokeOff)??)
}
