//! From figures to bulletins: the objection window, objections, publication.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Valid, ValidQuery, created, ok};
use kernel::{Line, OrgCode, Text, Version};
use problem::Failure;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::issue_bulletins::{self, AnswerObjection, BulletinIssueView, IssueKey, Object};
use crate::{App, app};

/// Which bulletins are to be put up for objection (公示).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenBulletinIssueBody {
    /// 六位区划代码 (six digits of the district).
    #[schema(example = "420105")]
    district: Line<6, 6>,
    /// 季度，须已结束 (a quarter that is over).
    #[schema(example = "2026Q3")]
    period: Line<6, 6>,
}

/// An objection (异议).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectToBulletinsBody {
    /// 地点 (the place).
    org_code: OrgCode,
    /// 理由 (why).
    reason: Text<1, 1000>,
}

/// The answer to an objection (异议答复).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerObjectionBody {
    /// 是否成立 (whether it is right).
    upheld: bool,
    /// 答复 (the answer).
    answer: Text<1, 1000>,
}

/// Of which place the draft is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BulletinIssueQuery {
    /// 附上该地点的草案 (with the draft of this place).
    org_code: Option<OrgCode>,
}

fn key_of(request: &HttpRequest) -> IssueKey {
    IssueKey {
        district: request.match_info().query("district").to_owned(),
        period: request.match_info().query("period").to_owned(),
    }
}

/// 发起公示 / opens the objection window of a quarter
///
/// For all places of the district at once; the figures are those of the event log a minute ago.
#[utoipa::path(
    operation_id = "open_bulletin_issue",
    tag = "bulletins",
    request_body = OpenBulletinIssueBody,
    responses((status = 201, description = "公示 / the window", body = BulletinIssueView)),
)]
#[post("/bulletin-issues")]
pub(crate) async fn open_bulletin_issue(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenBulletinIssueBody>,
) -> Result<HttpResponse, Failure> {
    let wanted = IssueKey {
        district: body.0.district.into_string(),
        period: body.0.period.into_string(),
    };
    let view = issue_bulletins::open_bulletin_issue(&app, &ctx, &wanted).await?;
    let place = format!(
        "/api/ticketing/v1/bulletin-issues/{}/{}",
        view.district, view.period
    );
    // it changes by objections and its publication only
    Ok(created(&place, Version::FIRST, &view))
}

/// 查看公示 / shows the objection window of a quarter
#[utoipa::path(
    operation_id = "show_bulletin_issue",
    tag = "bulletins",
    params(
        ("district" = String, Path, description = "六位区划代码 / six digits", example = "420105"),
        ("period" = String, Path, description = "季度 / quarter", example = "2026Q3"),
        BulletinIssueQuery,
    ),
    responses((status = 200, description = "公示 / the window", body = BulletinIssueView)),
)]
#[get("/bulletin-issues/{district}/{period}")]
pub(crate) async fn show_bulletin_issue(
    app: web::Data<App>,
    ctx: Ctx,
    ValidQuery(query): ValidQuery<BulletinIssueQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (key, place) = (key_of(&request), query.org_code);
    let shown = issue_bulletins::show_bulletin_issue(&app, &ctx, &key, place.as_ref());
    Ok(ok(&shown.await?))
}

/// 提出异议 / objects to the figures of a place
#[utoipa::path(
    operation_id = "open_objection",
    tag = "bulletins",
    params(
        ("district" = String, Path, description = "六位区划代码 / six digits", example = "420105"),
        ("period" = String, Path, description = "季度 / quarter", example = "2026Q3"),
    ),
    request_body = ObjectToBulletinsBody,
    responses((status = 200, description = "公示 / the window", body = BulletinIssueView)),
)]
#[post("/bulletin-issues/{district}/{period}/objections")]
pub(crate) async fn open_objection(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<ObjectToBulletinsBody>,
) -> Result<HttpResponse, Failure> {
    let command = Object {
        key: key_of(&request),
        org_code: body.0.org_code,
        reason: body.0.reason.into_string(),
    };
    Ok(ok(
        &issue_bulletins::open_objection(&app, &ctx, &command).await?
    ))
}

/// 答复异议 / answers an objection
///
/// Once, and not by whoever made it; nothing is published while one waits. What follows of one that is right is decided
/// on the orders (剔除).
#[utoipa::path(
    operation_id = "answer_objection",
    tag = "bulletins",
    params(
        ("district" = String, Path, description = "六位区划代码 / six digits", example = "420105"),
        ("period" = String, Path, description = "季度 / quarter", example = "2026Q3"),
        ("number" = i64, Path, description = "异议序号 / number of the objection", example = 1),
    ),
    request_body = AnswerObjectionBody,
    responses((status = 200, description = "公示 / the window", body = BulletinIssueView)),
)]
#[post("/bulletin-issues/{district}/{period}/objections/{number}/answer")]
pub(crate) async fn answer_objection(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<AnswerObjectionBody>,
) -> Result<HttpResponse, Failure> {
    // what is no number is no objection's either
    let number = request.match_info().query("number").parse();
    let command = AnswerObjection {
        key: key_of(&request),
        number: number.unwrap_or_default(),
        upheld: body.0.upheld,
        answer: body.0.answer.into_string(),
    };
    Ok(ok(
        &issue_bulletins::answer_objection(&app, &ctx, &command).await?
    ))
}

/// 公开公报 / publishes the bulletins of a quarter
///
/// When the window is over and every objection answered, and not by whoever opened it. The figures are worked out anew.
#[utoipa::path(
    operation_id = "publish_bulletins",
    tag = "bulletins",
    params(
        ("district" = String, Path, description = "六位区划代码 / six digits", example = "420105"),
        ("period" = String, Path, description = "季度 / quarter", example = "2026Q3"),
    ),
    responses((status = 200, description = "已公开 / published", body = BulletinIssueView)),
)]
#[post("/bulletin-issues/{district}/{period}/publish")]
pub(crate) async fn publish_bulletins(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let wanted = key_of(&request);
    Ok(ok(&app::issue_bulletins::publish_bulletins(
        &app, &ctx, &wanted,
    )
    .await?))
}
