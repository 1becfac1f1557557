//! What to know and to answer before a matter is opened.

use actix_web::{HttpResponse, post, web};
use auth::Ctx;
use chassis::http::{Valid, ok};
use kernel::{Line, Text};
use problem::Failure;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::check_intake::{CheckIntake, IntakeView};
use crate::{App, app};

/// A matter that somebody is about to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckIntakeBody {
    /// What it is about, in a line.
    title: Line<1, 100>,
    /// The matter.
    content: Text<1, 5000>,
    /// The category; proposed from the text where it is left out.
    #[serde(default)]
    category: Option<String>,
    /// Answers to the questions of the category, to be checked.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    answers: Option<Value>,
}

/// Says what to know and what to answer before a matter is opened (受理前提示与询问).
///
/// Emergencies belong to a phone (110、119、120): the app goes on only when the person has confirmed the notice. Others
/// name the way that a matter has to take. The questions of the category come as a JSON schema; answers that are sent are
/// checked. Nothing is stored.
#[utoipa::path(
    operation_id = "check_intake",
    tag = "orders",
    request_body = CheckIntakeBody,
    responses((status = 200, body = IntakeView)),
)]
#[post("/intake-checks")]
pub(crate) async fn check_intake(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<CheckIntakeBody>,
) -> Result<HttpResponse, Failure> {
    let body = body.0;
    let matter = CheckIntake {
        title: body.title.into_string(),
        content: body.content.into_string(),
        category: body.category,
        answers: body.answers,
    };
    Ok(ok(&app::check_intake::check_intake(&app, &ctx, matter)?))
}
