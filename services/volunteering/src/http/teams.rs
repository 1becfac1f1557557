use actix_web::{HttpResponse, get, post, web};
use auth::{Ctx, Principal};
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, Line, OrgPath, TeamId, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, ChangeMember, FoundTeam, PageWanted};
use crate::domain::runner::runs;
use crate::domain::team::{Member, MemberState, MemberStep, Team};

/// A team to found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FoundTeamBody {
    /// 所属组织 (path of its organisation).
    org_path: OrgPath,
    /// 类别，见规则 (kind, of the rules).
    kind: String,
    /// 名称 (its public name).
    #[schema(value_type = String, min_length = 1, max_length = 60)]
    name: Line<1, 60>,
}

/// A step with a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeTeamMemberBody {
    /// 队员账号 (the member).
    account_id: AccountId,
    /// 动作 (the step).
    step: MemberStep,
}

/// Whose teams to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TeamQuery {
    /// 该组织及以下 (of this place and all below).
    org_path: OrgPath,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A team (队伍).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TeamView {
    /// 编号 (its id).
    id: TeamId,
    /// 所属组织 (path of its organisation).
    org_path: OrgPath,
    /// 类别 (kind).
    kind: String,
    /// 名称 (name).
    name: String,
    /// 队员人数 (members).
    size: usize,
    /// 本人状态 (where the caller stands in it).
    #[serde(skip_serializing_if = "Option::is_none")]
    mine: Option<MemberState>,
    /// 队员，仅队长和组织可见 (members; to leaders and the organisation alone).
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<TeamMemberView>>,
    /// 版本 (its version).
    version: Version,
}

/// Somebody in a team.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TeamMemberView {
    /// 账号 (account).
    account_id: AccountId,
    /// 队长 (whether it leads).
    leader: bool,
    /// 状态 (state).
    state: MemberState,
    /// 自何时 (since when).
    since: Timestamp,
}

impl TeamView {
    fn new(team: Team, principal: &Principal) -> Self {
        let account = principal.account;
        let shown = runs(principal, &team.org_path) || team.is_led_by(account);
        let current = |member: &&Member| member.state == MemberState::Member;
        let view = |member: &Member| TeamMemberView {
            account_id: member.account,
            leader: member.leader,
            state: member.state,
            since: member.since,
        };
        Self {
            size: team.members.iter().filter(current).count(),
            mine: team.find(account).map(|member| member.state),
            members: shown.then(|| team.members.iter().map(view).collect()),
            id: team.id,
            org_path: team.org_path,
            kind: team.kind,
            name: team.name,
            version: team.version,
        }
    }
}

fn answer(team: Team, ctx: &Ctx) -> HttpResponse {
    http::ok_with_etag(team.version, &TeamView::new(team, &ctx.principal))
}

/// 组建队伍 / founds a team of an organisation
#[utoipa::path(
    operation_id = "found_team",
    tag = "teams",
    request_body = FoundTeamBody,
    responses((status = 201, description = "已组建 / founded", body = TeamView)),
)]
#[post("/teams")]
pub(crate) async fn found_team(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<FoundTeamBody>,
) -> Result<HttpResponse, Failure> {
    let FoundTeamBody {
        org_path,
        kind,
        name,
    } = body.0;
    let command = FoundTeam {
        org_path,
        kind,
        name,
    };
    let key = ctx.idempotency(&command);
    let team = app::found_team(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/teams/{}", team.id);
    let version = team.version;
    Ok(http::created(
        &location,
        version,
        &TeamView::new(team, &ctx.principal),
    ))
}

/// 队伍列表 / lists the teams of a place, the newest first
#[utoipa::path(
    operation_id = "list_teams",
    tag = "teams",
    params(TeamQuery),
    responses((status = 200, description = "一页队伍 / a page of teams", body = Page<TeamView>)),
)]
#[get("/teams")]
pub(crate) async fn list_teams(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<TeamQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = PageWanted {
        cursor: query.cursor,
        limit: query.limit.size(),
    };
    let (found, next) = app::list_teams(&app, &ctx, &query.org_path, &wanted).await?;
    let view = |(team, size)| TeamView {
        size,
        members: None,
        ..TeamView::new(team, &ctx.principal)
    };
    let items = found.into_iter().map(view).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 队伍详情 / shows a team
#[utoipa::path(
    operation_id = "show_team",
    tag = "teams",
    params(("id" = TeamId, Path, description = "队伍 / its id")),
    responses((status = 200, description = "队伍 / the team", body = TeamView)),
)]
#[get("/teams/{id}")]
pub(crate) async fn show_team(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TeamId>,
) -> Result<HttpResponse, Failure> {
    Ok(answer(app::show_team(&app, id.0).await?, &ctx))
}

/// 申请入队 / asks to join a team; a leader or the organisation confirms it
#[utoipa::path(
    operation_id = "join_team",
    tag = "teams",
    params(("id" = TeamId, Path, description = "队伍 / its id")),
    responses(
        (status = 200, description = "已申请 / asked", body = TeamView),
        (status = 409, description = "已在队中、已满或尚未注册 / a member already, full, or no volunteer", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/teams/{id}/members")]
pub(crate) async fn join_team(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TeamId>,
) -> Result<HttpResponse, Failure> {
    let key = ctx.idempotency(&());
    let team = app::join_team(&app, &ctx, key.as_ref(), id.0).await?;
    Ok(answer(team, &ctx))
}

/// 队员管理 / lets somebody in or out, appoints leaders
///
/// Leaders let people in and out; the organisation also appoints leaders; a member may leave.
#[utoipa::path(
    operation_id = "change_team_member",
    tag = "teams",
    params(("id" = TeamId, Path, description = "队伍 / its id")),
    request_body = ChangeTeamMemberBody,
    responses(
        (status = 200, description = "已办理 / done", body = TeamView),
        (status = 409, description = "当前状态不可 / not in this state", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/teams/{id}/members/steps")]
pub(crate) async fn change_team_member(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TeamId>,
    body: Valid<ChangeTeamMemberBody>,
) -> Result<HttpResponse, Failure> {
    let command = ChangeMember {
        id: id.0,
        account: body.0.account_id,
        step: body.0.step,
    };
    let key = ctx.idempotency(&command);
    let team = app::change_team_member(&app, &ctx, key.as_ref(), &command).await?;
    Ok(answer(team, &ctx))
}
