//! Follows an order of somebody else instead of opening one's own (关注).

use ::store::StoreError;
use auth::Ctx;
use chassis::http::{Limit, Page};
use kernel::{Cursor, CursorError, OrderId, OrgCode, Timestamp, TypedId};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::App;
use super::access::{AccessError, load_visible};
use super::find_similar::{belongs_to, is_barred, is_open};
use super::view::{state_title, words};
use crate::domain::similarity::neighbourhood;
use crate::store::followers::{
    count_followed, delete_follower, insert_follower, is_follower, list_followed,
};
use crate::store::neighbours::list_given;

/// The list, for its cursors.
const LIST: &str = "orders-followed";
/// Most orders that an account follows.
const MOST: u64 = 200;

/// An order that the caller follows: how it is going, not what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FollowedOrderView {
    /// The order.
    pub(crate) id: OrderId,
    /// Its number.
    pub(crate) number: String,
    /// Its category in words.
    pub(crate) category_title: Option<String>,
    /// Its place.
    pub(crate) org_code: OrgCode,
    /// The name of that place.
    pub(crate) org_name: String,
    /// Its state in words.
    pub(crate) state_title: String,
    /// Whether it is over.
    pub(crate) ended: bool,
    /// When it was opened.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

/// Why an order is not followed, or what is followed not listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowError {
    /// It does not exist for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The caller follows enough.
    #[error("the caller follows {MOST} orders")]
    TooMany,
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for FollowError {
    fn fact(&self) -> Fact {
        match self {
            Self::Access(error) => error.fact(),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "too-many-followed",
                format!("最多关注 {MOST} 个工单"),
                format!("at most {MOST} orders can be followed"),
            ),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Follows an order; that the caller does so already is fine.
pub(crate) async fn follow_order(app: &App, ctx: &Ctx, id: OrderId) -> Result<(), FollowError> {
    let me = ctx.principal.account;
    app.db
        .write("order.follow", |tx| async move {
            if is_follower(&*tx, me, id).await? {
                return Ok(());
            }
            check_open_to(app, &*tx, ctx, id).await?;
            if count_followed(&*tx, me).await? >= MOST {
                return Err(FollowError::TooMany);
            }
            insert_follower(&tx, me, id, ctx.now).await?;
            Ok(())
        })
        .await
}

/// Follows an order no longer; that the caller does not is fine.
pub(crate) async fn unfollow_order(app: &App, ctx: &Ctx, id: OrderId) -> Result<(), FollowError> {
    let me = ctx.principal.account;
    app.db
        .write("order.unfollow", |tx| async move {
            delete_follower(&tx, me, id).await?;
            Ok(())
        })
        .await
}

/// What can be followed: what the caller sees anyway, and what they would be suggested in its place.
async fn check_open_to(
    app: &App,
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    id: OrderId,
) -> Result<(), FollowError> {
    let seen = load_visible(db, ctx, id).await;
    if !matches!(seen, Err(AccessError::NotFound(_))) {
        return Ok(seen.map(|_| ())?);
    }
    let exclusions = exclusions::list_of(db, ctx.principal.account).await?;
    let found = list_given(db, &[id]).await?;
    let open = found.first().is_some_and(|order| {
        // whoever it is about might be the one who asks
        !order.confidential
            && order.about.is_none()
            && is_open(app, order)
            && belongs_to(ctx, &neighbourhood(&order.org_path))
            && !is_barred(&exclusions, ctx, order)
    });
    if open {
        Ok(())
    } else {
        Err(AccessError::NotFound(id).into())
    }
}

/// Lists what the caller follows, the newest order first.
pub(crate) async fn list_follows(
    app: &App,
    ctx: &Ctx,
    cursor: Option<&str>,
    limit: Limit,
) -> Result<Page<FollowedOrderView>, FollowError> {
    let before = match cursor {
        Some(text) => Cursor::decode(LIST, text)?,
        None => OrderId::from_uuid(Uuid::max()),
    };
    let db = app.db.reader();
    let ids = list_followed(db, ctx.principal.account, before, limit.get() + 1).await?;
    let (ids, next) = Cursor::cut(ids, limit.size(), |last| Cursor::encode(LIST, last));
    let exclusions = exclusions::list_of(db, ctx.principal.account).await?;
    let mut orders = list_given(db, &ids).await?;
    orders.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
    let shown = orders.iter().filter(|order| {
        let mine = order.requester == Some(ctx.principal.account);
        // what became confidential meanwhile is nobody else's business any more
        (mine || !order.confidential) && !is_barred(&exclusions, ctx, order)
    });
    let items = shown.map(|order| {
        let version = u32::try_from(order.workflow_version).unwrap_or_default();
        let definition = app.workflows.find(&order.workflow, version);
        let category = order.category.as_deref();
        let category_title = category.and_then(|code| app.categories.title(code));
        FollowedOrderView {
            id: order.id,
            number: order.number.clone(),
            category_title: category_title.map(|title| words(&title, ctx.locale).to_owned()),
            org_code: order.org_code.clone(),
            org_name: order.org_name.clone(),
            state_title: state_title(definition.map(AsRef::as_ref), &order.state, ctx.locale),
            ended: !is_open(app, order),
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    });
    Ok(Page {
        items: items.collect(),
        next,
    })
}
