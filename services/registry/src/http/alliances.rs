use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{AllianceId, Line, OrgCode, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::public::Public;
use crate::app::{self, App, ChangeAlliance, FoundAlliance, Origin};
use crate::domain::alliance::{Alliance, AllianceStep, MemberState};

/// An alliance to found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FoundAllianceBody {
    /// 名称 (its public name).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Public<Line<1, 100>>,
    /// 召集单位 (organisation that convenes it).
    org_code: OrgCode,
}

/// What is done in an alliance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeAllianceBody {
    /// 处理 (the step).
    step: AllianceStep,
    /// 受邀、加入或退出的组织 (organisation that is invited, joins or leaves; the convener where it is dissolved).
    org_code: OrgCode,
}

/// Whose alliances to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AllianceQuery {
    /// 组织 (the organisation).
    org_code: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// An organisation in an alliance (联盟成员).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberView {
    /// 组织 (the organisation).
    org_code: OrgCode,
    /// 状态 (how it stands to the alliance).
    state: MemberState,
}

/// An alliance (联盟).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AllianceView {
    /// 编号 (its id).
    id: AllianceId,
    /// 名称 (its public name).
    name: String,
    /// 召集单位 (organisation that convenes it).
    convener_code: OrgCode,
    /// 成员 (those who were invited, have joined or have left).
    members: Vec<MemberView>,
    /// 已解散 (whether it was dissolved).
    dissolved: bool,
    /// 版本 (its version).
    version: Version,
    /// 成立时间 (when it was founded).
    created_at: Timestamp,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

impl From<Alliance> for AllianceView {
    fn from(alliance: Alliance) -> Self {
        let members = alliance.members.into_iter().map(|member| MemberView {
            org_code: member.org_code,
            state: member.state,
        });
        Self {
            id: alliance.id,
            name: alliance.name,
            convener_code: alliance.convener,
            members: members.collect(),
            dissolved: alliance.dissolved,
            version: alliance.version,
            created_at: alliance.created_at,
            updated_at: alliance.updated_at,
        }
    }
}

/// 成立联盟 / founds an alliance
#[utoipa::path(
    operation_id = "found_alliance",
    tag = "agreements",
    request_body = FoundAllianceBody,
    responses((status = 201, description = "已成立 / founded", body = AllianceView)),
)]
#[post("/alliances")]
pub(crate) async fn found_alliance(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<FoundAllianceBody>,
) -> Result<HttpResponse, Failure> {
    let command = FoundAlliance {
        name: body.0.name.0,
        convener: body.0.org_code,
    };
    let key = ctx.idempotency(&command);
    let alliance = app::found_alliance(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/alliances/{}", alliance.id);
    let version = alliance.version;
    Ok(http::created(
        &location,
        version,
        &AllianceView::from(alliance),
    ))
}

/// 联盟成员变动 / invites, joins, leaves or dissolves
#[utoipa::path(
    operation_id = "change_alliance",
    tag = "agreements",
    params(("id" = AllianceId, Path, description = "联盟编号 / its id")),
    request_body = ChangeAllianceBody,
    responses(
        (status = 200, description = "已处理 / done", body = AllianceView),
        (status = 409, description = "当前状态不允许 / not as things stand", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/alliances/{id}/steps")]
pub(crate) async fn change_alliance(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<AllianceId>,
    body: Valid<ChangeAllianceBody>,
) -> Result<HttpResponse, Failure> {
    let command = ChangeAlliance {
        id: id.0,
        step: body.0.step,
        org_code: body.0.org_code,
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let alliance = app::change_alliance(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let version = alliance.version;
    Ok(http::ok_with_etag(version, &AllianceView::from(alliance)))
}

/// 联盟详情 / shows an alliance
#[utoipa::path(
    operation_id = "show_alliance",
    tag = "agreements",
    params(("id" = AllianceId, Path, description = "联盟编号 / its id")),
    responses((status = 200, description = "联盟 / the alliance", body = AllianceView)),
)]
#[get("/alliances/{id}")]
pub(crate) async fn show_alliance(
    app: web::Data<App>,
    _ctx: Ctx,
    id: PathId<AllianceId>,
) -> Result<HttpResponse, Failure> {
    let alliance = app::show_alliance(&app, id.0).await?;
    let version = alliance.version;
    Ok(http::ok_with_etag(version, &AllianceView::from(alliance)))
}

/// 联盟列表 / lists an organisation's alliances, the newest first
#[utoipa::path(
    operation_id = "list_alliances",
    tag = "agreements",
    params(AllianceQuery),
    responses((status = 200, description = "一页联盟 / a page of alliances", body = Page<AllianceView>)),
)]
#[get("/alliances")]
pub(crate) async fn list_alliances(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<AllianceQuery>,
) -> Result<HttpResponse, Failure> {
    let (org, cursor) = (&query.0.org_code, query.0.cursor.as_deref());
    let (found, next) = app::list_alliances(&app, org, cursor, query.0.limit.size()).await?;
    let items = found.into_iter().map(AllianceView::from).collect();
    Ok(http::ok(&Page { items, next }))
}
