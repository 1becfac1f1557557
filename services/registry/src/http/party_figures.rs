use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, ValidQuery};
use contracts::registry::OrgKind;
use kernel::OrgCode;
use problem::Failure;
use serde::Serialize;
use utoipa::ToSchema;

use super::post_reports::CoverageQuery;
use crate::app::{self, App, Origin};
use crate::domain::party_figures::{PartyFigures, Share};

/// A part of a whole (比率).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartyShareView {
    /// 分子 (part).
    part: u64,
    /// 分母 (whole).
    whole: u64,
    /// 万分之几，向下取整；分母为零时没有 (in ten-thousandths, rounded down; none of nothing).
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<u64>,
}

/// Places of a kind with a party organisation of their own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartyCoverageView {
    /// 哪类组织 (the kind of place).
    of: OrgKind,
    /// 有党组织 ÷ 全部 (with a party organisation of their own ÷ all).
    places: PartyShareView,
}

/// Reporting-in and coverage of a part of the tree (formula 25).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartyFiguresView {
    /// 从哪个组织起，含其下 (the node whose part of the tree is counted).
    below: OrgCode,
    /// 单位报到率：已被社区确认的单位 ÷ 应报到单位 (units that a community confirmed ÷ units there are).
    units: PartyShareView,
    /// 党员报到率：已被确认的党员 ÷ 网格登记的党员数 (members whom communities confirmed ÷ members of the grids).
    members: PartyShareView,
    /// 党组织覆盖率，按组织类型 (coverage by kind of place).
    coverage: Vec<PartyCoverageView>,
}

impl From<Share> for PartyShareView {
    fn from(share: Share) -> Self {
        Self {
            part: share.part,
            whole: share.whole,
            share: share.ten_thousandths(),
        }
    }
}

impl PartyFiguresView {
    fn new(below: OrgCode, figures: PartyFigures) -> Self {
        let coverage = figures.coverage.into_iter();
        Self {
            below,
            units: figures.units.into(),
            members: figures.members.into(),
            coverage: coverage
                .map(|(of, share)| PartyCoverageView {
                    of,
                    places: share.into(),
                })
                .collect(),
        }
    }
}

/// 双报到率和党组织覆盖率 / tells how many have reported in, and how many places have a party organisation
#[utoipa::path(
    operation_id = "show_party_figures",
    tag = "report-ins",
    params(CoverageQuery),
    responses((status = 200, description = "双报到率、覆盖率 / the figures", body = PartyFiguresView)),
)]
#[get("/party-figures")]
pub(crate) async fn show_party_figures(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<CoverageQuery>,
) -> Result<HttpResponse, Failure> {
    let below = query.0.below;
    let figures = app::show_party_figures(&app, &Origin::of(&ctx), &below).await?;
    Ok(http::ok(&PartyFiguresView::new(below, figures)))
}
