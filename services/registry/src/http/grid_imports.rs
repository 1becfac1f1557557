use actix_web::{HttpResponse, post, web};
use auth::Ctx;
use chassis::http::{self, Valid};
use kernel::{Crs, GeoPoint, OrgCode};
use problem::{Failure, Locale};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{self, App, GridOutcome, GridReport, ImportGrids, Origin, Verdict};
use crate::domain::grid::GridSizing;

/// Largest body in bytes: 500 grids of a few dozen positions each.
pub(crate) const LIMIT: usize = 2 * 1024 * 1024;

/// Grids to take over, the features of a GeoJSON collection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportGridsBody {
    /// 只检查、不保存 (says what would happen, stores nothing).
    #[serde(default)]
    dry_run: bool,
    /// 坐标系 (coordinate system of the positions, wgs84 by default).
    #[serde(default)]
    crs: Crs,
    /// GeoJSON Feature，至多 500 (features with Polygon or `MultiPolygon`; properties `code`, `name`,
    /// `households`, `party_members`, `duties`).
    #[schema(value_type = Vec<Value>, max_items = 500)]
    features: Vec<Value>,
}

/// What became of the features.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GridImportView {
    /// 只检查 (nothing was stored).
    dry_run: bool,
    /// 新增 (new).
    created: usize,
    /// 有变动 (changed).
    changed: usize,
    /// 未变 (as before).
    unchanged: usize,
    /// 未接受 (refused).
    refused: usize,
    /// 逐个结果 (the features, in the order sent).
    rows: Vec<FeatureView>,
    /// 重叠 (grids that have ground in common).
    overlaps: Vec<OverlapView>,
    /// 空白 (ground that the grids of a community surround and none has).
    gaps: Vec<GapView>,
}

/// What became of one feature.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeatureView {
    /// 序号，从 0 起 (place of the feature, from 0).
    index: usize,
    /// 网格代码 (code of the grid).
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<OrgCode>,
    /// 结果 (outcome).
    outcome: GridOutcomeView,
    /// 未接受的原因 (why it was refused).
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// 规模提醒 (what is odd about its size).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// Outcome of a feature.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GridOutcomeView {
    /// 新增
    Created,
    /// 有变动
    Changed,
    /// 未变
    Unchanged,
    /// 未接受
    Refused,
}

/// Two grids that have ground in common.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverlapView {
    /// 网格代码 (one grid).
    one: OrgCode,
    /// 网格代码 (the other).
    other: OrgCode,
    /// 占较小网格的百分比，估算 (share of the smaller one in percent, estimated).
    percent: f64,
}

/// Ground without a grid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GapView {
    /// 社区代码 (the community).
    community_code: OrgCode,
    /// 其中一点 (a point in it).
    at: GeoPoint,
    /// 面积，平方米，估算 (area in square metres, estimated).
    area_m2: f64,
}

impl GridImportView {
    fn new(dry_run: bool, report: GridReport, sizing: &GridSizing, locale: Locale) -> Self {
        let mut view = Self {
            dry_run,
            created: 0,
            changed: 0,
            unchanged: 0,
            refused: 0,
            rows: Vec::with_capacity(report.outcomes.len()),
            overlaps: Vec::new(),
            gaps: Vec::new(),
        };
        for outcome in report.outcomes {
            view.add(outcome, sizing, locale);
        }
        let overlaps = report.overlaps.into_iter();
        view.overlaps.extend(overlaps.map(|overlap| OverlapView {
            one: overlap.one,
            other: overlap.other,
            percent: overlap.percent.round(),
        }));
        let gaps = report.gaps.into_iter();
        view.gaps.extend(gaps.map(|(community_code, gap)| GapView {
            community_code,
            at: gap.at,
            area_m2: gap.area.round(),
        }));
        view
    }

    fn add(&mut self, outcome: GridOutcome, sizing: &GridSizing, locale: Locale) {
        let mut reason = None;
        let (count, verdict) = match outcome.verdict {
            Verdict::Created => (&mut self.created, GridOutcomeView::Created),
            Verdict::Changed => (&mut self.changed, GridOutcomeView::Changed),
            Verdict::Unchanged => (&mut self.unchanged, GridOutcomeView::Unchanged),
            Verdict::Refused(why) => {
                reason = Some(why.message().text(locale).to_owned());
                (&mut self.refused, GridOutcomeView::Refused)
            }
        };
        *count += 1;
        let warnings = outcome.warnings.iter();
        self.rows.push(FeatureView {
            index: self.rows.len(),
            code: outcome.code,
            outcome: verdict,
            reason,
            warnings: warnings
                .map(|warning| warning.message(sizing).text(locale).to_owned())
                .collect(),
        });
    }
}

/// 导入网格 / takes over grids from GeoJSON
///
/// One transaction; every feature gets its own answer. The report compares the grids of the communities
/// concerned, those that were there before among them.
#[utoipa::path(
    operation_id = "import_grids",
    tag = "grids",
    request_body = ImportGridsBody,
    responses((status = 200, description = "逐个结果 / what became of the features", body = GridImportView)),
)]
#[post("")]
pub(crate) async fn import_grids(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<ImportGridsBody>,
) -> Result<HttpResponse, Failure> {
    let command = ImportGrids {
        dry_run: body.0.dry_run,
        crs: body.0.crs,
        features: body.0.features,
    };
    let (dry_run, key) = (command.dry_run, ctx.idempotency(&command));
    let report = app::import_grids(&app, &Origin::of(&ctx), key.as_ref(), command).await?;
    let view = GridImportView::new(dry_run, report, &app.sizing, ctx.locale);
    Ok(http::ok(&view))
}
