use contracts::registry::OrgKind;
use jiff::civil::Date;
use kernel::{IdSourceExt, Line, OrgCode, Uscc};
use problem::{Category, Fact, FieldError, Kind};
use serde::{Deserialize, Serialize};
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::change_error::out_of_scope;
use super::{App, Origin};
use crate::domain::history::{Effective, Untimely};
use crate::domain::kind;
use crate::domain::organisation::{Organisation, Refused};
use crate::domain::placement::{Misplaced, place};
use crate::events;
use crate::store::{find_for_change, find_organisation, hold, insert_organisations, save_change};

/// Sets up a node.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EstablishOrganisation {
    pub(crate) code: OrgCode,
    pub(crate) name: Line<1, 100>,
    pub(crate) kind: OrgKind,
    pub(crate) parent_code: Option<OrgCode>,
    /// Unified social credit code of a legal person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uscc: Option<Uscc>,
    /// First day of it, if not today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effective_on: Option<Date>,
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
    #[error("needs a unified social credit code")]
    UsccMissing,
    #[error("has no unified social credit code")]
    UsccNotTaken,
    #[error(transparent)]
    Untimely(#[from] Untimely),
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
            Self::OutOfScope => out_of_scope(),
            Self::UsccMissing => Fact::new(
                Kind::Invalid,
                "uscc-missing",
                "该类组织须有统一社会信用代码",
                "such an organisation has a unified social credit code",
            )
            .at("/uscc"),
            Self::UsccNotTaken => Fact::new(
                Kind::Invalid,
                "uscc-not-taken",
                "该类组织没有统一社会信用代码",
                "such an organisation has no unified social credit code",
            )
            .at("/uscc"),
            Self::Untimely(why) => why.fact(),
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
    check_uscc(command)?;
    let path =
        place(command.kind, &command.code, parent.as_ref()).map_err(EstablishError::Misplaced)?;
    if !origin.may_edit(&path) {
        return Err(EstablishError::OutOfScope);
    }
    if let Some(parent) = &parent {
        hold(tx, &[parent]).await?;
    }
    let when = app.effective(command.effective_on, origin.now)?;
    let mut organisation = Organisation::establish(
        app.ids.next(),
        command.kind,
        command.name.as_str().to_owned(),
        command.code.clone(),
        path,
        when,
    );
    organisation.uscc.clone_from(&command.uscc);
    // the insert decides: another request may have taken the code since
    if insert_organisations(tx, std::slice::from_ref(&organisation)).await? == 0 {
        return known(app, origin, command, organisation, when, tx).await;
    }
    tell(app, origin, organisation, tx).await
}

fn check_uscc(command: &EstablishOrganisation) -> Result<(), EstablishError> {
    match &command.uscc {
        None if kind::needs_uscc(command.kind) => Err(EstablishError::UsccMissing),
        Some(_) if !kind::takes_uscc(command.kind) => Err(EstablishError::UsccNotTaken),
        _ => Ok(()),
    }
}

async fn tell(
    app: &App,
    origin: &Origin<'_>,
    organisation: Organisation,
    tx: &Tx,
) -> Result<Established, EstablishError> {
    let event = events::established(origin, app.ids.as_ref(), &organisation);
    bus::emit(tx, vec![event]).await?;
    Ok(Established {
        organisation,
        created: true,
    })
}

/// Answers for a code that is taken: by the same node, by another, or by one that is no more.
async fn known(
    app: &App,
    origin: &Origin<'_>,
    command: &EstablishOrganisation,
    wanted: Organisation,
    when: Effective,
    tx: &Tx,
) -> Result<Established, EstablishError> {
    let Some(mut known) = find_for_change(tx, &command.code).await? else {
        return Err(StoreError::Stale.into());
    };
    if known.is_closed() {
        if !origin.may_edit(&known.path) {
            return Err(EstablishError::OutOfScope);
        }
        let reopened = known.reopen(wanted.kind, wanted.name, wanted.path, when);
        let change = reopened.map_err(|why| match why {
            Refused::Untimely(why) => EstablishError::Untimely(why),
            _ => EstablishError::CodeTaken(Box::new(known.clone())),
        })?;
        known.uscc = wanted.uscc;
        save_change(tx, &known, &change).await?;
        return tell(app, origin, known, tx).await;
    }
    let same = known.kind == wanted.kind && known.name == wanted.name && known.path == wanted.path;
    if !same || known.uscc != wanted.uscc {
        return Err(EstablishError::CodeTaken(Box::new(known)));
    }
    Ok(Established {
        organisation: known,
        created: false,
    })
}
