use actix_web::{HttpResponse, post, web};
use auth::Ctx;
use chassis::http::{self, Valid};
use kernel::OrgCode;
use problem::{Failure, Problem};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::day::Day;
use super::history::SuccessionView;
use crate::app::{self, App, MOST_PARTS, MergeDivisions, Origin, Part, Reorganised, SplitDivision};

/// Areas that become one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeDivisionsBody {
    /// 被合并的，1 至 20 个 (those that end, 1 to 20).
    #[serde(deserialize_with = "parts")]
    #[schema(min_items = 1, max_items = 20)]
    from: Vec<OrgCode>,
    /// 并入 (the one that goes on; it is there already).
    into: OrgCode,
    /// 生效日期，默认今天 (first day of it, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
}

/// An area that is split.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitDivisionBody {
    /// 被拆分的 (the area).
    code: OrgCode,
    /// 拆出的各部分，1 至 20 个 (its parts, 1 to 20).
    #[serde(deserialize_with = "parts")]
    #[schema(min_items = 1, max_items = 20)]
    parts: Vec<PartBody>,
    /// 保留原区划 (whether the area goes on with what is left).
    #[serde(default)]
    keep: bool,
    /// 生效日期，默认今天 (first day of it, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
}

/// A part of a split area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartBody {
    /// 划入 (the area that takes it over; it is there already).
    into: OrgCode,
    /// 划入的直接下级 (what it takes over of those directly below).
    #[schema(max_items = 2000)]
    children: Vec<OrgCode>,
}

/// What a merger or a split did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReorganisedView {
    /// 划转的下级数 (how many went from one area to another).
    moved: usize,
    /// 撤销的 (areas that came to their end).
    closed: Vec<OrgCode>,
    /// 前身与后继 (who took whose place).
    successions: Vec<SuccessionView>,
}

impl From<Reorganised> for ReorganisedView {
    fn from(done: Reorganised) -> Self {
        Self {
            moved: done.moved,
            closed: done.closed,
            successions: done.successions.into_iter().map(Into::into).collect(),
        }
    }
}

fn parts<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let parts = Vec::deserialize(deserializer)?;
    if (1..=MOST_PARTS).contains(&parts.len()) {
        return Ok(parts);
    }
    Err(de::Error::custom(format!(
        "须有 1 至 {MOST_PARTS} 项 (must have 1 to {MOST_PARTS} items)"
    )))
}

/// 合并区划 / merges areas into one that is there already
///
/// Everything below them goes to it, and they close. One transaction.
#[utoipa::path(
    operation_id = "merge_divisions",
    tag = "divisions",
    request_body = MergeDivisionsBody,
    responses(
        (status = 200, description = "已合并 / merged", body = ReorganisedView),
        (status = 409, description = "已撤销或同时有其他修改 / closed, or changed at the same time", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/divisions/mergers")]
pub(crate) async fn merge_divisions(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<MergeDivisionsBody>,
) -> Result<HttpResponse, Failure> {
    let command = MergeDivisions {
        from: body.0.from,
        into: body.0.into,
        effective_on: body.0.effective_on.map(Day::date),
    };
    let key = ctx.idempotency(&command);
    let done = app::merge_divisions(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok(&ReorganisedView::from(done)))
}

/// 拆分区划 / gives parts of an area to others that are there already
///
/// The area closes unless it is kept; then nothing may be left below it. One transaction.
#[utoipa::path(
    operation_id = "split_division",
    tag = "divisions",
    request_body = SplitDivisionBody,
    responses(
        (status = 200, description = "已拆分 / split", body = ReorganisedView),
        (status = 409, description = "其下仍有组织或同时有其他修改 / something is left below it, or changed at the same time", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/divisions/splits")]
pub(crate) async fn split_division(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<SplitDivisionBody>,
) -> Result<HttpResponse, Failure> {
    let parts = body.0.parts.into_iter().map(|part| Part {
        into: part.into,
        children: part.children,
    });
    let command = SplitDivision {
        code: body.0.code,
        parts: parts.collect(),
        keep: body.0.keep,
        effective_on: body.0.effective_on.map(Day::date),
    };
    let key = ctx.idempotency(&command);
    let done = app::split_division(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok(&ReorganisedView::from(done)))
}
