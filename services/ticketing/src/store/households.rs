//! Which residents live together (同户), with the history that recorded draws need.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use std::collections::BTreeMap;

use ::store::{CHUNK, StoreError, Tx};
use kernel::{AccountId, OrgCode};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::holders::{OPEN, count_change};
use crate::domain::panel::Homes;
use row::{ActiveModel, Column, Entity};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "household_member")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub since: i64,
        pub until: i64,
        pub org_code: String,
        pub reference: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Finds where people lived after that many changes of the holders' projection; in as many statements as there are
/// five hundreds of them.
pub(crate) async fn list_homes(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    as_of: i64,
) -> Result<Homes, StoreError> {
    let mut homes = Homes::new();
    for some in accounts.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::Account.is_in(some.iter().copied()))
            .filter(Column::Since.lte(as_of))
            .filter(Column::Until.gt(as_of))
            .all(db)
            .await?;
        for row in rows {
            homes.insert(row.account, format!("{}/{}", row.org_code, row.reference));
        }
    }
    Ok(homes)
}

/// Sets who lives in a household: these and no others. Whoever lived elsewhere has moved.
pub(crate) async fn set_members(
    tx: &Tx,
    place: &OrgCode,
    reference: &str,
    accounts: &[AccountId],
) -> Result<(), StoreError> {
    let current = list_members(tx, place, reference).await?;
    let gone: Vec<AccountId> = current
        .iter()
        .copied()
        .filter(|account| !accounts.contains(account))
        .collect();
    let new: Vec<AccountId> = accounts
        .iter()
        .copied()
        .filter(|account| !current.contains(account))
        .collect();
    if gone.is_empty() && new.is_empty() {
        return Ok(());
    }
    let change = count_change(tx).await?;
    Entity::update_many()
        .col_expr(Column::Until, Expr::value(change))
        .filter(Column::Account.is_in(gone.iter().chain(&new).copied()))
        .filter(Column::Until.eq(OPEN))
        .exec(tx)
        .await?;
    if new.is_empty() {
        return Ok(());
    }
    let rows = new.into_iter().map(|account| ActiveModel {
        account: Set(account),
        since: Set(change),
        until: Set(OPEN),
        org_code: Set(place.as_str().to_owned()),
        reference: Set(reference.to_owned()),
    });
    Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

async fn list_members(
    db: &impl ConnectionTrait,
    place: &OrgCode,
    reference: &str,
) -> Result<Vec<AccountId>, StoreError> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Account)
        .filter(Column::OrgCode.eq(place.as_str()))
        .filter(Column::Until.eq(OPEN))
        .filter(Column::Reference.eq(reference))
        .into_tuple()
        .all(db)
        .await?)
}

/// Lists households of a place by reference, behind one of them, with who lives there.
pub(crate) async fn list_households(
    db: &impl ConnectionTrait,
    place: &OrgCode,
    after: &str,
    limit: u64,
) -> Result<BTreeMap<String, Vec<AccountId>>, StoreError> {
    let of_place = || {
        Entity::find()
            .filter(Column::OrgCode.eq(place.as_str()))
            .filter(Column::Until.eq(OPEN))
    };
    let references: Vec<String> = of_place()
        .select_only()
        .column(Column::Reference)
        .distinct()
        .filter(Expr::col(Column::Reference).gt(after))
        .order_by_asc(Column::Reference)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let rows = of_place()
        .filter(Column::Reference.is_in(references))
        .all(db)
        .await?;
    let mut households: BTreeMap<String, Vec<AccountId>> = BTreeMap::new();
    for row in rows {
        households
            .entry(row.reference)
            .or_default()
            .push(row.account);
    }
    Ok(households)
}
