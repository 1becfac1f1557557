use actix_web::{HttpResponse, get, patch, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, Valid, ValidQuery};
use contracts::registry::OrgKind;
use kernel::{Line, OrgCode, OrgId, OrgPath, Timestamp, Uscc, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::day::Day;
use crate::app::{self, App, EstablishOrganisation, ListOrganisations, Origin, RenameOrganisation};
use crate::domain::organisation::Organisation;

/// A new organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EstablishOrganisationBody {
    /// 组织代码 (its code, for ever).
    code: OrgCode,
    /// 名称 (its public name).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Line<1, 100>,
    /// 类型 (its kind).
    kind: OrgKind,
    /// 上级组织代码 (code of the organisation above; none for an area that is a root).
    #[serde(default)]
    parent_code: Option<OrgCode>,
    /// 统一社会信用代码 (unified social credit code; units, social and new organisations have one).
    #[serde(default)]
    uscc: Option<Uscc>,
    /// 设立日期，默认今天 (first day of it, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
}

/// What to change on an organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameOrganisationBody {
    /// 新名称 (its new public name).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Line<1, 100>,
    /// 生效日期，默认今天 (first day of the name, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
}

/// Which organisations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrganisationQuery {
    /// 直接上级 (directly under this organisation).
    parent_code: Option<OrgCode>,
    /// 本级及以下，按层级顺序 (this organisation and everything below it, in the order of the tree).
    below: Option<OrgCode>,
    /// 上级党组织 (answering to this party organisation).
    superior_code: Option<OrgCode>,
    /// 类型 (of this kind).
    kind: Option<OrgKind>,
    /// 含已撤销的 (closed ones, too).
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    closed: bool,
    /// 名称包含，至少两个字符 (name holds this, at least two characters).
    #[param(value_type = Option<String>, min_length = 2, max_length = 50)]
    q: Option<Line<1, 50>>,
    /// 自此时起有变动，按变动先后 (changed at or after this instant, oldest change first).
    changed_since: Option<Timestamp>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// An organisation (组织).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationView {
    /// 编号 (its id).
    id: OrgId,
    /// 组织代码 (its code).
    code: OrgCode,
    /// 名称 (its public name).
    name: String,
    /// 类型 (its kind).
    kind: OrgKind,
    /// 上级组织代码 (code of the organisation above).
    parent_code: Option<OrgCode>,
    /// 组织路径 (its place in the tree).
    path: OrgPath,
    /// 统一社会信用代码 (unified social credit code).
    #[serde(skip_serializing_if = "Option::is_none")]
    uscc: Option<Uscc>,
    /// 上级党组织代码 (party organisation that it answers to).
    #[serde(skip_serializing_if = "Option::is_none")]
    superior_code: Option<OrgCode>,
    /// 现状起始日 (first day of its present name and place).
    since: Day,
    /// 撤销日期 (first day without it).
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_on: Option<Day>,
    /// 生效时间 (since when it exists).
    valid_from: Timestamp,
    /// 版本 (its version).
    version: Version,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

impl From<Organisation> for OrganisationView {
    fn from(organisation: Organisation) -> Self {
        Self {
            id: organisation.id,
            code: organisation.code,
            name: organisation.name,
            kind: organisation.kind,
            parent_code: organisation.parent_code,
            path: organisation.path,
            uscc: organisation.uscc,
            superior_code: organisation.superior_code,
            since: Day(organisation.since),
            closed_on: organisation.closed_on.map(Day),
            valid_from: organisation.valid_from,
            version: organisation.version,
            updated_at: organisation.updated_at,
        }
    }
}

