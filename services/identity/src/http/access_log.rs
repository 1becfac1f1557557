//! The access log, for the audit administrator.

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{Limit, Page, ValidQuery, ok};
use kernel::{AccountId, Cursor, Line, Timestamp};
use problem::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::sort_key;
use crate::app::{self, Identity};
use crate::domain::{LogQuery, Logged};

/// Name of the list within cursors.
const LIST: &str = "access-log";

/// 访问日志条目 (an entry of the access log).
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessEntryView {
    /// 序号，连续 (place in the log, without gaps).
    seq: i64,
    /// 时间 (when).
    at: Timestamp,
    /// 操作人 (who; absent when unknown, or the system itself).
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    /// 操作 (operation).
    #[schema(example = "grant_role")]
    operation: String,
    /// 对象编号 (id of what it was done to, empty when it has none).
    subject: String,
    /// 结果：`ok` 或拒绝原因 (`ok`, or why it was refused).
    #[schema(example = "ok")]
    result: String,
    /// 来源地址 (source address, empty for the system itself).
    source: String,
    /// 追踪编号 (trace id).
    trace_id: String,
    /// 与前一条相连的摘要 (SHA-256 over this entry and the digest before it).
    digest: String,
}

impl From<Logged> for AccessEntryView {
    fn from(logged: Logged) -> Self {
        Self {
            seq: logged.seq,
            at: logged.entry.at,
            account: logged.entry.account,
            operation: logged.entry.operation,
            subject: logged.entry.subject,
            result: logged.entry.result,
            source: logged.entry.source,
            trace_id: logged.entry.trace_id,
            digest: logged.digest,
        }
    }
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAccessLogQuery {
    /// 操作人 (entries of this account only).
    account: Option<AccountId>,
    /// 对象编号 (entries about the thing with this id only).
    subject: Option<Line<1, 64>>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    limit: Limit,
}

/// 访问日志，最新在前。
///
/// Lists the access log, latest first. Reading it is an entry too.
#[utoipa::path(
    operation_id = "list_access_log", tag = "access-log",
    params(ListAccessLogQuery),
    responses((status = 200, description = "一页日志 / a page", body = Page<AccessEntryView>)),
    security(("bearer" = [])),
)]
#[get("/access-log")]
pub(crate) async fn list_access_log(
    identity: web::Data<Identity>,
    ctx: Ctx,
    query: ValidQuery<ListAccessLogQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(ListAccessLogQuery {
        account,
        subject,
        cursor,
        limit,
    }) = query;
    let before = sort_key::<i64>(LIST, cursor.as_deref())?;
    // one more than shown tells whether there is another page
    let query = LogQuery {
        account,
        subject: subject.map(Line::into_string),
        before,
        limit: limit.get() + 1,
    };
    let found = app::list_access_log::list_access_log(&identity, &ctx, query).await?;
    let (found, next) = Cursor::cut(found, limit.size(), |last| Cursor::encode(LIST, &last.seq));
    let items = found.into_iter().map(AccessEntryView::from).collect();
    Ok(ok(&Page { items, next }))
}
