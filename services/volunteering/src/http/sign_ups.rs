use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, ActivityId, ShiftId, SignUpId, Text, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::appeals::SignUpAppealView;
use super::volunteer_bodies::few;
use crate::app::{self, App, ChangeSignUp, OpenSignUp, PageWanted};
use crate::domain::sign_up::{SignUp, SignUpState, SignUpStep, Warning};

/// Signs up for a shift.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenSignUpBody {
    /// 岗位序号 (number of the position).
    #[serde(default = "first")]
    #[schema(minimum = 1, default = 1)]
    position: u32,
    /// 已确认的提醒 (warnings that the caller has read).
    #[serde(default, deserialize_with = "few")]
    #[schema(max_items = 50)]
    acknowledge: Vec<Warning>,
}

const fn first() -> u32 {
    1
}

/// A step with a sign-up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "step", rename_all = "snake_case")]
pub(crate) enum ChangeSignUpBody {
    /// 确认候补名额 (takes the place that is offered).
    Accept {},
    /// 谢绝候补名额 (says no to it).
    Decline {},
    /// 退出 (withdraws).
    Withdraw {},
    /// 缺席申诉 (appeals against being noted as absent).
    Appeal {
        /// 理由 (why).
        #[schema(value_type = String, min_length = 1, max_length = 500)]
        reason: Text<1, 500>,
    },
    /// 录用 (gives a place).
    Admit {},
    /// 不录用 (refuses).
    Refuse {},
    /// 记缺席；对申诉须答复 (notes an absence; an appeal is dismissed with an answer).
    MarkAbsent {
        /// 对申诉的答复 (what is said to an appeal).
        #[serde(default)]
        #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
        answer: Option<Text<1, 500>>,
    },
    /// 准予缺席；对申诉须答复 (excuses an absence; an appeal is upheld with an answer).
    Excuse {
        /// 对申诉的答复 (what is said to an appeal).
        #[serde(default)]
        #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
        answer: Option<Text<1, 500>>,
    },
    /// 补记到场 (notes that somebody came who could not check in or out).
    Attended {
        /// 到场时间 (when they came).
        from: Timestamp,
        /// 离开时间 (when they left).
        until: Timestamp,
        /// 对申诉的答复 (what is said to an appeal).
        #[serde(default)]
        #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
        answer: Option<Text<1, 500>>,
    },
}

impl From<ChangeSignUpBody> for SignUpStep {
    fn from(body: ChangeSignUpBody) -> Self {
        use ChangeSignUpBody as Body;
        let said = |answer: Option<Text<1, 500>>| answer.map(Text::into_string);
        match body {
            Body::Accept {} => Self::Accept,
            Body::Decline {} => Self::Decline,
            Body::Withdraw {} => Self::Withdraw,
            Body::Appeal { reason } => Self::Appeal {
                reason: reason.into_string(),
            },
            Body::Admit {} => Self::Admit,
            Body::Refuse {} => Self::Refuse,
            Body::MarkAbsent { answer } => Self::MarkAbsent {
                answer: said(answer),
            },
            Body::Excuse { answer } => Self::Excuse {
                answer: said(answer),
            },
            Body::Attended {
                from,
                until,
                answer,
            } => Self::Attended {
                from,
                until,
                answer: said(answer),
            },
        }
    }
}

/// Which page of sign-ups to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignUpQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

impl SignUpQuery {
    pub(super) fn wanted(self) -> PageWanted {
        PageWanted {
            cursor: self.cursor,
            limit: self.limit.size(),
        }
    }
}

/// A sign-up (报名).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignUpView {
    /// 编号 (its id).
    id: SignUpId,
    /// 班次 (the shift).
    shift_id: ShiftId,
    /// 活动 (the activity).
    activity_id: ActivityId,
    /// 志愿者账号 (who signed up).
    account_id: AccountId,
    /// 岗位序号 (number of the position).
    position: u32,
    /// 状态 (state).
    state: SignUpState,
    /// 先后顺序 (order in which people came).
    ticket: u32,
    /// 班次开始 (beginning of the shift).
    begins_at: Timestamp,
    /// 班次结束 (end of the shift).
    ends_at: Timestamp,
    /// 候补名额保留至 (end of the offer).
    offer_until: Option<Timestamp>,
    /// 签到时间 (checked in).
    checked_in_at: Option<Timestamp>,
    /// 签退时间 (checked out).
    checked_out_at: Option<Timestamp>,
    /// 缺席申诉，仅在详情中 (the appeal against being noted as absent; where one sign-up is shown).
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal: Option<SignUpAppealView>,
    /// 版本 (its version).
    version: Version,
}

