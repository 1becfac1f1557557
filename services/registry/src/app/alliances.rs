use ::store::{IdempotencyKey, StoreError, Tx, idempotency};
use kernel::{AllianceId, Cursor, CursorError, IdSourceExt, Line, OrgCode, Version};
use problem::{Category, Fact, Kind};
use serde::Serialize;

use super::change_error::{organisation_unknown, out_of_scope, version_changed};
use super::page::{Paged, paged, rows_for};
use super::{App, Origin};
use crate::domain::alliance::{
    Alliance, AllianceStep, MOST_MEMBERS, Member, MemberState, WrongAllianceStep,
};
use crate::domain::organisation::Organisation;
use crate::store;

/// Name of the list in its cursors.
const ALLIANCES: &str = "alliances";

/// Founds an alliance.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FoundAlliance {
    pub(crate) name: Line<1, 100>,
    pub(crate) convener: OrgCode,
}

/// Invites, joins, leaves or dissolves.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeAlliance {
    pub(crate) id: AllianceId,
    pub(crate) step: AllianceStep,
    /// Organisation that is invited, joins or leaves.
    pub(crate) org_code: OrgCode,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Why an alliance is not founded, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AllianceError {
    #[error("no such alliance")]
    NotFound,
    #[error("organisation {0} does not exist")]
    OrgUnknown(OrgCode),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("no step from here: {0:?}")]
    WrongStep(WrongAllianceStep),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for AllianceError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "alliance-not-found",
                "没有这个联盟",
                "there is no such alliance",
            ),
            Self::OrgUnknown(code) => organisation_unknown(code).at("/org_code"),
            Self::OutOfScope => out_of_scope(),
            Self::WrongStep(WrongAllianceStep::Full) => Fact::new(
                Kind::Conflict,
                "alliance-full",
                format!("联盟最多 {MOST_MEMBERS} 个成员"),
                format!("an alliance has at most {MOST_MEMBERS} members"),
            ),
            Self::WrongStep(WrongAllianceStep::State) => Fact::new(
                Kind::Conflict,
                "alliance-in-other-state",
                "联盟或成员的当前状态不能执行该操作",
                "the alliance or the member is in a state that does not allow this",
            ),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

async fn load_open(tx: &Tx, code: &OrgCode) -> Result<Organisation, AllianceError> {
    let found = store::find_organisation(tx, code).await?;
    let open = found.filter(|node| !node.is_closed());
    open.ok_or_else(|| AllianceError::OrgUnknown(code.clone()))
}

/// Founds an alliance that an organisation of the caller's convenes.
pub(crate) async fn found_alliance(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &FoundAlliance,
) -> Result<Alliance, AllianceError> {
    app.db
        .write("alliance.found", |tx| async move {
            let effect = async {
                let convener = load_open(&tx, &command.convener).await?;
                if !origin.speaks_for(&convener.path) {
                    return Err(AllianceError::OutOfScope);
                }
                store::hold(&tx, &[&convener]).await?;
                let alliance = Alliance {
                    id: app.ids.next(),
                    name: command.name.to_string(),
                    convener: convener.code.clone(),
                    members: vec![Member {
                        org_code: convener.code,
                        state: MemberState::Joined,
                    }],
                    dissolved: false,
                    version: Version::FIRST,
                    created_at: origin.now,
                    updated_at: origin.now,
                };
                store::insert_alliance(&tx, &alliance).await?;
                Ok(alliance)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Invites an organisation, joins or leaves in the name of one, or dissolves the alliance.
pub(crate) async fn change_alliance(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &ChangeAlliance,
) -> Result<Alliance, AllianceError> {
    app.db
        .write("alliance.change", |tx| async move {
            let effect = async {
                let found = store::find_alliance(&*tx, command.id).await?;
                let mut alliance = found.ok_or(AllianceError::NotFound)?;
                let org = load_open(&tx, &command.org_code).await?;
                let actor = alliance.actor(command.step, &org.code);
                let actor = store::find_organisation(&*tx, actor).await?;
                if !actor.is_some_and(|actor| origin.speaks_for(&actor.path)) {
                    return Err(AllianceError::OutOfScope);
                }
                let seen = alliance.version;
                if command.seen.is_some_and(|known| known != seen) {
                    return Err(AllianceError::OtherVersion);
                }
                let stepped = alliance.step(command.step, &org.code, origin.now);
                stepped.map_err(AllianceError::WrongStep)?;
                store::save_alliance(&tx, &alliance, seen).await?;
                Ok(alliance)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Shows an alliance.
pub(crate) async fn show_alliance(app: &App, id: AllianceId) -> Result<Alliance, AllianceError> {
    let found = store::find_alliance(app.db.reader(), id).await?;
    found.ok_or(AllianceError::NotFound)
}

/// Lists one page of the alliances of an organisation, and the next cursor.
pub(crate) async fn list_alliances(
    app: &App,
    org_code: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<Alliance>, AllianceError> {
    let after: Option<AllianceId> = cursor
        .map(|cursor| Cursor::decode(ALLIANCES, cursor))
        .transpose()?;
    let db = app.db.reader();
    let found = store::list_alliances(db, org_code, after, rows_for(limit)).await?;
    Ok(paged(ALLIANCES, found, limit, |alliance| alliance.id))
}
