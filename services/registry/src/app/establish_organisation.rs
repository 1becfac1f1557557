use contracts::registry::OrgKind;
use kernel::{IdSourceExt, Line, OrgCode};
use problem::{Category, Fact, FieldError, Kind};
use serde::{Deserialize, Serialize};
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::{App, Origin};
use crate::domain::organisation::Organisation;
use crate::domain::placement::{Misplaced, place};
use crate::events;
use crate::store::{find_organisation, insert_organisations};

/// Sets up a node.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EstablishOrganisation {
    pub(crate) code: OrgCode,
    pub(crate) name: Line<1, 100>,
    pub(crate) kind: OrgKind,
    pub(crate) parent_code: Option<OrgCode>,
}

/// The node, and whether it is new.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Established {
    pub(crate) organisation: Organisation,
    pub(crate) created: bool,
}

/// Why a node is not set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EstablishError {
    #[error("parent {0} does not exist")]
    ParentUnknown(OrgCode),
    #[error("cannot be there: {0:?}")]
    Misplaced(Misplaced),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("code {} is taken", .0.code)]
    CodeTaken(Box<Organisation>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for EstablishError {
    fn fact(&self) -> Fact {
        match self {
            Self::ParentUnknown(code) => Fact::new(
                Kind::Invalid,
                "parent-unknown",
                format!("上级组织 {code} 不存在"),
                format!("there is no parent organisation {code}"),
            )
            .at("/parent_code"),
            Self::Misplaced(why) => {
                Fact::said(Kind::Invalid, "organisation-misplaced", why.message()).with_fields(
                    vec![FieldError::new(format!("/{}", why.member()), why.message())],
                )
            }
            Self::OutOfScope => Fact::new(
                Kind::Forbidden,
                "out-of-scope",
                "该组织不在您的管理范围内",
                "that part of the tree is not yours to change",
            ),
            Self::CodeTaken(known) => Fact::new(
                Kind::Conflict,
                "organisation-code-taken",
                format!("代码 {} 已用于“{}”", known.code, known.name),
                format!("the code {} already names another organisation", known.code),
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Sets up a node; one that is there just so is left as it is.
pub(crate) async fn establish_organisation(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &EstablishOrganisation,
) -> Result<Established, EstablishError> {
    app.db
        .write("organisation.establish", |tx| async move {
            idempotency::once(&tx, key, establish(app, origin, command, &tx)).await
        })
        .await
}

async fn establish(
    app: &App,
    origin: &Origin<'_>,
    command: &EstablishOrganisation,
    tx: &Tx,
) -> Result<Established, EstablishError> {
    let parent = match &command.parent_code {
        None => None,
        Some(code) => match find_organisation(tx, code).await? {
            Some(parent) => Some(parent),
            None => return Err(EstablishError::ParentUnknown(code.clone())),
        },
    };
    let path =
        place(command.kind, &command.code, parent.as_ref()).map_err(EstablishError::Misplaced)?;
    if !origin.may_edit(&path) {
        return Err(EstablishError::OutOfScope);
    }
    let organisation = Organisation::establish(
        app.ids.next(),
        command.kind,
        command.name.as_str().to_owned(),
        command.code.clone(),
        path,
        origin.now,
    );
    // the insert decides: another request may have taken the code since
    if insert_organisations(tx, std::slice::from_ref(&organisation)).await? == 0 {
        return known(command, organisation, tx).await;
    }
    let event = events::established(origin, app.ids.as_ref(), &organisation);
    bus::emit(tx, vec![event]).await?;
    Ok(Established {
        organisation,
        created: true,
    })
}

/// Answers for a code that is taken: by the same node, or by another.
async fn known(
    command: &EstablishOrganisation,
    wanted: Organisation,
    tx: &Tx,
) -> Result<Established, EstablishError> {
    let Some(known) = find_organisation(tx, &command.code).await? else {
        return Err(StoreError::Stale.into());
    };
    if known.kind != wanted.kind || known.name != wanted.name || known.path != wanted.path {
        return Err(EstablishError::CodeTaken(Box::new(known)));
    }
    Ok(Established {
        organisation: known,
        created: false,
    })
}
