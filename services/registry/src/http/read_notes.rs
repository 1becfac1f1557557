use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, ValidQuery};
use kernel::{AccountId, OrgCode, Timestamp};
use problem::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, Origin};
use crate::domain::read_note::{ReadKind, ReadNote};

/// Which notes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadNoteQuery {
    /// 查阅人账号 (who read: notes of this account only).
    #[serde(default)]
    account_id: Option<AccountId>,
    /// 所属组织 (of which organisation it was read).
    #[serde(default)]
    org_code: Option<OrgCode>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Somebody has read what is about persons (查阅记录).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadNoteView {
    /// 时间 (when).
    at: Timestamp,
    /// 查阅人账号 (who).
    account_id: AccountId,
    /// 查阅内容 (what).
    kind: ReadKind,
    /// 所属组织 (of which organisation).
    #[serde(skip_serializing_if = "Option::is_none")]
    org_code: Option<OrgCode>,
    /// 条数；导出时没有 (how many items; none of an export, which goes out as it is read).
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<u32>,
}

impl From<ReadNote> for ReadNoteView {
    fn from(note: ReadNote) -> Self {
        Self {
            at: note.at,
            account_id: note.account,
            kind: note.kind,
            org_code: note.org_code,
            items: note.items,
        }
    }
}

/// 个人信息查阅记录 / lists who has read what is about persons, the newest first
///
/// Households, posts, contacts, report-ins, bookings and exports that staff read. Reading this list is a note, too.
#[utoipa::path(
    operation_id = "list_read_notes",
    tag = "read-notes",
    params(ReadNoteQuery),
    responses((status = 200, description = "一页记录 / a page of notes", body = Page<ReadNoteView>)),
)]
#[get("/read-notes")]
pub(crate) async fn list_read_notes(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ReadNoteQuery>,
) -> Result<HttpResponse, Failure> {
    let (origin, query) = (Origin::of(&ctx), query.0);
    let (cursor, limit) = (query.cursor.as_deref(), query.limit.size());
    let (account, place) = (query.account_id, query.org_code.as_ref());
    let listed = app::list_read_notes(&app, &origin, account, place, cursor, limit);
    let (found, next) = listed.await?;
    let items = found.into_iter().map(ReadNoteView::from).collect();
    Ok(http::ok(&Page { items, next }))
}
