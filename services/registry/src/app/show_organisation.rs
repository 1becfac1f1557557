use kernel::OrgCode;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::App;
use crate::domain::organisation::Organisation;
use crate::store::{find_organisation, load_organisations};

/// Why a node is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowError {
    #[error("no such organisation")]
    NotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ShowError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "organisation-not-found",
                "没有这个组织",
                "there is no such organisation",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Shows a node. Text that is no code names nothing.
pub(crate) async fn show_organisation(app: &App, code: &str) -> Result<Organisation, ShowError> {
    let code: OrgCode = code.parse().map_err(|_| ShowError::NotFound)?;
    let found = find_organisation(app.db.reader(), &code).await?;
    found.ok_or(ShowError::NotFound)
}

/// Lists the nodes above a node, from the root down.
pub(crate) async fn show_ancestors(app: &App, code: &str) -> Result<Vec<Organisation>, ShowError> {
    let organisation = show_organisation(app, code).await?;
    let above = organisation.path.parent().map(|parent| parent.ancestors());
    let codes: Vec<OrgCode> = above
        .unwrap_or_default()
        .iter()
        .filter_map(kernel::OrgPath::leaf)
        .collect();
    let mut found = load_organisations(app.db.reader(), &codes).await?;
    found.sort_by_key(|organisation| organisation.path.depth());
    Ok(found)
}
