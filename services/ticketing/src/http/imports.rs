//! Messages of other systems.

use actix_web::{HttpResponse, post, web};
use auth::Ctx;
use chassis::http::{self, Valid};
use kernel::{Line, OrgCode};
use problem::Failure;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::import_orders::ImportOrders;
use crate::app::import_rows::ImportRow;
use crate::app::import_view::ImportView;
use crate::app::{self, App};

/// Largest body of an import: 200 messages of some length.
pub(super) const LIMIT: usize = 4 * 1024 * 1024;

/// Messages to take over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportOrdersBody {
    /// 来源渠道 (where they come from): letters, digits, `-`, `_`.
    #[schema(value_type = String, min_length = 1, max_length = 32, example = "12345")]
    channel: Line<1, 32>,
    /// 归属组织 (the place they belong to).
    org_code: OrgCode,
    /// 类别编码所属的对照编码；本系统编码则省略 (the code set of `category_code`; ours where it is left out).
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    code_set: Option<Line<1, 40>>,
    /// 只检查、不保存 (says what would happen, stores nothing).
    #[serde(default)]
    dry_run: bool,
    /// 消息，至多 200 (the messages, at most 200).
    #[schema(max_items = 200)]
    rows: Vec<ImportRowBody>,
}

/// One message; each is checked and answered by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportRowBody {
    /// 来源编号，1 至 100 字 (its id in the other system).
    external_id: String,
    /// 标题，至多 200 字 (its title).
    #[serde(default)]
    title: String,
    /// 内容，至多 20000 字 (its text).
    #[serde(default)]
    content: String,
    /// 发生时间，RFC 3339 (when it was sent).
    #[serde(default)]
    occurred_at: Option<String>,
    /// 来源类别编码，至多 40 字 (its category in the other system, or ours where no code set is named).
    #[serde(default)]
    category_code: Option<String>,
}

impl From<ImportRowBody> for ImportRow {
    fn from(row: ImportRowBody) -> Self {
        Self {
            external_id: row.external_id,
            title: row.title,
            content: row.content,
            occurred_at: row.occurred_at,
            category_code: row.category_code,
        }
    }
}

/// 导入消息为工单 / takes messages over as orders
///
/// One transaction; every row gets its own answer. A message that came before by the same channel stays the order it
/// became, so that an import may be sent again. Control characters are left out of the texts.
#[utoipa::path(
    operation_id = "import_orders",
    tag = "orders",
    request_body = ImportOrdersBody,
    responses((status = 200, description = "逐行结果 / what became of the rows", body = ImportView)),
)]
#[post("")]
pub(crate) async fn import_orders(
    app: web::Data<App>,
    ctx: Ctx,
    Valid(body): Valid<ImportOrdersBody>,
) -> Result<HttpResponse, Failure> {
    let command = ImportOrders {
        channel: body.channel.into_string(),
        org_code: body.org_code,
        code_set: body.code_set.map(Line::into_string),
        dry_run: body.dry_run,
        rows: body.rows.into_iter().map(ImportRow::from).collect(),
    };
    Ok(http::ok(
        &app::import_orders::import_orders(&app, &ctx, &command).await?,
    ))
}
