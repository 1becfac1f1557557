//! Trainings and awards of a volunteer's record (培训、表彰奖励).

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, Line, OrgPath, RecordEntryId, Text, Timestamp, Version, VolunteerId};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::civil::ServiceDay;
use super::sign_ups::SignUpQuery;
use crate::app::{self, App, ChangeRecordEntry, EnterRecord};
use crate::domain::record_entry::{
    Entered, EntryStep, RecordEntry, RecordEntryKind, RecordEntryState,
};

/// A training or an award to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnterRecordBody {
    /// 类别 (kind).
    kind: RecordEntryKind,
    /// 培训或表彰名称 (name of the training or award).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    title: Line<1, 100>,
    /// 培训起始日，或表彰日期 (first day of the training, or day of the award).
    from: ServiceDay,
    /// 培训截止日，默认与起始日相同 (last day; the first by default).
    #[serde(default)]
    until: Option<ServiceDay>,
    /// 培训分钟，表彰不填 (minutes of training; none of an award).
    #[serde(default)]
    #[schema(minimum = 1)]
    minutes: Option<u32>,
    /// 级别 (level, of either).
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 30)]
    level: Option<Line<1, 30>>,
}

/// What is done with an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "step", rename_all = "snake_case")]
pub(crate) enum ChangeRecordEntryBody {
    /// 更正 (this is right).
    Correct {
        /// 培训或表彰名称 (name of the training or award).
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        title: Line<1, 100>,
        /// 培训起始日，或表彰日期 (first day).
        from: ServiceDay,
        /// 培训截止日 (last day).
        #[serde(default)]
        until: Option<ServiceDay>,
        /// 培训分钟 (minutes of training).
        #[serde(default)]
        #[schema(minimum = 1)]
        minutes: Option<u32>,
        /// 级别 (level).
        #[serde(default)]
        #[schema(value_type = Option<String>, min_length = 1, max_length = 30)]
        level: Option<Line<1, 30>>,
        /// 更正原因 (why).
        #[schema(value_type = String, min_length = 1, max_length = 500)]
        reason: Text<1, 500>,
    },
    /// 撤销 (it never was so).
    Revoke {
        /// 撤销原因 (why).
        #[schema(value_type = String, min_length = 1, max_length = 500)]
        reason: Text<1, 500>,
    },
}

fn entered(
    (title, level): (Line<1, 100>, Option<Line<1, 30>>),
    (from, until): (ServiceDay, Option<ServiceDay>),
    minutes: Option<u32>,
) -> Entered {
    Entered {
        title: title.into_string(),
        from: from.0,
        until: until.map(|day| day.0),
        minutes,
        level: level.map(Line::into_string),
    }
}

impl From<ChangeRecordEntryBody> for (EntryStep, String) {
    fn from(body: ChangeRecordEntryBody) -> Self {
        match body {
            ChangeRecordEntryBody::Correct {
                title,
                from,
                until,
                minutes,
                level,
                reason,
            } => {
                let said = entered((title, level), (from, until), minutes);
                (EntryStep::Correct(said), reason.into_string())
            }
            ChangeRecordEntryBody::Revoke { reason } => (EntryStep::Revoke, reason.into_string()),
        }
    }
}

/// One version of an entry (培训、表彰奖励记录).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordEntryView {
    /// 编号 (its id).
    id: RecordEntryId,
    /// 志愿者账号 (whose it is).
    account_id: AccountId,
    /// 类别 (kind).
    kind: RecordEntryKind,
    /// 名称 (name of the training or award).
    title: String,
    /// 起始日 (first day).
    from: ServiceDay,
    /// 截止日 (last day).
    until: Option<ServiceDay>,
    /// 培训分钟 (minutes of training).
    minutes: Option<u32>,
    /// 级别 (level).
    level: Option<String>,
    /// 组织或授予单位 (who gave it).
    issuer: OrgPath,
    /// 状态 (state).
    state: RecordEntryState,
    /// 更正或撤销原因 (why it was put right or revoked).
    reason: Option<String>,
    /// 登记人 (who made this version).
    entered_by: AccountId,
    /// 版本 (its version).
    version: Version,
    /// 何时 (when this version was made).
    at: Timestamp,
}

