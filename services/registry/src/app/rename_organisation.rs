use kernel::{Line, OrgCode, Version};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::{App, Origin};
use crate::domain::organisation::Organisation;
use crate::events;
use crate::store::{find_organisation, save_name};

/// Gives a node another name.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RenameOrganisation {
    pub(crate) code: OrgCode,
    pub(crate) name: Line<1, 100>,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Why a node is not renamed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenameError {
    #[error("no such organisation")]
    NotFound,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RenameError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "organisation-not-found",
                "没有这个组织",
                "there is no such organisation",
            ),
            Self::OutOfScope => Fact::new(
                Kind::Forbidden,
                "out-of-scope",
                "该组织不在您的管理范围内",
                "that part of the tree is not yours to change",
            ),
            Self::OtherVersion => Fact::new(
                Kind::Precondition,
                "version-changed",
                "组织已被修改，请刷新后重试",
                "the organisation has changed; read it again and retry",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Gives a node another name; the name that it has already changes nothing.
pub(crate) async fn rename_organisation(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &RenameOrganisation,
) -> Result<Organisation, RenameError> {
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
) -> Result<Organisation, RenameError> {
    let Some(mut organisation) = find_organisation(tx, &command.code).await? else {
        return Err(RenameError::NotFound);
    };
    if !origin.may_edit(&organisation.path) {
        return Err(RenameError::OutOfScope);
    }
    let found = organisation.version;
    if command.seen.is_some_and(|seen| seen != found) {
        return Err(RenameError::OtherVersion);
    }
    if organisation.rename(command.name.as_str().to_owned(), origin.now) {
        save_name(tx, &organisation, found).await?;
        let event = events::renamed(origin, app.ids.as_ref(), &organisation);
        bus::emit(tx, vec![event]).await?;
    }
    Ok(organisation)
}
