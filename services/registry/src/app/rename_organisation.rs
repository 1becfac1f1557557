use jiff::civil::Date;
use kernel::{Line, OrgCode, Version};
use serde::Serialize;
use store::{IdempotencyKey, Tx, idempotency};

use super::{App, ChangeError, Origin};
use crate::domain::organisation::Organisation;
use crate::events;
use crate::store::{find_organisation, save_change};

/// Gives a node another name.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RenameOrganisation {
    pub(crate) code: OrgCode,
    pub(crate) name: Line<1, 100>,
    /// First day of the name, if not today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effective_on: Option<Date>,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Gives a node another name; the name that it has already changes nothing.
pub(crate) async fn rename_organisation(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &RenameOrganisation,
) -> Result<Organisation, ChangeError> {
    app.db
        .write("organisation.rename", |tx| async move {
            idempotency::once(&tx, key, rename(app, origin, command, &tx)).await
        })
        .await
}

async fn rename(
    app: &App,
    origin: &Origin<'_>,
    command: &RenameOrganisation,
    tx: &Tx,
) -> Result<Organisation, ChangeError> {
    let found = find_organisation(tx, &command.code).await?;
    let mut organisation = found.ok_or(ChangeError::NotFound)?;
    if !origin.may_edit(&organisation.path) {
        return Err(ChangeError::OutOfScope);
    }
    if command
        .seen
        .is_some_and(|seen| seen != organisation.version)
    {
        return Err(ChangeError::OtherVersion);
    }
    let when = app.effective(command.effective_on, origin.now)?;
    let name = command.name.as_str().to_owned();
    if let Some(change) = organisation.rename(name, when)? {
        save_change(tx, &organisation, &change).await?;
        let event = events::renamed(origin, app.ids.as_ref(), &organisation);
        bus::emit(tx, vec![event]).await?;
    }
    Ok(organisation)
}
