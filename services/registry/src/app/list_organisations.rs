use contracts::registry::OrgKind;
use kernel::{Cursor, CursorError, OrgCode, OrgPath, Timestamp};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::App;
use super::change_error::organisation_unknown;
use crate::domain::organisation::Organisation;
use crate::domain::search::{SHORTEST_SEARCH, fold, sort_key};
use crate::store::{
    Change, Listing, find_organisation, list_below, list_changes, search_organisations,
};

/// Name of the list in its cursors.
const BY_CODE: &str = "organisations";
/// Name of the list of changes in its cursors.
const BY_CHANGE: &str = "organisation-changes";
/// Name of the list of a sub-tree in its cursors.
const BY_PATH: &str = "organisation-subtree";

/// Which nodes to list.
#[derive(Debug)]
pub(crate) struct ListOrganisations {
    pub(crate) parent_code: Option<OrgCode>,
    pub(crate) below: Option<OrgCode>,
    pub(crate) superior_code: Option<OrgCode>,
    pub(crate) kind: Option<OrgKind>,
    pub(crate) closed: bool,
    pub(crate) search: Option<String>,
    pub(crate) changed_since: Option<Timestamp>,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: usize,
}

/// Why nodes are not listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("search is too short")]
    SearchTooShort,
    #[error("search within changes")]
    SearchWithinChanges,
    #[error("a sub-tree is listed by itself")]
    BelowAlone,
    #[error("organisation {0} does not exist")]
    BelowUnknown(OrgCode),
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ListError {
    fn fact(&self) -> Fact {
        match self {
            Self::SearchTooShort => Fact::new(
                Kind::Invalid,
                "invalid-input",
                "搜索词至少两个字符",
                "a search has at least two characters",
            )
            .at("/q"),
            Self::SearchWithinChanges => Fact::new(
                Kind::Invalid,
                "invalid-input",
                "q 不能与 changed_since 同用",
                "q cannot be combined with changed_since",
            )
            .at("/q"),
            Self::BelowAlone => Fact::new(
                Kind::Invalid,
                "invalid-input",
                "below 只能与 kind、closed 同用",
                "below can be combined with kind and closed only",
            )
            .at("/below"),
            Self::BelowUnknown(code) => organisation_unknown(code).at("/below"),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists one page of nodes, and the cursor of the next one.
pub(crate) async fn list_organisations(
    app: &App,
    wanted: ListOrganisations,
) -> Result<(Vec<Organisation>, Option<String>), ListError> {
    if wanted.below.is_some() {
        return subtree(app, wanted).await;
    }
    if let Some(since) = wanted.changed_since {
        return changes(app, wanted, since).await;
    }
    let after = wanted
        .cursor
        .as_deref()
        .map(|cursor| Cursor::decode(BY_CODE, cursor));
    let listing = Listing {
        parent_code: wanted.parent_code,
        superior_code: wanted.superior_code,
        kind: wanted.kind,
        closed: wanted.closed,
        after: after.transpose()?,
    };
    let (db, limit) = (app.db.reader(), fetched(wanted.limit));
    let found = match &wanted.search {
        None => crate::store::list_organisations(db, &listing, limit).await?,
        Some(search) if fold(search).chars().count() < SHORTEST_SEARCH => {
            return Err(ListError::SearchTooShort);
        }
        Some(search) => search_organisations(db, search, &listing, limit).await?,
    };
    Ok(Cursor::cut(found, wanted.limit, |last| {
        Cursor::encode(BY_CODE, &sort_key(&last.code))
    }))
}

/// Lists a node and everything below it, whatever else is in the tree.
async fn subtree(
    app: &App,
    wanted: ListOrganisations,
) -> Result<(Vec<Organisation>, Option<String>), ListError> {
    let others = wanted.parent_code.is_some()
        || wanted.superior_code.is_some()
        || wanted.search.is_some()
        || wanted.changed_since.is_some();
    let (Some(code), false) = (wanted.below, others) else {
        return Err(ListError::BelowAlone);
    };
    let found = find_organisation(app.db.reader(), &code).await?;
    let top = found.ok_or(ListError::BelowUnknown(code))?;
    let after = wanted
        .cursor
        .as_deref()
        .map(|cursor| Cursor::decode(BY_PATH, cursor));
    let listing = Listing {
        kind: wanted.kind,
        closed: wanted.closed,
        after: after.transpose()?.map(|path: OrgPath| path.to_string()),
        ..Listing::default()
    };
    let limit = fetched(wanted.limit);
    let found = list_below(app.db.reader(), &top.path, &listing, limit).await?;
    Ok(Cursor::cut(found, wanted.limit, |last| {
        Cursor::encode(BY_PATH, &last.path)
    }))
}

async fn changes(
    app: &App,
    wanted: ListOrganisations,
    since: Timestamp,
) -> Result<(Vec<Organisation>, Option<String>), ListError> {
    if wanted.search.is_some() {
        return Err(ListError::SearchWithinChanges);
    }
    let after = wanted
        .cursor
        .as_deref()
        .map(|cursor| Cursor::decode(BY_CHANGE, cursor));
    let after: Option<Change> = after.transpose()?;
    let listing = Listing {
        parent_code: wanted.parent_code,
        superior_code: wanted.superior_code,
        kind: wanted.kind,
        // what was closed is a change, too
        closed: true,
        after: None,
    };
    let limit = fetched(wanted.limit);
    let found = list_changes(app.db.reader(), &listing, since, after.as_ref(), limit).await?;
    Ok(Cursor::cut(found, wanted.limit, |last| {
        Cursor::encode(BY_CHANGE, &(last.updated_at, sort_key(&last.code)))
    }))
}

/// One more than the page shows whether there is another.
fn fetched(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1)
}
