use contracts::registry::OrgKind;
use kernel::{AccountId, Cursor, Named, OrgCode};

use super::posts::{PostError, STAFFING};
use super::read_notes::note_read;
use super::{App, Origin};
use crate::domain::organisation::Organisation;
use crate::domain::post::PostKind;
use crate::domain::read_note::ReadKind;
use crate::domain::span::Standing;
use crate::store::{Load, count_held, count_places, find_organisation, list_loads};

/// Name of the list of contacts in its cursors.
const CONTACTS: &str = "contacts";

/// How far a post is filled at one kind of organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coverage {
    pub(crate) post: PostKind,
    pub(crate) of: OrgKind,
    /// Open organisations of the kind.
    pub(crate) places: u64,
    /// Those where somebody is appointed.
    pub(crate) held: u64,
}

/// A contact, and how what it looks after stands to what it should be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contact {
    pub(crate) load: Load,
    pub(crate) standing: Standing,
}

/// Finds the node whose part of the tree is told of, to those who staff it.
pub(super) async fn place(
    app: &App,
    origin: &Origin<'_>,
    below: &OrgCode,
) -> Result<Organisation, PostError> {
    let top = find_organisation(app.db.reader(), below).await?;
    let top = top.ok_or_else(|| PostError::PlaceUnknown(below.clone()))?;
    if !origin.holds_any(&STAFFING, &top.path) {
        return Err(PostError::OutOfScope);
    }
    Ok(top)
}

/// Tells of each post how many of the organisations at or below a place that should have one do: the
/// coverage of the five chiefs (五长) level by level, of grid workers, of contacts.
pub(crate) async fn show_coverage(
    app: &App,
    origin: &Origin<'_>,
    below: &OrgCode,
) -> Result<Vec<Coverage>, PostError> {
    let top = place(app, origin, below).await?;
    let db = app.db.reader();
    let places = count_places(db, &top.path).await?;
    let held = count_held(db, &top.path).await?;
    let mut coverage = Vec::new();
    for post in PostKind::ALL.iter().copied() {
        for of in post.places().iter().copied() {
            let places = places.iter().find(|(kind, _)| *kind == of);
            let held = held.iter().find(|held| (held.0, held.1) == (post, of));
            if let Some((_, places)) = places {
                coverage.push(Coverage {
                    post,
                    of,
                    places: *places,
                    held: held.map_or(0, |(.., held)| *held),
                });
            }
        }
    }
    Ok(coverage)
}

/// Lists one page of the contacts at or below a place with what they look after there, and the next
/// cursor.
pub(crate) async fn list_contacts(
    app: &App,
    origin: &Origin<'_>,
    below: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Contact>, Option<String>), PostError> {
    let after: Option<AccountId> = cursor
        .map(|cursor| Cursor::decode(CONTACTS, cursor))
        .transpose()?;
    let top = place(app, origin, below).await?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let found = list_loads(app.db.reader(), &top.path, after, most).await?;
    let (found, next) = Cursor::cut(found, limit, |last| Cursor::encode(CONTACTS, &last.account));
    let contacts = found.into_iter().map(|load| Contact {
        load,
        standing: app.span.standing(load.organisations, load.households),
    });
    let contacts: Vec<Contact> = contacts.collect();
    note_read(app, origin, ReadKind::Contacts, below, Some(contacts.len())).await?;
    Ok((contacts, next))
}
