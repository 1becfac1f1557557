//! Figures of posts: where they are held, and how much contacts look after.

use std::collections::HashMap;

use contracts::registry::OrgKind;
use kernel::{AccountId, Named, OrgPath};
use sea_orm::sea_query::{
    Alias, BinOper, Condition, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use store::StoreError;

use super::organisation::named;
use super::post::{Column, Entity};
use super::queries::within;
use super::{grid, organisation};
use crate::domain::post::{PostKind, PostState};

/// How many open organisations of a kind there are.
pub(crate) type Places = (OrgKind, u64);
/// How many organisations of a kind have somebody appointed to a post.
pub(crate) type Held = (PostKind, OrgKind, u64);

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// Counts open organisations at or below a place by their kinds.
pub(crate) async fn count_places(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<Vec<Places>, StoreError> {
    use organisation::Column as Node;
    let rows: Vec<(String, i64)> = organisation::Entity::find()
        .select_only()
        .column(Node::Kind)
        .column_as(Node::Id.count(), "places")
        .filter(within(place))
        .filter(Node::ClosedOn.is_null())
        .group_by(Node::Kind)
        .into_tuple()
        .all(db)
        .await?;
    let places = rows.into_iter();
    places
        .map(|(kind, places)| Ok((named(&kind)?, count(places))))
        .collect()
}

/// Counts open organisations at or below a place where somebody is appointed, by post and kind.
pub(crate) async fn count_held(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<Vec<Held>, StoreError> {
    use organisation::Column as Node;
    let node = organisation::Entity;
    let held = Expr::col((Entity, Column::OrgCode)).count_distinct();
    let query = Query::select()
        .expr_as(Expr::col((Entity, Column::Kind)), "post")
        .expr_as(Expr::col((node, Node::Kind)), "kind")
        .expr_as(held, "held")
        .from(node)
        .inner_join(
            Entity,
            Expr::col((Entity, Column::OrgCode)).equals((node, Node::Code)),
        )
        .cond_where(within(place))
        .and_where(Expr::col((node, Node::ClosedOn)).is_null())
        .and_where(Expr::col((Entity, Column::State)).eq(PostState::Appointed.name()))
        .group_by_col((Entity, Column::Kind))
        .group_by_col((node, Node::Kind))
        .to_owned();
    let mut counted = Vec::new();
    for row in db.query_all(&query).await? {
        let (post, kind): (String, String) = (row.try_get("", "post")?, row.try_get("", "kind")?);
        let held: i64 = row.try_get("", "held")?;
        counted.push((named(&post)?, named(&kind)?, count(held)));
    }
    Ok(counted)
}

/// What a contact looks after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    /// The contact.
    pub(crate) account: AccountId,
    /// Organisations.
    pub(crate) organisations: u64,
    /// Households of the grids at or below them, each once; none where no grid there has a figure.
    pub(crate) households: Option<u64>,
}

/// Posts of contacts at or below a place, joined with where they are.
fn contacts(place: &OrgPath) -> SelectStatement {
    use organisation::Column as Node;
    let node = organisation::Entity;
    Query::select()
        .from(Entity)
        .inner_join(
            node,
            Expr::col((node, Node::Code)).equals((Entity, Column::OrgCode)),
        )
        .cond_where(within(place))
        .and_where(Expr::col((node, Node::ClosedOn)).is_null())
        .and_where(Expr::col((Entity, Column::Kind)).eq(PostKind::Contact.name()))
        .and_where(Expr::col((Entity, Column::State)).eq(PostState::Appointed.name()))
        .to_owned()
}

/// Lists what contacts at or below a place look after, in the order of their accounts behind one.
pub(crate) async fn list_loads(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    after: Option<AccountId>,
    limit: u64,
) -> Result<Vec<Load>, StoreError> {
    let account = || Expr::col((Entity, Column::AccountId));
    let mut query = contacts(place);
    query
        .expr_as(account(), "account")
        .expr_as(
            Expr::col((Entity, Column::OrgCode)).count_distinct(),
            "organisations",
        )
        .group_by_col((Entity, Column::AccountId))
        .order_by((Entity, Column::AccountId), Order::Asc)
        .limit(limit);
    if let Some(after) = after {
        query.and_where(account().gt(after));
    }
    let mut loads = Vec::new();
    for row in db.query_all(&query).await? {
        let organisations: i64 = row.try_get("", "organisations")?;
        loads.push(Load {
            account: row.try_get("", "account")?,
            organisations: count(organisations),
            households: None,
        });
    }
    let accounts: Vec<AccountId> = loads.iter().map(|load| load.account).collect();
    let households = count_households(db, place, &accounts).await?;
    for load in &mut loads {
        load.households = households.get(&load.account).copied();
    }
    Ok(loads)
}

/// Sums the households of the open grids at or below where each contact is, every grid once.
async fn count_households(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, u64>, StoreError> {
    use organisation::Column as Node;
    if accounts.is_empty() {
        return Ok(HashMap::new());
    }
    let below = Alias::new("below");
    let of = |column: Node| Expr::col((below.clone(), column));
    let path = || Expr::col((organisation::Entity, Node::Path));
    // the text behind all paths below one: its last slash gives way to the character behind it
    let length = Expr::expr(Func::char_length(path())).sub(1);
    let inner = Func::cust("substr").arg(path()).arg(1).arg(length);
    let end = Expr::expr(inner).binary(BinOper::Custom("||"), Expr::val("0"));
    let mut grids = contacts(place);
    grids
        .distinct()
        .expr_as(Expr::col((Entity, Column::AccountId)), "account")
        .expr_as(Expr::col((grid::Entity, grid::Column::Code)), "grid")
        .expr_as(
            Expr::col((grid::Entity, grid::Column::Households)),
            "households",
        )
        .join_as(
            JoinType::InnerJoin,
            organisation::Entity,
            below.clone(),
            Condition::all()
                .add(of(Node::Path).gte(path()))
                .add(of(Node::Path).lt(end))
                .add(of(Node::Kind).eq(OrgKind::Grid.name()))
                .add(of(Node::ClosedOn).is_null()),
        )
        .inner_join(
            grid::Entity,
            Expr::col((grid::Entity, grid::Column::Code)).equals((below.clone(), Node::Code)),
        )
        .and_where(Expr::col((grid::Entity, grid::Column::Households)).is_not_null())
        .and_where(Expr::col((Entity, Column::AccountId)).is_in(accounts.iter().copied()));
    let sum = Expr::expr(Func::sum(Expr::col("households"))).cast_as("bigint");
    let query = Query::select()
        .expr_as(Expr::col("account"), "account")
        .expr_as(sum, "households")
        .from_subquery(grids, "grids")
        .group_by_col("account")
        .to_owned();
    let mut households = HashMap::new();
    for row in db.query_all(&query).await? {
        let sum: i64 = row.try_get("", "households")?;
        households.insert(row.try_get("", "account")?, count(sum));
    }
    Ok(households)
}
