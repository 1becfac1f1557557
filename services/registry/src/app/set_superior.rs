use kernel::{OrgCode, Version};
use serde::Serialize;
use store::{IdempotencyKey, Tx, idempotency};

use super::{App, ChangeError, Origin};
use crate::domain::organisation::Organisation;
use crate::store::{find_for_change, find_organisation, save_change};

/// Names the party organisation that one answers to; none ends that.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SetSuperior {
    pub(crate) code: OrgCode,
    pub(crate) superior_code: Option<OrgCode>,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Ties a party organisation to the one above it (隶属).
pub(crate) async fn set_superior(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &SetSuperior,
) -> Result<Organisation, ChangeError> {
    app.db
        .write("organisation.set_superior", |tx| async move {
            idempotency::once(&tx, key, tie(origin, command, &tx)).await
        })
        .await
}

async fn tie(
    origin: &Origin<'_>,
    command: &SetSuperior,
    tx: &Tx,
) -> Result<Organisation, ChangeError> {
    let found = find_for_change(tx, &command.code).await?;
    let mut node = found.ok_or(ChangeError::NotFound)?;
    if !origin.may_edit(&node.path) {
        return Err(ChangeError::OutOfScope);
    }
    if command.seen.is_some_and(|seen| seen != node.version) {
        return Err(ChangeError::OtherVersion);
    }
    let superior = match &command.superior_code {
        None => None,
        Some(code) => {
            let found = find_organisation(tx, code).await?;
            Some(found.ok_or_else(|| ChangeError::OtherUnknown(code.clone()))?)
        }
    };
    match node.answer_to(superior.as_ref(), origin.now) {
        None => {}
        Some(Ok(change)) => save_change(tx, &node, &change).await?,
        Some(Err(code)) => return Err(ChangeError::NoSuperior(code)),
    }
    Ok(node)
}