/// 设立组织 / sets up an organisation
///
/// The same organisation sent again is answered 200.
#[utoipa::path(
    operation_id = "establish_organisation",
    tag = "organisations",
    request_body = EstablishOrganisationBody,
    responses(
        (status = 201, description = "已设立 / set up", body = OrganisationView),
        (status = 200, description = "已有相同组织 / it was there just so", body = OrganisationView),
        (status = 409, description = "代码已被占用 / the code names another organisation", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/organisations")]
pub(crate) async fn establish_organisation(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<EstablishOrganisationBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(EstablishOrganisationBody {
        code,
        name,
        kind,
        parent_code,
        uscc,
        effective_on,
    }) = body;
    let command = EstablishOrganisation {
        code,
        name,
        kind,
        parent_code,
        uscc,
        effective_on: effective_on.map(Day::date),
    };
    let key = ctx.idempotency(&command);
    let done = app::establish_organisation(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let version = done.organisation.version;
    let view = OrganisationView::from(done.organisation);
    if !done.created {
        return Ok(http::ok_with_etag(version, &view));
    }
    let location = format!("/api/registry/v1/organisations/{}", view.code);
    Ok(http::created(&location, version, &view))
}

/// 组织更名 / renames an organisation
///
/// With `If-Match` only if nobody has changed it since that version.
#[utoipa::path(
    operation_id = "rename_organisation",
    tag = "organisations",
    params(
        ("code" = String, Path, description = "组织代码 / its code"),
        ("If-Match" = Option<String>, Header, description = "所见版本 / the version seen"),
    ),
    request_body = RenameOrganisationBody,
    responses(
        (status = 200, description = "已更名 / renamed", body = OrganisationView),
        (status = 409, description = "同时有其他修改 / changed at the same time", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[patch("/organisations/{code}")]
pub(crate) async fn rename_organisation(
    app: web::Data<App>,
    ctx: Ctx,
    code: web::Path<String>,
    body: Valid<RenameOrganisationBody>,
) -> Result<HttpResponse, Failure> {
    let code = app::show_organisation(&app, &code).await?.code;
    let command = RenameOrganisation {
        code,
        name: body.0.name,
        effective_on: body.0.effective_on.map(Day::date),
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let done = app::rename_organisation(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        done.version,
        &OrganisationView::from(done),
    ))
}

/// 组织详情 / shows an organisation
#[utoipa::path(
    operation_id = "show_organisation",
    tag = "organisations",
    params(("code" = String, Path, description = "组织代码 / its code")),
    responses((status = 200, description = "组织 / the organisation", body = OrganisationView)),
)]
#[get("/organisations/{code}")]
pub(crate) async fn show_organisation(
    app: web::Data<App>,
    _ctx: Ctx,
    code: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let found = app::show_organisation(&app, &code).await?;
    Ok(http::ok_with_etag(
        found.version,
        &OrganisationView::from(found),
    ))
}

/// 组织列表 / lists organisations
///
/// In the order of their codes, numbers by value; with `changed_since` in the order of their
/// changes, closed ones among them; with `below` in the order of the tree.
#[utoipa::path(
    operation_id = "list_organisations",
    tag = "organisations",
    params(OrganisationQuery),
    responses((status = 200, description = "一页组织 / a page of organisations", body = Page<OrganisationView>)),
)]
#[get("/organisations")]
pub(crate) async fn list_organisations(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<OrganisationQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = ListOrganisations {
        parent_code: query.0.parent_code,
        below: query.0.below,
        superior_code: query.0.superior_code,
        kind: query.0.kind,
        closed: query.0.closed,
        search: query.0.q.map(Line::into_string),
        changed_since: query.0.changed_since,
        cursor: query.0.cursor,
        limit: query.0.limit.size(),
    };
    let (found, next) = app::list_organisations(&app, wanted).await?;
    Ok(http::ok(&Page {
        items: views(found),
        next,
    }))
}

/// 各级上级 / lists the organisations above one, from the root down
#[utoipa::path(
    operation_id = "list_ancestors",
    tag = "organisations",
    params(("code" = String, Path, description = "组织代码 / its code")),
    responses((status = 200, description = "各级上级 / the organisations above", body = Page<OrganisationView>)),
)]
#[get("/organisations/{code}/ancestors")]
pub(crate) async fn list_ancestors(
    app: web::Data<App>,
    _ctx: Ctx,
    code: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let found = app::show_ancestors(&app, &code).await?;
    Ok(http::ok(&Page {
        items: views(found),
        next: None,
    }))
}

fn views(found: Vec<Organisation>) -> Vec<OrganisationView> {
    found.into_iter().map(OrganisationView::from).collect()
}
