use actix_web::{HttpResponse, post, put, web};
use auth::Ctx;
use chassis::http::{self, Valid};
use kernel::OrgCode;
use problem::{Failure, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::day::Day;
use super::organisations::OrganisationView;
use crate::app::{self, App, CloseOrganisation, MoveOrganisation, Origin, SetSuperior};

/// Where an organisation goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveOrganisationBody {
    /// 新的上级组织代码 (code of the organisation above it from then on).
    parent_code: OrgCode,
    /// 生效日期，默认今天 (first day there, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
}

/// How an organisation ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseOrganisationBody {
    /// 撤销日期，默认今天 (first day without it, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
}

/// Whom a party organisation answers to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetSuperiorBody {
    /// 上级党组织代码，无则解除 (code of the superior; none ends it).
    #[serde(default)]
    superior_code: Option<OrgCode>,
}

/// 组织划转 / puts an organisation under another one
///
/// Everything below it comes with it. Ids and codes stay; paths below it change.
#[utoipa::path(
    operation_id = "move_organisation",
    tag = "organisations",
    params(
        ("code" = String, Path, description = "组织代码 / its code"),
        ("If-Match" = Option<String>, Header, description = "所见版本 / the version seen"),
    ),
    request_body = MoveOrganisationBody,
    responses(
        (status = 200, description = "已划转 / moved", body = OrganisationView),
        (status = 409, description = "已撤销、下级过多或同时有其他修改 / closed, too large, or changed at the same time", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/organisations/{code}/actions/move")]
pub(crate) async fn move_organisation(
    app: web::Data<App>,
    ctx: Ctx,
    code: web::Path<String>,
    body: Valid<MoveOrganisationBody>,
) -> Result<HttpResponse, Failure> {
    let command = MoveOrganisation {
        code: app::show_organisation(&app, &code).await?.code,
        parent_code: body.0.parent_code,
        effective_on: body.0.effective_on.map(Day::date),
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let done = app::move_organisation(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        done.version,
        &OrganisationView::from(done),
    ))
}

/// 撤销组织 / closes an organisation
///
/// Nothing that is not closed may be below it. Its code may be set up again later.
#[utoipa::path(
    operation_id = "close_organisation",
    tag = "organisations",
    params(
        ("code" = String, Path, description = "组织代码 / its code"),
        ("If-Match" = Option<String>, Header, description = "所见版本 / the version seen"),
    ),
    request_body = CloseOrganisationBody,
    responses(
        (status = 200, description = "已撤销 / closed", body = OrganisationView),
        (status = 409, description = "其下仍有组织 / something below it is not closed", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/organisations/{code}/actions/close")]
pub(crate) async fn close_organisation(
    app: web::Data<App>,
    ctx: Ctx,
    code: web::Path<String>,
    body: Valid<CloseOrganisationBody>,
) -> Result<HttpResponse, Failure> {
    let command = CloseOrganisation {
        code: app::show_organisation(&app, &code).await?.code,
        effective_on: body.0.effective_on.map(Day::date),
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let done = app::close_organisation(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        done.version,
        &OrganisationView::from(done),
    ))
}

/// 设定上级党组织 / ties a party organisation to its superior
///
/// The superior is a wider party organisation at the same area or one above it.
#[utoipa::path(
    operation_id = "set_superior",
    tag = "organisations",
    params(
        ("code" = String, Path, description = "党组织代码 / code of the party organisation"),
        ("If-Match" = Option<String>, Header, description = "所见版本 / the version seen"),
    ),
    request_body = SetSuperiorBody,
    responses(
        (status = 200, description = "已设定 / set", body = OrganisationView),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/organisations/{code}/superior")]
pub(crate) async fn set_superior(
    app: web::Data<App>,
    ctx: Ctx,
    code: web::Path<String>,
    body: Valid<SetSuperiorBody>,
) -> Result<HttpResponse, Failure> {
    let command = SetSuperior {
        code: app::show_organisation(&app, &code).await?.code,
        superior_code: body.0.superior_code,
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let done = app::set_superior(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        done.version,
        &OrganisationView::from(done),
    ))
}
