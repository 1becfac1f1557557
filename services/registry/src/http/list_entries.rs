use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{DivisionCode, Line, ListEntryId, OrgCode, Text, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::day::Day;
use super::public::{Public, Quantity, Several};
use crate::app::{self, App, ChangeListEntry, Entries, ListError, OpenListEntry, Origin};
use crate::domain::list_entry::{EntryState, EntryStep, ListEntry, ListKind, Term, Topic};
use crate::domain::matching::{Reason, Suggestion};

/// An entry to put on a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenListEntryBody {
    /// 清单 (which list).
    kind: ListKind,
    /// 主题 (what it is about).
    topic: Topic,
    /// 标签 (words that describe it).
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 8)]
    tags: Several<Public<Line<1, 20>>, 0, 8>,
    /// 事项，不得含个人信息 (what it is, in a line; nothing about a person).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    title: Public<Line<1, 100>>,
    /// 说明，不得含个人信息 (more about it; nothing about a person).
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    detail: Option<Public<Text<1, 2000>>>,
    /// 所属组织 (organisation that it belongs to).
    owner_code: OrgCode,
    /// 所在地，默认为所属组织 (where it is needed or to be had; by default with its owner).
    #[serde(default)]
    place_code: Option<OrgCode>,
    /// 数量，仅限需求和资源 (how much of it; needs and resources only).
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    quantity: Option<Quantity>,
    /// 开始日期 (first day).
    #[serde(default)]
    term_from: Option<Day>,
    /// 截止日期 (last day).
    #[serde(default)]
    term_until: Option<Day>,
}

/// What its owner does with an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeListEntryBody {
    /// 处理 (the step).
    step: EntryStep,
}

/// Which entries to list: an organisation's, or the open ones of a district.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListEntryQuery {
    /// 所属组织；填写后不看其余条件 (those of this organisation, whatever else is asked).
    owner_code: Option<OrgCode>,
    /// 区县代码 (those in this district; any place in it).
    #[param(inline)]
    district_code: Option<DivisionCode>,
    /// 清单，默认为需求 (which list; needs by default).
    kind: Option<ListKind>,
    /// 主题 (on this topic).
    topic: Option<Topic>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// An entry of a list (清单事项).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListEntryView {
    /// 编号 (its id).
    id: ListEntryId,
    /// 清单 (which list).
    kind: ListKind,
    /// 主题 (what it is about).
    topic: Topic,
    /// 标签 (words that describe it).
    tags: Vec<String>,
    /// 事项 (what it is).
    title: String,
    /// 说明 (more about it).
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// 所属组织 (organisation that it belongs to).
    owner_code: OrgCode,
    /// 所在地 (where it is needed or to be had).
    place_code: OrgCode,
    /// 数量 (how much of it, where it is counted).
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<u32>,
    /// 已认领数量 (how much of it has been claimed and confirmed).
    taken: u32,
    /// 开始日期 (first day).
    #[serde(skip_serializing_if = "Option::is_none")]
    term_from: Option<Day>,
    /// 截止日期 (last day).
    #[serde(skip_serializing_if = "Option::is_none")]
    term_until: Option<Day>,
    /// 状态 (how far it has come).
    state: EntryState,
    /// 版本 (its version).
    version: Version,
    /// 录入时间 (when it was entered).
    created_at: Timestamp,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

/// An entry that fits another one, with the reasons (匹配建议).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionView {
    /// 事项 (the entry).
    entry: ListEntryView,
    /// 匹配分，仅供本次排序 (the higher the better; to be compared within this answer only).
    score: u32,
    /// 理由 (why).
    reasons: Vec<Reason>,
}

/// What fits an entry, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionsView {
    /// 建议，最多二十条 (at most twenty).
    items: Vec<SuggestionView>,
}

impl From<ListEntry> for ListEntryView {
    fn from(entry: ListEntry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            topic: entry.topic,
            tags: entry.tags,
            title: entry.title,
            detail: entry.detail,
            owner_code: entry.owner_code,
            place_code: entry.place_code,
            quantity: entry.quantity,
            taken: entry.taken,
            term_from: entry.term.from.map(Day),
            term_until: entry.term.until.map(Day),
            state: entry.state,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
        }
    }
}

impl From<Suggestion> for SuggestionView {
    fn from(found: Suggestion) -> Self {
        Self {
            entry: found.entry.into(),
            score: found.score,
            reasons: found.reasons,
        }
    }
}

