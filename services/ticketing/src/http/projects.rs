//! Secretaries' projects (书记项目).

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{Limit, Page, ValidQuery, ok};
use kernel::OrgCode;
use problem::Failure;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::show_project_board::{ProjectView, ShowProjectBoard};
use crate::{App, app};

/// Which projects a board shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectBoardQuery {
    /// 范围；默认本人授权范围 (at or below this place; the caller's widest scope by default).
    org_code: Option<OrgCode>,
    /// 仅此状态 (only those in this state).
    state: Option<String>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (most items of the page).
    limit: Limit,
}

/// 挂图作战 / shows projects with their lights
///
/// The secretaries' projects of a place, the newest first: how far each is, what it has solved, and its light.
#[utoipa::path(
    operation_id = "show_project_board",
    tag = "orders",
    params(ProjectBoardQuery),
    responses((status = 200, description = "一页项目 / a page", body = Page<ProjectView>)),
)]
#[get("/projects/board")]
pub(crate) async fn show_project_board(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ProjectBoardQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = ShowProjectBoard {
        org_code: query.org_code,
        state: query.state,
        cursor: query.cursor,
        limit: query.limit,
    };
    Ok(ok(&app::show_project_board::show_project_board(
        &app, &ctx, wanted,
    )
    .await?))
}
