//! Why may I, and why not.

use actix_web::{HttpResponse, get, web};
use auth::{Access, Ctx, Grant, Ruling};
use chassis::http::{PathId, ValidQuery, ok};
use kernel::{AccountId, Line, OrgPath, Role};
use problem::{Failure, Locale, Message};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::explain_permission::{Explained, Question};
use crate::app::{self, Identity};

/// What is asked.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExplainPermissionQuery {
    /// 操作 (operation id, as in this document).
    #[param(example = "grant_role")]
    operation: String,
    /// 在何处，不填为任意处 (place; anywhere when absent).
    org_path: Option<OrgPath>,
    /// 工单类别 (category of orders).
    category: Option<Line<1, 32>>,
}

impl From<ExplainPermissionQuery> for Question {
    fn from(query: ExplainPermissionQuery) -> Self {
        Self {
            operation: query.operation,
            place: query.org_path,
            category: query.category.map(Line::into_string),
        }
    }
}

/// 角色及范围 (a role and where it counts).
#[derive(Serialize, ToSchema)]
pub(crate) struct HeldView {
    /// 角色 (role).
    role: Role,
    /// 范围 (this node and everything below it).
    org_path: OrgPath,
    /// 工单类别，空为全部 (categories of orders; none named means all).
    categories: Vec<String>,
}

impl From<&Grant> for HeldView {
    fn from(grant: &Grant) -> Self {
        Self {
            role: grant.role,
            org_path: grant.path.clone(),
            categories: grant.categories.clone(),
        }
    }
}

/// 能否及缘由 (whether, and why).
#[derive(Serialize, ToSchema)]
pub(crate) struct PermissionView {
    /// 操作 (operation).
    #[schema(example = "grant_role")]
    operation: &'static str,
    /// 能否 (whether it may be called).
    allowed: bool,
    /// 缘由代码：public、authenticated、granted、role-missing、place-outside、category-outside (stable name of the reason).
    #[schema(example = "place-outside")]
    reason: &'static str,
    /// 缘由 (the reason in words).
    #[schema(example = "有所需角色，但不在此范围")]
    detail: String,
    /// 所需角色之一，空为不需要 (one of these roles is needed; none when the list is empty).
    roles: &'static [Role],
    /// 准许的授权，或最接近的授权 (the grant that allows it, or those that come nearest).
    grants: Vec<HeldView>,
}

impl PermissionView {
    fn new(explained: &Explained, question: &Question, locale: Locale) -> Self {
        let Explained { policy, grants } = explained;
        let place = question.place.as_ref();
        let ruling = policy.rule(grants, place, question.category.as_deref());
        let Message { zh, en } = words(&ruling);
        let grants = match &ruling {
            Ruling::Granted(grant) => vec![HeldView::from(*grant)],
            Ruling::PlaceOutside(near) | Ruling::CategoryOutside(near) => {
                near.iter().copied().map(HeldView::from).collect()
            }
            Ruling::Public | Ruling::Authenticated | Ruling::RoleMissing => Vec::new(),
        };
        Self {
            operation: policy.operation,
            allowed: ruling.admits(),
            reason: ruling.reason(),
            detail: match locale {
                Locale::Zh => zh,
                Locale::En => en,
            }
            .into_owned(),
            roles: match policy.access {
                Access::Roles(roles) => roles,
                Access::Public | Access::Authenticated => &[],
            },
            grants,
        }
    }
}

fn words(ruling: &Ruling<'_>) -> Message {
    match ruling {
        Ruling::Public => Message::new("对所有人开放", "it is open to everyone"),
        Ruling::Authenticated => Message::new(
            "登录即可；只限与本人有关或公开的内容",
            "whoever is signed in may, for what is their own or public",
        ),
        Ruling::Granted(grant) => Message::new(
            format!("凭{}授权", grant.role.title_zh()),
            format!("by the grant as {}", grant.role),
        ),
        Ruling::RoleMissing => Message::new("没有所需角色", "none of its roles is held"),
        Ruling::PlaceOutside(_) => Message::new(
            "有所需角色，但不在此范围",
            "a role for it is held, but elsewhere",
        ),
        Ruling::CategoryOutside(_) => Message::new(
            "有所需角色，但不含此工单类别",
            "a role for it is held there, but for other categories",
        ),
    }
}

/// 我能否做此操作，缘由何在。
///
/// Says by the policy table and the caller's grants whether the operation is open at a place, and why.
/// What is refused for the sake of one case (nobody checks their own work) is not told here.
#[utoipa::path(
    operation_id = "explain_permission", tag = "permissions",
    params(ExplainPermissionQuery),
    responses((status = 200, description = "能否及缘由 / whether and why", body = PermissionView)),
    security(("bearer" = [])),
)]
#[get("/me/permissions")]
pub(crate) async fn explain_permission(
    ctx: Ctx,
    query: ValidQuery<ExplainPermissionQuery>,
) -> Result<HttpResponse, Failure> {
    let question = Question::from(query.0);
    let explained = app::explain_permission::explain_permission(&ctx, &question)?;
    Ok(ok(&PermissionView::new(&explained, &question, ctx.locale)))
}

/// 某账号能否做此操作，缘由何在。
///
/// The same for another account, by its grants as they are now; the reading is logged.
#[utoipa::path(
    operation_id = "explain_account_permission", tag = "permissions",
    params(("id" = AccountId, Path), ExplainPermissionQuery),
    responses((status = 200, description = "能否及缘由 / whether and why", body = PermissionView)),
    security(("bearer" = [])),
)]
#[get("/accounts/{id}/permissions")]
pub(crate) async fn explain_account_permission(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
    query: ValidQuery<ExplainPermissionQuery>,
) -> Result<HttpResponse, Failure> {
    let question = Question::from(query.0);
    let asked = app::explain_permission::explain_account_permission;
    let explained = asked(&identity, &ctx, id.0, &question).await?;
    Ok(ok(&PermissionView::new(&explained, &question, ctx.locale)))
}
