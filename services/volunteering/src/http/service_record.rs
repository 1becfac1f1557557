//! A volunteer's record in the five groups of Order 67 (志愿服务记录).

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, PathId};
use kernel::{OrgPath, VolunteerId};
use problem::{Failure, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use super::record_entries::RecordEntryView;
use super::volunteer_bodies::ProofView;
use crate::app::{self, App, ServiceRecord};
use crate::domain::record_entry::{RecordEntry, RecordEntryKind};
use crate::domain::volunteer::{Proof, ProofKind, ProofState, VolunteerState};

/// Service of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceSumView {
    /// 服务类别 (kind).
    kind: String,
    /// 次数 (times).
    times: u32,
    /// 分钟 (minutes).
    minutes: u64,
}

/// A volunteer's record in the five groups of Order 67 (志愿服务记录).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceRecordView {
    /// 基本信息：志愿者编号 (the volunteer number).
    number: String,
    /// 基本信息：所属 (home).
    home: OrgPath,
    /// 基本信息：状态 (state).
    state: VolunteerState,
    /// 服务情况 (confirmed service by kind).
    service: Vec<ServiceSumView>,
    /// 累计分钟 (confirmed minutes).
    minutes: u64,
    /// 培训情况 (confirmed trainings).
    training: Vec<ProofView>,
    /// 表彰奖励 (confirmed awards).
    awards: Vec<ProofView>,
    /// 培训情况：组织登记的 (trainings that an organisation entered).
    entered_training: Vec<RecordEntryView>,
    /// 表彰奖励：组织登记的 (awards that an organisation entered).
    entered_awards: Vec<RecordEntryView>,
    /// 评价：次数 (ratings).
    ratings: u64,
    /// 评价：平均分，百分之一分 (average score, in hundredths).
    average_score_hundredths: Option<u64>,
    /// 评价：星级 (stars, by confirmed hours).
    stars: usize,
    /// 积分，百分之一分 (points, in hundredths).
    points_hundredths: u64,
    /// 时间账户分钟 (minutes on the time account).
    account_minutes: u64,
}

impl From<ServiceRecord> for ServiceRecordView {
    fn from(record: ServiceRecord) -> Self {
        let proofs = |kind: ProofKind| -> Vec<ProofView> {
            let counts =
                |proof: &&Proof| proof.kind == kind && proof.state == ProofState::Confirmed;
            let proofs = record.volunteer.proofs.iter().filter(counts);
            proofs.cloned().map(ProofView::from).collect()
        };
        let (training, awards) = (proofs(ProofKind::Training), proofs(ProofKind::Award));
        let entries = record.entries.into_iter();
        let (entered_training, entered_awards): (Vec<_>, Vec<_>) =
            entries.partition(|entry| entry.kind == RecordEntryKind::Training);
        let entered = |entries: Vec<RecordEntry>| -> Vec<RecordEntryView> {
            entries.into_iter().map(RecordEntryView::from).collect()
        };
        let sum = |(kind, (times, minutes)): (String, (u32, u64))| ServiceSumView {
            kind,
            times,
            minutes,
        };
        Self {
            training,
            awards,
            entered_training: entered(entered_training),
            entered_awards: entered(entered_awards),
            number: record.volunteer.number,
            home: record.volunteer.home,
            state: record.volunteer.state,
            service: record.by_kind.into_iter().map(sum).collect(),
            minutes: record.minutes,
            ratings: record.ratings.count,
            average_score_hundredths: record.ratings.average_hundredths(),
            stars: record.stars,
            points_hundredths: record.points,
            account_minutes: record.account_minutes,
        }
    }
}

/// 我的志愿服务记录 / shows the caller's record: basic facts, service, training, awards, rating
#[utoipa::path(
    operation_id = "show_my_service_record",
    tag = "service-hours",
    responses(
        (status = 200, description = "志愿服务记录 / the record", body = ServiceRecordView),
        (status = 404, description = "尚未注册 / not registered", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/me/record")]
pub(crate) async fn show_my_service_record(
    app: web::Data<App>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let record = app::show_my_service_record(&app, &ctx).await?;
    Ok(http::ok(&ServiceRecordView::from(record)))
}

/// 志愿者的志愿服务记录 / shows a volunteer's record to those who run the home, who certify it
#[utoipa::path(
    operation_id = "show_service_record",
    tag = "service-hours",
    params(("id" = VolunteerId, Path, description = "志愿者 / the volunteer's id")),
    responses((status = 200, description = "志愿服务记录 / the record", body = ServiceRecordView)),
)]
#[get("/volunteers/{id}/record")]
pub(crate) async fn show_service_record(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VolunteerId>,
) -> Result<HttpResponse, Failure> {
    let record = app::show_service_record(&app, &ctx, id.0).await?;
    Ok(http::ok(&ServiceRecordView::from(record)))
}
