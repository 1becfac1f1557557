use actix_web::{HttpResponse, get, post, put, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{OrgPath, VolunteerId};
use problem::{Failure, Kind, Message, Problem};
use serde::Deserialize;
use utoipa::IntoParams;

use super::volunteer_bodies::{
    ChangeProofBody, ChangeVolunteerBody, ClaimProofBody, DescribeVolunteerBody, VolunteerView,
};
use crate::app::{self, App, ChangeProof, ChangeVolunteer, DescribeVolunteer, PageWanted};
use crate::domain::volunteer::{Volunteer, VolunteerState};

/// Whose volunteers to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VolunteerQuery {
    /// 该组织及以下 (of this place and all below).
    org_path: OrgPath,
    /// 状态 (in this state).
    #[param(inline)]
    state: VolunteerState,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

fn answer(volunteer: Volunteer) -> HttpResponse {
    http::ok_with_etag(volunteer.version, &VolunteerView::from(volunteer))
}

/// 注册志愿者 / registers the caller as a volunteer
///
/// The home community confirms it. No name, phone or id number is asked for.
#[utoipa::path(
    operation_id = "register_volunteer",
    tag = "volunteers",
    request_body = DescribeVolunteerBody,
    responses(
        (status = 201, description = "已注册 / registered", body = VolunteerView),
        (status = 409, description = "此前已注册 / registered before", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/volunteers")]
pub(crate) async fn register_volunteer(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<DescribeVolunteerBody>,
) -> Result<HttpResponse, Failure> {
    let said = DescribeVolunteer::from(body.0);
    let key = ctx.idempotency(&said);
    let made = app::register_volunteer(&app, &ctx, key.as_ref(), &said).await?;
    let location = format!("/api/volunteering/v1/volunteers/{}", made.id);
    let version = made.version;
    Ok(http::created(
        &location,
        version,
        &VolunteerView::from(made),
    ))
}

/// 我的志愿者信息 / shows the caller as a volunteer
#[utoipa::path(
    operation_id = "show_my_volunteer",
    tag = "volunteers",
    responses(
        (status = 200, description = "志愿者 / the volunteer", body = VolunteerView),
        (status = 404, description = "尚未注册 / not registered", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/me")]
pub(crate) async fn show_my_volunteer(
    app: web::Data<App>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    Ok(answer(app::show_my_volunteer(&app, &ctx).await?))
}

/// 修改我的服务意愿 / changes what the caller said about service
///
/// Whoever moves to another home is confirmed anew there.
#[utoipa::path(
    operation_id = "update_my_volunteer",
    tag = "volunteers",
    request_body = DescribeVolunteerBody,
    responses(
        (status = 200, description = "已修改 / changed", body = VolunteerView),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "尚未注册 / not registered", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/me")]
pub(crate) async fn update_my_volunteer(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<DescribeVolunteerBody>,
) -> Result<HttpResponse, Failure> {
    let said = DescribeVolunteer::from(body.0);
    Ok(answer(app::update_my_volunteer(&app, &ctx, &said).await?))
}

/// 提交证明 / adds a proof: of a skill, an insurance, a guardian's consent, a training, an award
///
/// It counts once somebody of the home community has confirmed it.
#[utoipa::path(
    operation_id = "claim_my_proof",
    tag = "volunteers",
    request_body = ClaimProofBody,
    responses(
        (status = 200, description = "已提交 / waits for confirmation", body = VolunteerView),
        (status = 409, description = "数量已达上限 / too many already", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "尚未注册 / not registered", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/me/proofs")]
pub(crate) async fn claim_my_proof(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<ClaimProofBody>,
) -> Result<HttpResponse, Failure> {
    let Some(proof) = body.0.proof() else {
        let said = Message::new(
            "技能证明须注明技能，其他证明不填技能",
            "a proof of a skill names it, and no other proof does",
        );
        return Err(problem::quick_fields(
            Kind::Invalid,
            "skill-out-of-place",
            said.clone(),
            vec![problem::FieldError::new("/skill", said)],
        ));
    };
    let key = ctx.idempotency(&proof);
    Ok(answer(
        app::claim_proof(&app, &ctx, key.as_ref(), &proof).await?,
    ))
}

/// 志愿者列表 / lists the volunteers of a place, the newest first
#[utoipa::path(
    operation_id = "list_volunteers",
    tag = "volunteers",
    params(VolunteerQuery),
    responses((status = 200, description = "一页志愿者 / a page of volunteers", body = Page<VolunteerView>)),
)]
#[get("/volunteers")]
pub(crate) async fn list_volunteers(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<VolunteerQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = PageWanted {
        cursor: query.cursor,
        limit: query.limit.size(),
    };
    let which = (&query.org_path, query.state);
    let (found, next) = app::list_volunteers(&app, &ctx, which, &wanted).await?;
    let items = found.into_iter().map(VolunteerView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 志愿者详情 / shows a volunteer to those who run the home
#[utoipa::path(
    operation_id = "show_volunteer",
    tag = "volunteers",
    params(("id" = VolunteerId, Path, description = "志愿者 / its id")),
    responses((status = 200, description = "志愿者 / the volunteer", body = VolunteerView)),
)]
#[get("/volunteers/{id}")]
pub(crate) async fn show_volunteer(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VolunteerId>,
) -> Result<HttpResponse, Failure> {
    Ok(answer(app::show_volunteer(&app, &ctx, id.0).await?))
}

/// 认证、停用、恢复志愿者 / confirms, suspends or resumes a volunteer
#[utoipa::path(
    operation_id = "change_volunteer",
    tag = "volunteers",
    params(("id" = VolunteerId, Path, description = "志愿者 / its id")),
    request_body = ChangeVolunteerBody,
    responses(
        (status = 200, description = "已办理 / done", body = VolunteerView),
        (status = 409, description = "当前状态不可 / not in this state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/volunteers/{id}/steps")]
pub(crate) async fn change_volunteer(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VolunteerId>,
    body: Valid<ChangeVolunteerBody>,
) -> Result<HttpResponse, Failure> {
    let command = ChangeVolunteer {
        id: id.0,
        step: body.0.step,
        of_age: body.0.minor_until,
    };
    Ok(answer(app::change_volunteer(&app, &ctx, &command).await?))
}

/// 确认、退回、撤回证明 / decides on a proof
///
/// Those who run the home confirm or refuse it; the volunteer withdraws it.
#[utoipa::path(
    operation_id = "change_proof",
    tag = "volunteers",
    params(("id" = VolunteerId, Path, description = "志愿者 / the volunteer's id")),
    request_body = ChangeProofBody,
    responses(
        (status = 200, description = "已办理 / done", body = VolunteerView),
        (status = 409, description = "当前状态不可 / not in this state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/volunteers/{id}/proofs/steps")]
pub(crate) async fn change_proof(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VolunteerId>,
    body: Valid<ChangeProofBody>,
) -> Result<HttpResponse, Failure> {
    let command = ChangeProof {
        id: id.0,
        number: body.0.number,
        step: body.0.step,
    };
    Ok(answer(app::change_proof(&app, &ctx, &command).await?))
}