impl From<SignUp> for SignUpView {
    fn from(sign_up: SignUp) -> Self {
        Self {
            id: sign_up.id,
            shift_id: sign_up.shift,
            activity_id: sign_up.activity,
            account_id: sign_up.account,
            position: sign_up.position,
            state: sign_up.state,
            ticket: sign_up.ticket,
            begins_at: sign_up.begins_at,
            ends_at: sign_up.ends_at,
            offer_until: sign_up.offer_until,
            checked_in_at: sign_up.checked_in_at,
            checked_out_at: sign_up.checked_out_at,
            appeal: None,
            version: sign_up.version,
        }
    }
}

fn answer(sign_up: SignUp) -> HttpResponse {
    http::ok_with_etag(sign_up.version, &SignUpView::from(sign_up))
}

fn page((found, next): (Vec<SignUp>, Option<String>)) -> HttpResponse {
    let items = found.into_iter().map(SignUpView::from).collect();
    http::ok(&Page { items, next })
}

/// 报名 / signs the caller up for a shift
///
/// Qualification at the shift's time, places, collisions and quotas are weighed in one step. What is only warned of is
/// named in `errors` and goes through with `acknowledge`. Where no place is free the caller waits.
#[utoipa::path(
    operation_id = "open_sign_up",
    tag = "sign-ups",
    params(("id" = ShiftId, Path, description = "班次 / the shift's id")),
    request_body = OpenSignUpBody,
    responses(
        (status = 201, description = "已报名 / signed up", body = SignUpView),
        (status = 409, description = "不符合条件、时间冲突或需确认提醒 / not qualified, colliding, or to be acknowledged", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/shifts/{id}/sign-ups")]
pub(crate) async fn open_sign_up(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ShiftId>,
    body: Valid<OpenSignUpBody>,
) -> Result<HttpResponse, Failure> {
    let command = OpenSignUp {
        shift: id.0,
        position: body.0.position,
        acknowledge: body.0.acknowledge,
    };
    let key = ctx.idempotency(&command);
    let made = app::open_sign_up(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/sign-ups/{}", made.id);
    let version = made.version;
    Ok(http::created(&location, version, &SignUpView::from(made)))
}

/// 班次报名名单 / lists who signed up for a shift, to those who run its activity
#[utoipa::path(
    operation_id = "list_sign_ups",
    tag = "sign-ups",
    params(("id" = ShiftId, Path, description = "班次 / the shift's id"), SignUpQuery),
    responses((status = 200, description = "一页报名 / a page of sign-ups", body = Page<SignUpView>)),
)]
#[get("/shifts/{id}/sign-ups")]
pub(crate) async fn list_sign_ups(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ShiftId>,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = query.0.wanted();
    Ok(page(app::list_sign_ups(&app, &ctx, id.0, &wanted).await?))
}

/// 我的报名 / lists the caller's sign-ups, the latest shift first
#[utoipa::path(
    operation_id = "list_my_sign_ups",
    tag = "sign-ups",
    params(SignUpQuery),
    responses((status = 200, description = "一页报名 / a page of sign-ups", body = Page<SignUpView>)),
)]
#[get("/sign-ups")]
pub(crate) async fn list_my_sign_ups(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = query.0.wanted();
    Ok(page(app::list_my_sign_ups(&app, &ctx, &wanted).await?))
}

/// 报名详情 / shows a sign-up
#[utoipa::path(
    operation_id = "show_sign_up",
    tag = "sign-ups",
    params(("id" = SignUpId, Path, description = "报名 / its id")),
    responses((status = 200, description = "报名 / the sign-up", body = SignUpView)),
)]
#[get("/sign-ups/{id}")]
pub(crate) async fn show_sign_up(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<SignUpId>,
) -> Result<HttpResponse, Failure> {
    let sign_up = app::show_sign_up(&app, &ctx, id.0).await?;
    let appeal = app::show_appeal(&app, id.0).await?;
    let view = SignUpView {
        appeal: appeal.map(SignUpAppealView::from),
        ..SignUpView::from(sign_up.clone())
    };
    Ok(http::ok_with_etag(sign_up.version, &view))
}

/// 办理报名 / takes a step with a sign-up
///
/// The volunteer accepts or declines an offered place, withdraws, or appeals against an absence; those who run the
/// activity admit, refuse, note an absence or excuse it, or note that somebody came who could not check in or out:
/// their hours wait for somebody else to confirm them. A place that becomes free is offered to the next who waits.
#[utoipa::path(
    operation_id = "change_sign_up",
    tag = "sign-ups",
    params(("id" = SignUpId, Path, description = "报名 / its id")),
    request_body = ChangeSignUpBody,
    responses(
        (status = 200, description = "已办理 / done", body = SignUpView),
        (status = 409, description = "当前状态不可 / not in this state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/sign-ups/{id}/steps")]
pub(crate) async fn change_sign_up(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<SignUpId>,
    body: Valid<ChangeSignUpBody>,
) -> Result<HttpResponse, Failure> {
    let command = ChangeSignUp {
        id: id.0,
        step: body.0.into(),
    };
    let key = ctx.idempotency(&command);
    Ok(answer(
        app::change_sign_up(&app, &ctx, key.as_ref(), &command).await?,
    ))
}
