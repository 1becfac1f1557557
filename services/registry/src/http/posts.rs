use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, OrgCode, PostId, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::day::Day;
use super::organisations::OrganisationView;
use crate::app::{self, App, FillPost, Origin, PostHolders, PostStep, StepPost};
use crate::domain::post::{LeaveReason, Post, PostKind, PostState};

/// Who gets which post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FillPostBody {
    /// 岗位 (the post).
    kind: PostKind,
    /// 所在组织 (where).
    org_code: OrgCode,
    /// 人员账号 (who).
    account_id: AccountId,
    /// 仅产生、待聘任 (produced only, to be appointed later).
    #[serde(default)]
    nominated: bool,
    /// 开始日期，默认今天 (first day, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
    /// 任期届满日 (last day of the term).
    #[serde(default)]
    term_until: Option<Day>,
}

/// From when on somebody is appointed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppointBody {
    /// 聘任日期，默认今天 (first day, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
}

/// How somebody leaves a post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaveBody {
    /// 退出原因 (why).
    reason: LeaveReason,
    /// 退出日期，默认今天 (first day without it, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
}

/// Which posts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PostQuery {
    /// 所在组织，不填则为本人的 (where; the caller's own where none is named).
    org_code: Option<OrgCode>,
    /// 含已退出的 (those that were left, too).
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    left: bool,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Which vacancies to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VacancyQuery {
    /// 本级及以下 (at or below this organisation).
    below: OrgCode,
    /// 岗位 (the post).
    kind: PostKind,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Somebody at a post (任职).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostView {
    /// 编号 (its id).
    id: PostId,
    /// 岗位 (the post).
    kind: PostKind,
    /// 所在组织 (where).
    org_code: OrgCode,
    /// 人员账号 (who).
    account_id: AccountId,
    /// 状态 (how far it has come).
    state: PostState,
    /// 现状起始日 (first day of that).
    since: Day,
    /// 任期届满日 (last day of the term).
    #[serde(skip_serializing_if = "Option::is_none")]
    term_until: Option<Day>,
    /// 退出原因 (why it was left).
    #[serde(skip_serializing_if = "Option::is_none")]
    left_because: Option<LeaveReason>,
    /// 版本 (its version).
    version: Version,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

impl From<Post> for PostView {
    fn from(post: Post) -> Self {
        Self {
            id: post.id,
            kind: post.kind,
            org_code: post.org_code,
            account_id: post.account,
            state: post.state,
            since: Day(post.since),
            term_until: post.term_until.map(Day),
            left_because: post.left_because,
            version: post.version,
            updated_at: post.updated_at,
        }
    }
}

/// 任职 / gives somebody a post
///
/// Chiefs and grid secretaries are one at a time at an organisation.
#[utoipa::path(
    operation_id = "fill_post",
    tag = "posts",
    request_body = FillPostBody,
    responses(
        (status = 201, description = "已任职 / filled", body = PostView),
        (status = 409, description = "岗位已有人 / the post is taken", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/posts")]
pub(crate) async fn fill_post(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<FillPostBody>,
) -> Result<HttpResponse, Failure> {
    let command = FillPost {
        kind: body.0.kind,
        org_code: body.0.org_code,
        account: body.0.account_id,
        nominated: body.0.nominated,
        on: body.0.effective_on.map(Day::date),
        term_until: body.0.term_until.map(Day::date),
    };
    let key = ctx.idempotency(&command);
    let post = app::fill_post(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/posts/{}", post.id);
    Ok(http::created(
        &location,
        post.version,
        &PostView::from(post),
    ))
}

/// 聘任 / appoints somebody who was nominated
#[utoipa::path(
    operation_id = "appoint_post",
    tag = "posts",
    params(("id" = PostId, Path, description = "任职编号 / its id")),
    request_body = AppointBody,
    responses(
        (status = 200, description = "已聘任 / appointed", body = PostView),
        (status = 409, description = "当前状态不允许 / not from its state", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/posts/{id}/actions/appoint")]
pub(crate) async fn appoint_post(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<PostId>,
    body: Valid<AppointBody>,
) -> Result<HttpResponse, Failure> {
    let on = body.0.effective_on;
    step(&app, &ctx, id.0, PostStep::Appoint, on).await
}

/// 退出 / ends a post
#[utoipa::path(
    operation_id = "leave_post",
    tag = "posts",
    params(("id" = PostId, Path, description = "任职编号 / its id")),
    request_body = LeaveBody,
    responses(
        (status = 200, description = "已退出 / left", body = PostView),
        (status = 409, description = "当前状态不允许 / not from its state", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/posts/{id}/actions/leave")]
pub(crate) async fn leave_post(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<PostId>,
    body: Valid<LeaveBody>,
) -> Result<HttpResponse, Failure> {
    let on = body.0.effective_on;
    step(&app, &ctx, id.0, PostStep::Leave(body.0.reason), on).await
}

async fn step(
    app: &App,
    ctx: &Ctx,
    id: PostId,
    step: PostStep,
    on: Option<Day>,
) -> Result<HttpResponse, Failure> {
    let command = StepPost {
        id,
        step,
        on: on.map(Day::date),
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let post = app::step_post(app, &Origin::of(ctx), key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(post.version, &PostView::from(post)))
}

/// 任职列表 / lists posts, the newest first
#[utoipa::path(
    operation_id = "list_posts",
    tag = "posts",
    params(PostQuery),
    responses((status = 200, description = "一页任职 / a page of posts", body = Page<PostView>)),
)]
#[get("/posts")]
pub(crate) async fn list_posts(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PostQuery>,
) -> Result<HttpResponse, Failure> {
    let PostQuery {
        org_code,
        left,
        cursor,
        limit,
    } = query.0;
    let whose = match org_code {
        Some(code) => PostHolders::At(code),
        None => PostHolders::Of(ctx.principal.account),
    };
    let (origin, cursor) = (Origin::of(&ctx), cursor.as_deref());
    let (found, next) = app::list_posts(&app, &origin, whose, left, cursor, limit.size()).await?;
    let items = found.into_iter().map(PostView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 空岗 / lists where nobody holds a post
#[utoipa::path(
    operation_id = "list_vacancies",
    tag = "posts",
    params(VacancyQuery),
    responses((status = 200, description = "一页组织 / a page of organisations", body = Page<OrganisationView>)),
)]
#[get("/posts/vacancies")]
pub(crate) async fn list_vacancies(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<VacancyQuery>,
) -> Result<HttpResponse, Failure> {
    let VacancyQuery {
        below,
        kind,
        cursor,
        limit,
    } = query.0;
    let (origin, cursor) = (Origin::of(&ctx), cursor.as_deref());
    let (found, next) =
        app::list_vacancies(&app, &origin, &below, kind, cursor, limit.size()).await?;
    let items = found.into_iter().map(OrganisationView::from).collect();
    Ok(http::ok(&Page { items, next }))
}