impl From<RecordEntry> for RecordEntryView {
    fn from(entry: RecordEntry) -> Self {
        Self {
            id: entry.id,
            account_id: entry.volunteer,
            kind: entry.kind,
            title: entry.said.title,
            from: ServiceDay(entry.said.from),
            until: entry.said.until.map(ServiceDay),
            minutes: entry.said.minutes,
            level: entry.said.level,
            issuer: entry.issuer,
            state: entry.state,
            reason: entry.reason,
            entered_by: entry.entered_by,
            version: entry.version,
            at: entry.at,
        }
    }
}

/// 登记培训、表彰奖励 / enters a training or an award into a volunteer's record
///
/// Those who run the volunteer's home, never for themselves. What a volunteer has to show from elsewhere is a proof.
#[utoipa::path(
    operation_id = "register_record_entry",
    tag = "record-entries",
    params(("id" = VolunteerId, Path, description = "志愿者 / the volunteer's id")),
    request_body = EnterRecordBody,
    responses(
        (status = 201, description = "已登记 / entered", body = RecordEntryView),
        (status = 409, description = "数量已达上限 / too many already", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/volunteers/{id}/record-entries")]
pub(crate) async fn register_record_entry(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VolunteerId>,
    body: Valid<EnterRecordBody>,
) -> Result<HttpResponse, Failure> {
    let body = body.0;
    let days = (body.from, body.until);
    let command = EnterRecord {
        volunteer: id.0,
        kind: body.kind,
        said: entered((body.title, body.level), days, body.minutes),
    };
    let key = ctx.idempotency(&command);
    let made = app::enter_record(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/record-entries/{}", made.id);
    let (version, view) = (made.version, RecordEntryView::from(made));
    Ok(http::created(&location, version, &view))
}

/// 志愿者的培训、表彰记录 / lists the entries of a volunteer's record to those who run the home, the newest first
///
/// The latest version of each, revoked ones too.
#[utoipa::path(
    operation_id = "list_record_entries",
    tag = "record-entries",
    params(("id" = VolunteerId, Path, description = "志愿者 / the volunteer's id"), SignUpQuery),
    responses((status = 200, description = "一页记录 / a page of entries", body = Page<RecordEntryView>)),
)]
#[get("/volunteers/{id}/record-entries")]
pub(crate) async fn list_record_entries(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VolunteerId>,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = query.0.wanted();
    let (found, next) = app::list_record_entries(&app, &ctx, id.0, &wanted).await?;
    let items = found.into_iter().map(RecordEntryView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 培训、表彰记录的各版本 / shows every version of an entry, the latest first
///
/// To the volunteer and those who run the place that gave it.
#[utoipa::path(
    operation_id = "show_record_entry",
    tag = "record-entries",
    params(("id" = RecordEntryId, Path, description = "记录 / its id")),
    responses((status = 200, description = "各版本 / the versions", body = Page<RecordEntryView>)),
)]
#[get("/record-entries/{id}")]
pub(crate) async fn show_record_entry(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<RecordEntryId>,
) -> Result<HttpResponse, Failure> {
    let versions = app::show_record_entry(&app, &ctx, id.0).await?;
    let items = versions.into_iter().map(RecordEntryView::from).collect();
    Ok(http::ok(&Page { items, next: None }))
}

/// 更正、撤销培训和表彰记录 / puts an entry right or revokes it: a new version
///
/// Those who run the place that gave it, never the volunteer.
#[utoipa::path(
    operation_id = "change_record_entry",
    tag = "record-entries",
    params(("id" = RecordEntryId, Path, description = "记录 / its id")),
    request_body = ChangeRecordEntryBody,
    responses(
        (status = 200, description = "新版本 / the new version", body = RecordEntryView),
        (status = 409, description = "已撤销 / revoked before", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/record-entries/{id}/versions")]
pub(crate) async fn change_record_entry(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<RecordEntryId>,
    body: Valid<ChangeRecordEntryBody>,
) -> Result<HttpResponse, Failure> {
    let (step, reason): (EntryStep, String) = body.0.into();
    let command = ChangeRecordEntry {
        id: id.0,
        step,
        reason,
    };
    let key = ctx.idempotency(&command);
    let made = app::change_record_entry(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        made.version,
        &RecordEntryView::from(made),
    ))
}
