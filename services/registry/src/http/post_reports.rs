use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, ValidQuery};
use contracts::registry::OrgKind;
use kernel::{AccountId, OrgCode};
use problem::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, Contact, Coverage, Origin};
use crate::domain::post::PostKind;
use crate::domain::span::Standing;

/// Which part of the tree to report of.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CoverageQuery {
    /// 从哪个组织起，含其下 (the node whose part of the tree is counted).
    pub(super) below: OrgCode,
}

/// Whose contacts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactQuery {
    /// 从哪个组织起，含其下 (the node whose part of the tree is looked at).
    below: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// How far posts are filled (岗位覆盖).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoverageView {
    /// 各岗位 (post by post, of those that the place can have).
    posts: Vec<PostCoverageView>,
}

/// How far one post is filled at one kind of organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostCoverageView {
    /// 岗位 (the post).
    kind: PostKind,
    /// 设在哪类组织 (the kind of organisation that has it).
    of: OrgKind,
    /// 该类组织数 (organisations of that kind).
    places: u64,
    /// 已有人在任的 (those where somebody is appointed).
    held: u64,
    /// 覆盖率，万分之几，向下取整 (coverage in ten-thousandths, rounded down).
    coverage: u64,
}

/// How much a contact looks after (包保、联系点).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactSpanView {
    /// 账号 (the contact's account).
    account_id: AccountId,
    /// 联系的组织数 (organisations).
    organisations: u64,
    /// 其下网格的户数，每个网格计一次 (households of the grids there, each grid once; none where no figure is known).
    #[serde(skip_serializing_if = "Option::is_none")]
    households: Option<u64>,
    /// 与设定跨度相比 (how that stands to the configured span).
    standing: Standing,
}

impl From<Coverage> for PostCoverageView {
    fn from(coverage: Coverage) -> Self {
        let share = coverage.held.saturating_mul(10_000);
        Self {
            kind: coverage.post,
            of: coverage.of,
            places: coverage.places,
            held: coverage.held,
            coverage: share.checked_div(coverage.places).unwrap_or_default(),
        }
    }
}

impl From<Contact> for ContactSpanView {
    fn from(contact: Contact) -> Self {
        Self {
            account_id: contact.load.account,
            organisations: contact.load.organisations,
            households: contact.load.households,
            standing: contact.standing,
        }
    }
}

/// 岗位覆盖 / tells how far posts are filled, 五长 level by level
#[utoipa::path(
    operation_id = "show_post_coverage",
    tag = "posts",
    params(CoverageQuery),
    responses((status = 200, description = "覆盖情况 / the coverage", body = CoverageView)),
)]
#[get("/posts/coverage")]
pub(crate) async fn show_post_coverage(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<CoverageQuery>,
) -> Result<HttpResponse, Failure> {
    let coverage = app::show_coverage(&app, &Origin::of(&ctx), &query.0.below).await?;
    let posts = coverage.into_iter().map(PostCoverageView::from).collect();
    Ok(http::ok(&CoverageView { posts }))
}

/// 联系跨度 / lists contacts with how much they look after, by account
#[utoipa::path(
    operation_id = "list_contact_spans",
    tag = "posts",
    params(ContactQuery),
    responses((status = 200, description = "一页联系人 / a page of contacts", body = Page<ContactSpanView>)),
)]
#[get("/posts/contacts")]
pub(crate) async fn list_contact_spans(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ContactQuery>,
) -> Result<HttpResponse, Failure> {
    let (origin, below) = (Origin::of(&ctx), &query.0.below);
    let (cursor, limit) = (query.0.cursor.as_deref(), query.0.limit.size());
    let (found, next) = app::list_contacts(&app, &origin, below, cursor, limit).await?;
    let items = found.into_iter().map(ContactSpanView::from).collect();
    Ok(http::ok(&Page { items, next }))
}
