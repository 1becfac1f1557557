//! Posts: who holds them, where nobody does.

use contracts::registry::OrgKind;
use kernel::{AccountId, Named, OrgCode, OrgPath, PostId, Version};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{CHUNK, StoreError, Tx};

use super::organisation;
use super::post::{ActiveModel, Column, Entity};
use super::queries::{to_organisations, within};
use crate::domain::organisation::Organisation;
use crate::domain::post::{Post, PostKind, PostState};

/// Whose posts to list.
#[derive(Debug, Clone)]
pub(crate) enum Holders {
    /// Those of an organisation.
    At(OrgCode),
    /// Those of a person.
    Of(AccountId),
}

/// Inserts a post unless its seat is taken; says whether it was free.
pub(crate) async fn insert_post(tx: &Tx, post: &Post) -> Result<bool, StoreError> {
    let taken = OnConflict::column(Column::Seat).do_nothing().to_owned();
    let inserted = Entity::insert(ActiveModel::from(post))
        .on_conflict(taken)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Saves a post over the version before.
pub(crate) async fn save_post(tx: &Tx, post: &Post, seen: Version) -> Result<(), StoreError> {
    store::save_over(
        tx,
        ActiveModel::from(post),
        Column::Id.eq(post.id),
        Column::Version.eq(seen),
    )
    .await
}

/// Finds a post.
pub(crate) async fn find_post(
    db: &impl ConnectionTrait,
    id: PostId,
) -> Result<Option<Post>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(Post::try_from).transpose()
}

/// Lists posts, the newest first; those that were left only if wanted.
pub(crate) async fn list_posts(
    db: &impl ConnectionTrait,
    whose: &Holders,
    left: bool,
    after: Option<PostId>,
    limit: u64,
) -> Result<Vec<Post>, StoreError> {
    let mut query = match whose {
        Holders::At(code) => Entity::find().filter(Column::OrgCode.eq(code.clone())),
        Holders::Of(account) => Entity::find().filter(Column::AccountId.eq(*account)),
    };
    if !left {
        query = query.filter(Column::State.ne(PostState::Left.name()));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(db).await?;
    rows.into_iter().map(Post::try_from).collect()
}

/// Lists open organisations of a kind at or below a place where nobody holds a post, behind a path.
pub(crate) async fn list_vacant(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    of: OrgKind,
    post: PostKind,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    use organisation::Column as Node;
    let held = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::OrgCode)).equals((organisation::Entity, Node::Code)))
        .and_where(Expr::col((Entity, Column::Kind)).eq(post.name()))
        .and_where(Expr::col((Entity, Column::State)).eq(PostState::Appointed.name()))
        .to_owned();
    let mut query = organisation::Entity::find()
        .filter(Node::Kind.eq(of.name()))
        .filter(Condition::all().add(within(place)))
        .filter(Node::ClosedOn.is_null())
        .filter(Expr::exists(held).not())
        .order_by_asc(Node::Path)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Node::Path.gt(after));
    }
    to_organisations(query.all(db).await?)
}

/// Lists posts of organisations that were not left, of each place the oldest first.
pub(crate) async fn list_posts_of(
    db: &impl ConnectionTrait,
    codes: &[OrgCode],
) -> Result<Vec<Post>, StoreError> {
    let mut found = Vec::new();
    for chunk in codes.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::OrgCode.is_in(chunk.iter().cloned()))
            .filter(Column::State.ne(PostState::Left.name()))
            .order_by_asc(Column::OrgCode)
            .order_by_asc(Column::Id)
            .all(db)
            .await?;
        for row in rows {
            found.push(Post::try_from(row)?);
        }
    }
    Ok(found)
}

/// Finds who has the seats, in no particular order.
pub(crate) async fn load_seated(
    db: &impl ConnectionTrait,
    seats: &[String],
) -> Result<Vec<Post>, StoreError> {
    let mut found = Vec::new();
    for chunk in seats.chunks(CHUNK) {
        let query = Entity::find().filter(Column::Seat.is_in(chunk.iter().cloned()));
        for row in query.all(db).await? {
            found.push(Post::try_from(row)?);
        }
    }
    Ok(found)
}

/// Inserts posts whose seats are free.
///
/// # Errors
/// [`StoreError::Stale`] when a seat was taken since it was looked at.
pub(crate) async fn insert_posts(tx: &Tx, posts: &[Post]) -> Result<(), StoreError> {
    for chunk in posts.chunks(CHUNK) {
        let taken = OnConflict::column(Column::Seat).do_nothing().to_owned();
        let inserted = Entity::insert_many(chunk.iter().map(ActiveModel::from))
            .on_conflict(taken)
            .exec_without_returning(tx)
            .await?;
        if usize::try_from(inserted) != Ok(chunk.len()) {
            return Err(StoreError::Stale);
        }
    }
    Ok(())
}

/// Takes back posts that were entered by mistake and have not changed since; returns those.
pub(crate) async fn delete_fresh_posts(
    tx: &Tx,
    posts: &[(PostId, Version)],
) -> Result<Vec<PostId>, StoreError> {
    let ids = posts.iter().map(|(id, _)| *id);
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids))
        .lock_exclusive()
        .all(tx)
        .await?;
    let fresh: Vec<PostId> = rows
        .into_iter()
        .filter(|row| posts.contains(&(row.id, row.version)))
        .map(|row| row.id)
        .collect();
    Entity::delete_many()
        .filter(Column::Id.is_in(fresh.iter().copied()))
        .exec(tx)
        .await?;
    Ok(fresh)
}
