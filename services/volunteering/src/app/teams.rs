use auth::Ctx;
use kernel::{AccountId, CursorError, IdSourceExt, Line, OrgPath, TeamId, Version};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::page::{PageWanted, Paged};
use super::volunteer_error::{not_in_rules, out_of_scope};
use crate::domain::runner::runs;
use crate::domain::team::{MemberStep, Team, TeamActor, TeamRefusal};
use crate::store::{
    PlaceList, find_team, find_volunteer_of, hold_team, insert_team, list_teams as load_teams,
    save_team, show_at,
};

/// Name of the list of teams in its cursors.
const TEAMS: &str = "teams";

/// Founds a team.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FoundTeam {
    pub(crate) org_path: OrgPath,
    pub(crate) kind: String,
    pub(crate) name: Line<1, 60>,
}

/// A step with a member.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeMember {
    pub(crate) id: TeamId,
    pub(crate) account: AccountId,
    pub(crate) step: MemberStep,
}

/// Why a team is not founded, joined, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TeamError {
    #[error("no such team")]
    NotFound,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("no such kind of team")]
    UnknownKind,
    #[error("the caller is no volunteer")]
    NoVolunteer,
    #[error("refused: {0:?}")]
    Refused(TeamRefusal),
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TeamRefusal> for TeamError {
    fn from(refusal: TeamRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Category for TeamError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "team-not-found",
                "没有这支队伍",
                "there is no such team",
            ),
            Self::OutOfScope => out_of_scope(),
            Self::UnknownKind => not_in_rules("/kind"),
            Self::NoVolunteer => Fact::new(
                Kind::Conflict,
                "volunteers-only",
                "请先注册为志愿者",
                "register as a volunteer first",
            ),
            Self::Refused(TeamRefusal::NoMember) => Fact::new(
                Kind::NotFound,
                "member-not-found",
                "没有这名队员",
                "there is no such member",
            ),
            Self::Refused(TeamRefusal::NotAllowed) => Fact::new(
                Kind::Forbidden,
                "not-yours-to-decide",
                "您不能进行此操作",
                "this is not yours to decide",
            ),
            Self::Refused(TeamRefusal::State) => Fact::new(
                Kind::Conflict,
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::Refused(TeamRefusal::Full) => Fact::new(
                Kind::Conflict,
                "team-full",
                "队伍人数已达上限",
                "the team is full",
            ),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Founds a team of an organisation.
pub(crate) async fn found_team(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &FoundTeam,
) -> Result<Team, TeamError> {
    if !ctx.is_open_at(&command.org_path) || command.org_path.leaf().is_none() {
        return Err(TeamError::OutOfScope);
    }
    if !app.catalogue.teams.contains_key(&command.kind) {
        return Err(TeamError::UnknownKind);
    }
    app.db
        .write("team.found", |tx| async move {
            let effect = async {
                let team = Team {
                    id: app.ids.next(),
                    org_path: command.org_path.clone(),
                    kind: command.kind.clone(),
                    name: command.name.as_str().to_owned(),
                    members: Vec::new(),
                    version: Version::FIRST,
                    created_at: ctx.now,
                    updated_at: ctx.now,
                };
                let mut writes = Writes::default();
                insert_team(&mut writes, &team);
                show_at(&mut writes, PlaceList::Teams, &team.org_path, team.id);
                writes.run(&tx).await?;
                Ok(team)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Lets the caller, a volunteer, ask to join.
pub(crate) async fn join_team(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    id: TeamId,
) -> Result<Team, TeamError> {
    app.db
        .write("team.join", |tx| async move {
            idempotency::once(&tx, key, join(ctx, id, &tx)).await
        })
        .await
}

async fn join(ctx: &Ctx, id: TeamId, tx: &Tx) -> Result<Team, TeamError> {
    let account = ctx.principal.account;
    let mut team = hold_team(tx, id).await?.ok_or(TeamError::NotFound)?;
    if find_volunteer_of(tx, account).await?.is_none() {
        return Err(TeamError::NoVolunteer);
    }
    let seen = team.version;
    team.join(account, ctx.now)?;
    save_team(tx, &team, account, seen).await?;
    Ok(team)
}

/// Takes a step with a member.
pub(crate) async fn change_team_member(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &ChangeMember,
) -> Result<Team, TeamError> {
    app.db
        .write("team.change_member", |tx| async move {
            idempotency::once(&tx, key, change(ctx, command, &tx)).await
        })
        .await
}

async fn change(ctx: &Ctx, command: &ChangeMember, tx: &Tx) -> Result<Team, TeamError> {
    let mut team = hold_team(tx, command.id)
        .await?
        .ok_or(TeamError::NotFound)?;
    let actor = TeamActor {
        account: ctx.principal.account,
        runs: runs(&ctx.principal, &team.org_path),
    };
    let seen = team.version;
    team.step(command.account, command.step, actor, ctx.now)?;
    save_team(tx, &team, command.account, seen).await?;
    Ok(team)
}

/// Shows a team.
pub(crate) async fn show_team(app: &App, id: TeamId) -> Result<Team, TeamError> {
    let found = find_team(app.db.reader(), id).await?;
    found.ok_or(TeamError::NotFound)
}

/// Lists the teams at or below a place, the newest first.
pub(crate) async fn list_teams(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<(Team, usize)>, TeamError> {
    let db = app.db.reader();
    let list = (TEAMS, PlaceList::Teams);
    let (ids, next) = wanted.ids_at::<_, TeamError>(db, list, place).await?;
    let account = ctx.principal.account;
    Ok((load_teams(db, &ids, account).await?, next))
}
