//! Certification of grants, for those who grant.

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, Page, ValidQuery, ok};
use kernel::{AccountId, Cursor, GrantId, OrgPath, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::sort_key;
use super::views::GrantView;
use crate::app::list_certifications::ListCertifications;
use crate::app::{self, Identity};
use crate::domain::HeldGrant;

/// Name of the list within cursors.
const LIST: &str = "certifications";

/// 授权及其持有人 (a grant and who holds it).
#[derive(Serialize, ToSchema)]
pub(crate) struct CertificationView {
    /// 持有人 (who holds it).
    account: AccountId,
    /// The grant.
    #[serde(flatten)]
    grant: GrantView,
}

impl From<&HeldGrant> for CertificationView {
    fn from(grant: &HeldGrant) -> Self {
        Self {
            account: grant.account,
            grant: grant.into(),
        }
    }
}

/// Which grants.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCertificationsQuery {
    /// 范围：此组织及其下级 (this node and everything below it).
    org_path: OrgPath,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    limit: Limit,
}

/// 工作人员授权，按复核到期先后。
///
/// Lists the grants of staff at or below a place, the first due first; the reading is logged.
#[utoipa::path(
    operation_id = "list_certifications", tag = "accounts",
    params(ListCertificationsQuery),
    responses((status = 200, description = "一页授权 / a page", body = Page<CertificationView>)),
    security(("bearer" = [])),
)]
#[get("/certifications")]
pub(crate) async fn list_certifications(
    identity: web::Data<Identity>,
    ctx: Ctx,
    query: ValidQuery<ListCertificationsQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(query) = query;
    let limit = query.limit;
    // one more than shown tells whether there is another page
    let query = ListCertifications {
        path: query.org_path,
        after: sort_key::<(Timestamp, GrantId)>(LIST, query.cursor.as_deref())?,
        limit: limit.get() + 1,
    };
    let found = app::list_certifications::list_certifications(&identity, &ctx, query).await?;
    let (found, next) = Cursor::cut(found, limit.size(), |last| {
        Cursor::encode(LIST, &(last.certified_until, last.id))
    });
    let items = found.iter().map(CertificationView::from).collect();
    Ok(ok(&Page { items, next }))
}

/// 复核授权：自现在起再有效一期。
///
/// Certifies a grant for another term from now. Whoever could grant it may, the holder may not.
#[utoipa::path(
    operation_id = "certify_grant", tag = "accounts",
    params(
        ("id" = AccountId, Path),
        ("grant_id" = GrantId, Path),
        ("If-Match" = Option<String>, Header, description = "账号版本 / version of the account"),
    ),
    responses(
        (status = 200, description = "已复核 / certified", body = CertificationView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "无需复核，或同时被修改 / not needed, or changed meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "账号已被修改 / the account changed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/accounts/{id}/grants/{grant_id}/actions/certify")]
pub(crate) async fn certify_grant(
    identity: web::Data<Identity>,
    ctx: Ctx,
    path: web::Path<(AccountId, GrantId)>,
) -> Result<HttpResponse, Failure> {
    let (account, grant) = path.into_inner();
    let held = app::certify_grant::certify_grant(&identity, &ctx, account, grant).await?;
    Ok(ok(&CertificationView::from(&held)))
}
