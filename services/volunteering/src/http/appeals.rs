//! Appeals against being noted as absent (缺席申诉).

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, Page, ValidQuery};
use kernel::{OrgPath, Timestamp};
use problem::{Failure, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use super::certificate_notices::PlacePageQuery;
use super::sign_ups::SignUpView;
use crate::app::{self, App};
use crate::domain::appeal::{Appeal, AppealState};

/// An appeal, and what was answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignUpAppealView {
    /// 理由 (why).
    reason: String,
    /// 状态 (state).
    state: AppealState,
    /// 答复，未处理则无 (what was answered; nothing while nobody has decided).
    answer: Option<String>,
    /// 提出时间 (when).
    opened_at: Timestamp,
    /// 处理时间 (when it was decided).
    decided_at: Option<Timestamp>,
}

impl From<Appeal> for SignUpAppealView {
    fn from(appeal: Appeal) -> Self {
        Self {
            reason: appeal.reason,
            state: appeal.state,
            answer: appeal.answer,
            opened_at: appeal.opened_at,
            decided_at: appeal.decided_at,
        }
    }
}

/// An appeal that waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenSignUpAppealView {
    /// 组织 (place of the activity).
    org_path: OrgPath,
    /// 申诉 (the appeal).
    appeal: SignUpAppealView,
    /// 报名 (the sign-up).
    sign_up: SignUpView,
}

/// 待处理缺席申诉 / lists the appeals against absences that wait at a place, the newest sign-up first
///
/// Decided by a step with the sign-up: `mark_absent`, `excuse` or `attended`, with an answer.
#[utoipa::path(
    operation_id = "list_sign_up_appeals",
    tag = "sign-ups",
    params(PlacePageQuery),
    responses(
        (status = 200, description = "一页申诉 / a page of appeals", body = Page<OpenSignUpAppealView>),
        (status = 403, description = "超出管理范围 / outside the caller's scope", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/sign-up-appeals")]
pub(crate) async fn list_sign_up_appeals(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PlacePageQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, wanted) = query.0.wanted();
    let (found, next) = app::list_appeals(&app, &ctx, &place, &wanted).await?;
    let items = found
        .into_iter()
        .map(|(appeal, sign_up)| OpenSignUpAppealView {
            org_path: appeal.org_path.clone(),
            appeal: appeal.into(),
            sign_up: sign_up.into(),
        });
    let items = items.collect();
    Ok(http::ok(&Page { items, next }))
}
