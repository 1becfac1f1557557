use contracts::registry::OrgKind;
use kernel::{Cursor, CursorError, OrgCode, Version};
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::change_error::{organisation_unknown, out_of_scope, version_changed};
use super::{App, Origin};
use crate::domain::grid::{Duty, Grid, community_of};
use crate::domain::organisation::Organisation;
use crate::store::{
    find_grid, find_organisation, list_grids, list_without_party, load_organisations,
    next_revision, save_grids,
};

/// Name of the list of grids in its cursors.
const GRIDS: &str = "grids";
/// Name of the list of gaps in its cursors.
const GAPS: &str = "grids-without-party";

/// A grid with its node.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Whole {
    pub(crate) node: Organisation,
    /// Nothing where only the node is known.
    #[serde(skip)]
    pub(crate) grid: Option<Grid>,
}

/// Changes what is known of a grid beside its shape.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UpdateGrid {
    pub(crate) code: OrgCode,
    pub(crate) households: Option<u32>,
    pub(crate) party_members: Option<u32>,
    pub(crate) duties: Vec<Duty>,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Why nothing is told or changed about grids.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GridError {
    #[error("no such grid")]
    NotFound,
    #[error("organisation {0} does not exist")]
    PlaceUnknown(OrgCode),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for GridError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "grid-not-found",
                "没有这个网格",
                "there is no such grid",
            ),
            Self::PlaceUnknown(code) => organisation_unknown(code),
            Self::OutOfScope => out_of_scope(),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Shows a grid. Text that is no code names nothing.
pub(crate) async fn show_grid(app: &App, code: &str) -> Result<Whole, GridError> {
    let code: OrgCode = code.parse().map_err(|_| GridError::NotFound)?;
    let db = app.db.reader();
    let node = find_organisation(db, &code).await?;
    let node = node.filter(|node| node.kind == OrgKind::Grid);
    Ok(Whole {
        node: node.ok_or(GridError::NotFound)?,
        grid: find_grid(db, &code).await?,
    })
}

/// Lists one page of a community's grids that have something stored, and the cursor of the next one.
pub(crate) async fn list_grids_of_community(
    app: &App,
    community: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Whole>, Option<String>), GridError> {
    let after: Option<OrgCode> = cursor
        .map(|cursor| Cursor::decode(GRIDS, cursor))
        .transpose()?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let db = app.db.reader();
    let grids = list_grids(db, community, after.as_ref(), most).await?;
    let (grids, next) = Cursor::cut(grids, limit, |last| Cursor::encode(GRIDS, &last.code));
    let codes: Vec<OrgCode> = grids.iter().map(|grid| grid.code.clone()).collect();
    let nodes = load_organisations(db, &codes).await?;
    let wholes = grids.into_iter().filter_map(|grid| {
        let node = nodes.iter().find(|node| node.code == grid.code)?.clone();
        Some(Whole {
            node,
            grid: Some(grid),
        })
    });
    Ok((wholes.collect(), next))
}

/// Lists one page of the grids at or below a place without a party organisation, and the next cursor.
pub(crate) async fn list_party_gaps(
    app: &App,
    place: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Organisation>, Option<String>), GridError> {
    let after: Option<String> = cursor
        .map(|cursor| Cursor::decode(GAPS, cursor))
        .transpose()?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let db = app.db.reader();
    let top = find_organisation(db, place).await?;
    let top = top.ok_or_else(|| GridError::PlaceUnknown(place.clone()))?;
    let found = list_without_party(db, &top.path, after.as_deref(), most).await?;
    Ok(Cursor::cut(found, limit, |last| {
        Cursor::encode(GAPS, &last.path)
    }))
}

/// Changes what is known of a grid beside its shape.
pub(crate) async fn update_grid(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &UpdateGrid,
) -> Result<Whole, GridError> {
    app.db
        .write("grid.update", |tx| async move {
            idempotency::once(&tx, key, update(origin, command, &tx)).await
        })
        .await?;
    show_grid(app, command.code.as_str()).await
}

async fn update(origin: &Origin<'_>, command: &UpdateGrid, tx: &Tx) -> Result<(), GridError> {
    // whoever changes the map, or moves its grids, waits here, so that what is read below stays so
    let revision = next_revision(tx).await?;
    let node = find_organisation(tx, &command.code).await?;
    let node = node.filter(|node| node.kind == OrgKind::Grid && !node.is_closed());
    let node = node.ok_or(GridError::NotFound)?;
    if !origin.may_edit(&node.path) {
        return Err(GridError::OutOfScope);
    }
    let parent = match &node.parent_code {
        Some(code) => find_organisation(tx, code).await?,
        None => None,
    };
    let community_code = parent.as_ref().and_then(community_of);
    let before = find_grid(tx, &command.code).await?;
    let version = before.as_ref().map(|grid| grid.version);
    if command.seen.is_some() && command.seen != version {
        return Err(GridError::OtherVersion);
    }
    let wanted = Grid {
        code: command.code.clone(),
        community_code: community_code.ok_or(GridError::NotFound)?,
        shape: before.as_ref().and_then(|grid| grid.shape.clone()),
        households: command.households,
        party_members: command.party_members,
        duties: command.duties.clone(),
        version: Version::FIRST,
        updated_at: origin.now,
    };
    let mut grid = before.clone();
    let changed = grid.as_mut().is_none_or(|grid| grid.follow(&wanted));
    if changed {
        save_grids(tx, &[grid.unwrap_or(wanted)], revision).await?;
    }
    Ok(())
}

/// Takes a grid that came to its end off the map.
pub(super) async fn take_off_map(
    origin: &Origin<'_>,
    code: &OrgCode,
    tx: &Tx,
) -> Result<(), StoreError> {
    let revision = next_revision(tx).await?;
    let Some(mut grid) = find_grid(tx, code).await? else {
        return Ok(());
    };
    let bare = Grid {
        shape: None,
        updated_at: origin.now,
        ..grid.clone()
    };
    if grid.follow(&bare) {
        save_grids(tx, &[grid], revision).await?;
    }
    Ok(())
}
