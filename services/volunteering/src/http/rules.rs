use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http;
use problem::Failure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::catalogue::{Risk, Title};

/// A kind of service (服务类别).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceKindView {
    /// 名称 (name).
    name: String,
    /// 标题 (title).
    title: Title,
    /// 风险等级 (risk).
    risk: Risk,
    /// 所需技能 (skills that it needs).
    skills: Vec<String>,
    /// 须有保险 (needs an insurance).
    insurance: bool,
    /// 未成年人可参加 (open to minors with their guardian's consent).
    minors: bool,
    /// 每小时积分 (points for an hour).
    points: u32,
}

/// A skill or a kind of team.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceNameView {
    /// 名称 (name).
    name: String,
    /// 标题 (title).
    title: Title,
}

/// The rules of voluntary service (志愿服务规则).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceRulesView {
    /// 时区 (zone of days and times of day).
    zone: String,
    /// 服务类别 (kinds of service).
    kinds: Vec<ServiceKindView>,
    /// 技能 (skills).
    skills: Vec<ServiceNameView>,
    /// 队伍类别 (kinds of teams).
    teams: Vec<ServiceNameView>,
    /// 各星级所需小时 (hours of one star, two stars, …).
    star_hours: Vec<u32>,
}

fn named(titles: &BTreeMap<String, Title>) -> Vec<ServiceNameView> {
    let view = |(name, title): (&String, &Title)| ServiceNameView {
        name: name.clone(),
        title: title.clone(),
    };
    titles.iter().map(view).collect()
}

/// 志愿服务规则 / shows the rules of voluntary service
#[utoipa::path(
    operation_id = "show_service_rules",
    tag = "volunteers",
    responses((status = 200, description = "规则 / the rules", body = ServiceRulesView)),
)]
#[get("/rules")]
pub(crate) async fn show_service_rules(
    app: web::Data<App>,
    _ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let rules = &app.catalogue;
    let kinds = rules.kinds.iter().map(|(name, kind)| ServiceKindView {
        name: name.clone(),
        title: kind.title.clone(),
        risk: kind.risk,
        skills: kind.skills.clone(),
        insurance: kind.insurance,
        minors: kind.minors,
        points: kind.points,
    });
    Ok(http::ok(&ServiceRulesView {
        zone: rules.zone_name.clone(),
        kinds: kinds.collect(),
        skills: named(&rules.skills),
        teams: named(&rules.teams),
        star_hours: rules.stars.clone(),
    }))
}