impl ListEntryQuery {
    fn which(&self) -> Result<Entries, ListError> {
        if let Some(owner) = &self.owner_code {
            return Ok(Entries::Of(owner.clone()));
        }
        let district = self.district_code.as_ref().ok_or(ListError::NoneNamed)?;
        Ok(Entries::Market {
            district: district.district().to_owned(),
            kind: self.kind.unwrap_or(ListKind::Need),
            topic: self.topic,
        })
    }
}

impl OpenListEntryBody {
    fn command(self, ctx: &Ctx) -> OpenListEntry {
        OpenListEntry {
            kind: self.kind,
            topic: self.topic,
            tags: self.tags.0.into_iter().map(|tag| tag.0).collect(),
            title: self.title.0,
            detail: self.detail.map(|detail| detail.0),
            owner_code: self.owner_code,
            place_code: self.place_code,
            quantity: self.quantity.map(|quantity| quantity.0),
            term: Term {
                from: self.term_from.map(Day::date),
                until: self.term_until.map(Day::date),
            },
            account: ctx.principal.account,
        }
    }
}

/// 登记清单事项 / puts an entry on a list
#[utoipa::path(
    operation_id = "open_list_entry",
    tag = "lists",
    request_body = OpenListEntryBody,
    responses((status = 201, description = "已登记 / entered", body = ListEntryView)),
)]
#[post("/list-entries")]
pub(crate) async fn open_list_entry(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenListEntryBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.command(&ctx);
    let key = ctx.idempotency(&command);
    let entry = app::open_list_entry(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/list-entries/{}", entry.id);
    let version = entry.version;
    Ok(http::created(
        &location,
        version,
        &ListEntryView::from(entry),
    ))
}

/// 清单事项列表 / lists an organisation's entries, or the open ones of a district, the newest first
#[utoipa::path(
    operation_id = "list_entries",
    tag = "lists",
    params(ListEntryQuery),
    responses((status = 200, description = "一页事项 / a page of entries", body = Page<ListEntryView>)),
)]
#[get("/list-entries")]
pub(crate) async fn list_entries(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<ListEntryQuery>,
) -> Result<HttpResponse, Failure> {
    let (limit, cursor) = (query.0.limit.size(), query.0.cursor.as_deref());
    let (found, next) = app::list_entries(&app, &query.0.which()?, cursor, limit).await?;
    let items = found.into_iter().map(ListEntryView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 清单事项详情 / shows an entry
#[utoipa::path(
    operation_id = "show_list_entry",
    tag = "lists",
    params(("id" = ListEntryId, Path, description = "事项编号 / its id")),
    responses((status = 200, description = "事项 / the entry", body = ListEntryView)),
)]
#[get("/list-entries/{id}")]
pub(crate) async fn show_list_entry(
    app: web::Data<App>,
    _ctx: Ctx,
    id: PathId<ListEntryId>,
) -> Result<HttpResponse, Failure> {
    let entry = app::show_list_entry(&app, id.0).await?;
    Ok(http::ok_with_etag(
        entry.version,
        &ListEntryView::from(entry),
    ))
}

/// 处理清单事项 / starts, finishes or withdraws an entry
#[utoipa::path(
    operation_id = "change_list_entry",
    tag = "lists",
    params(("id" = ListEntryId, Path, description = "事项编号 / its id")),
    request_body = ChangeListEntryBody,
    responses(
        (status = 200, description = "已处理 / done", body = ListEntryView),
        (status = 409, description = "当前状态不允许 / not from its state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/list-entries/{id}/steps")]
pub(crate) async fn change_list_entry(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ListEntryId>,
    body: Valid<ChangeListEntryBody>,
) -> Result<HttpResponse, Failure> {
    let command = ChangeListEntry {
        id: id.0,
        step: body.0.step,
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let entry = app::change_list_entry(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        entry.version,
        &ListEntryView::from(entry),
    ))
}

/// 供需匹配建议 / suggests what fits an entry, with the reasons
///
/// Among the 200 newest open entries on the same topic in the district. People decide: nothing is claimed by it.
#[utoipa::path(
    operation_id = "suggest_matches",
    tag = "lists",
    params(("id" = ListEntryId, Path, description = "事项编号 / its id")),
    responses((status = 200, description = "建议 / suggestions", body = SuggestionsView)),
)]
#[get("/list-entries/{id}/matches")]
pub(crate) async fn suggest_matches(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ListEntryId>,
) -> Result<HttpResponse, Failure> {
    let found = app::suggest_matches(&app, &Origin::of(&ctx), id.0).await?;
    let items = found.into_iter().map(SuggestionView::from).collect();
    Ok(http::ok(&SuggestionsView { items }))
}
