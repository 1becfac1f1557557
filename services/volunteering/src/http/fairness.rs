use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, Limit, ValidQuery};
use kernel::{AccountId, OrgPath, TeamId, Timestamp};
use problem::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, Fairness, PageWanted, ShowFairness, Whose};
use crate::domain::fairness::Figures;

/// By whom figures are added up (统计口径).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FairnessBy {
    /// 按人
    #[default]
    Person,
    /// 按队伍
    Team,
}

/// Of what place and time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FairnessQuery {
    /// 该组织及以下 (of this place and all below).
    org_path: OrgPath,
    /// 起始 (from).
    from: Timestamp,
    /// 截止，不含 (until, not included).
    until: Timestamp,
    /// 按人或按队伍 (by person or by team).
    #[serde(default)]
    #[param(inline, value_type = Option<FairnessBy>)]
    by: FairnessBy,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// What somebody did, and was asked to do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FairnessFiguresView {
    /// 已确认服务分钟 (confirmed minutes).
    minutes: u64,
    /// 服务次数 (shifts and tasks that they had).
    turns: u64,
    /// 获得的机会 (places and invitations given or offered, and tasks taken).
    offered: u64,
    /// 其中接受的 (of these taken).
    taken: u64,
    /// 其中谢绝、逾期未答复或退出的 (of these declined, lapsed or given back).
    declined: u64,
    /// 占全部机会的千分比 (share of all chances of the place, in thousandths).
    share_permille: u64,
}

/// One line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FairnessLineView {
    /// 志愿者账号，按人时 (the person).
    account_id: Option<AccountId>,
    /// 队伍，按队伍时 (the team).
    team_id: Option<TeamId>,
    /// 计入的队员人数，按队伍时 (members that count).
    members: Option<u64>,
    /// 数字 (figures).
    #[serde(flatten)]
    figures: FairnessFiguresView,
}

/// How load and chances are spread (公平).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FairnessView {
    /// 已认证志愿者人数 (certified volunteers of the place).
    people: usize,
    /// 合计 (all of it).
    total: FairnessFiguresView,
    /// 其中已报到的党员人数 (of these, party members who reported in at a community, 双报到).
    reported_in: usize,
    /// 其合计 (all of theirs).
    reported_in_total: FairnessFiguresView,
    /// 服务次数的基尼系数，千分之 (how unevenly turns are spread, in thousandths).
    gini_turns_permille: u64,
    /// 服务分钟的基尼系数，千分之 (how unevenly minutes are spread, in thousandths).
    gini_minutes_permille: u64,
    /// 一页 (a page of lines).
    items: Vec<FairnessLineView>,
    /// 下一页 (cursor of the next page).
    next: Option<String>,
}

fn view(figures: Figures, all: &Figures) -> FairnessFiguresView {
    FairnessFiguresView {
        minutes: figures.minutes,
        turns: figures.turns,
        offered: figures.offered,
        taken: figures.taken,
        declined: figures.declined,
        share_permille: figures.share_permille(all),
    }
}

impl From<Fairness> for FairnessView {
    fn from(found: Fairness) -> Self {
        let all = found.all;
        let (lines, next) = found.lines;
        let line = |(whose, figures): (Whose, Figures)| {
            let (account_id, team_id, members) = match whose {
                Whose::Person(account) => (Some(account), None, None),
                Whose::Team(team, members) => (None, Some(team), Some(members)),
            };
            FairnessLineView {
                account_id,
                team_id,
                members,
                figures: view(figures, &all),
            }
        };
        Self {
            people: found.people,
            total: view(all, &all),
            reported_in: found.reported.0,
            reported_in_total: view(found.reported.1, &all),
            gini_turns_permille: found.gini_turns,
            gini_minutes_permille: found.gini_minutes,
            items: lines.into_iter().map(line).collect(),
            next,
        }
    }
}

/// 负担与机会是否公平 / shows how load and chances are spread over people or teams
///
/// For those who run the place: certified volunteers by account, without names. Shifts count when they begin, tasks
/// when they are taken, invitations when they are made.
#[utoipa::path(
    operation_id = "show_fairness",
    tag = "fairness",
    params(FairnessQuery),
    responses((status = 200, description = "数字 / the figures", body = FairnessView)),
)]
#[get("/fairness")]
pub(crate) async fn show_fairness(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<FairnessQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let command = ShowFairness {
        place: query.org_path,
        from: query.from,
        until: query.until,
        by_team: query.by == FairnessBy::Team,
    };
    let wanted = PageWanted {
        cursor: query.cursor,
        limit: query.limit.size(),
    };
    let found = app::show_fairness(&app, &ctx, &command, &wanted).await?;
    Ok(http::ok(&FairnessView::from(found)))
}
