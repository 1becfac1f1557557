//! Sums by place and day. Who changes something appends a change; a job adds the changes to the sums, so that nobody
//! waits for the row of the whole city.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use std::collections::BTreeMap;

use kernel::{AccountId, IdSource, Named, OrgPath};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx, Writes};

use super::json;
use super::open_tasks::{scope_code, scope_codes};
use crate::domain::statistics::{Change, Figures, STANDING, Standing};

/// Changes that wait to be added.
mod change {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_figure_change")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_path: kernel::OrgPath,
        pub day: i64,
        pub measure: String,
        pub kind: String,
        pub amount: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Sums.
mod figure {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_figure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub measure: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        pub amount: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where each volunteer stands in the sums.
mod standing {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "volunteer_standing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        pub home: kernel::OrgPath,
        pub last_day: Option<i64>,
        pub stars: i64,
        pub minutes: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Appends changes of sums; those of nothing are left out.
pub(crate) fn note_changes(writes: &mut Writes, ids: &dyn IdSource, changes: Vec<Change>) {
    let rows = changes.into_iter().filter(|change| change.amount != 0);
    writes.insert(rows.map(|change| change::ActiveModel {
        id: Set(ids.next_uuid()),
        org_path: Set(change.place),
        day: Set(change.day),
        measure: Set(change.measure.name().to_owned()),
        kind: Set(change.kind),
        amount: Set(change.amount),
    }));
}

/// Adds the oldest changes to the sums of their place and of all above it; tells how many there were.
pub(crate) async fn add_up(tx: &Tx, most: u64) -> Result<u64, StoreError> {
    let changes = change::Entity::find()
        .order_by_asc(change::Column::Id)
        .limit(most)
        .all(tx)
        .await?;
    let mut sums: BTreeMap<(String, i64, String, String), i64> = BTreeMap::new();
    for change in &changes {
        for scope in scope_codes(&change.org_path) {
            let key = (
                scope,
                change.day,
                change.measure.clone(),
                change.kind.clone(),
            );
            *sums.entry(key).or_default() += change.amount;
        }
    }
    let rows =
        sums.into_iter().map(
            |((scope_code, day, measure, kind), amount)| figure::ActiveModel {
                scope_code: Set(scope_code),
                day: Set(day),
                measure: Set(measure),
                kind: Set(kind),
                amount: Set(amount),
            },
        );
    let key = [
        figure::Column::ScopeCode,
        figure::Column::Day,
        figure::Column::Measure,
        figure::Column::Kind,
    ];
    let known = OnConflict::columns(key)
        .value(
            figure::Column::Amount,
            Expr::col((figure::Entity, figure::Column::Amount))
                .add(Expr::col(("excluded", figure::Column::Amount))),
        )
        .to_owned();
    let mut writes = Writes::default();
    writes.upsert(rows, &known);
    writes.run(tx).await?;
    let added = change::Column::Id.is_in(changes.iter().map(|change| change.id));
    let gone = change::Entity::delete_many().filter(added).exec(tx).await?;
    // another process has added some of them, while this one waited for the sums: none counts twice
    if u64::try_from(changes.len()) != Ok(gone.rows_affected) {
        return Err(StoreError::raced());
    }
    Ok(gone.rows_affected)
}

/// Reads the sums of a place from one day to another, both included; `days` of nothing reads what has no day.
pub(crate) async fn sum_figures(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    days: Option<(i64, i64)>,
) -> Result<Figures, StoreError> {
    let (from, until) = days.unwrap_or((STANDING, STANDING));
    let rows: Vec<(String, String, i64)> = figure::Entity::find()
        .select_only()
        .column(figure::Column::Measure)
        .column(figure::Column::Kind)
        // a sum of whole numbers is a decimal on PostgreSQL
        .column_as(
            Expr::col(figure::Column::Amount).sum().cast_as("BIGINT"),
            "amount",
        )
        .filter(figure::Column::ScopeCode.eq(scope_code(place)))
        .filter(figure::Column::Day.between(from, until))
        .group_by(figure::Column::Measure)
        .group_by(figure::Column::Kind)
        .into_tuple()
        .all(db)
        .await?;
    let mut figures = Figures::default();
    for (measure, kind, amount) in rows {
        figures.add(json::named(&measure)?, kind, amount);
    }
    Ok(figures)
}

/// Finds where a volunteer stands.
pub(crate) async fn find_standing(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<Standing>, StoreError> {
    let row = standing::Entity::find_by_id(account).one(db).await?;
    let read = |row: standing::Model| -> Result<Standing, StoreError> {
        let whole = |error: std::num::TryFromIntError| StoreError::Corrupt(error.to_string());
        Ok(Standing {
            home: row.home,
            last_day: row.last_day,
            stars: usize::try_from(row.stars).map_err(whole)?,
            minutes: u64::try_from(row.minutes).map_err(whole)?,
        })
    };
    row.map(read).transpose()
}

/// Keeps where a volunteer stands.
pub(crate) fn save_standing(writes: &mut Writes, account: AccountId, now: &Standing) {
    let known = OnConflict::column(standing::Column::Account)
        .update_columns([
            standing::Column::Home,
            standing::Column::LastDay,
            standing::Column::Stars,
            standing::Column::Minutes,
        ])
        .to_owned();
    let row = standing::ActiveModel {
        account: Set(account),
        home: Set(now.home.clone()),
        last_day: Set(now.last_day),
        stars: Set(i64::try_from(now.stars).unwrap_or(i64::MAX)),
        minutes: Set(i64::try_from(now.minutes).unwrap_or(i64::MAX)),
    };
    writes.upsert([row], &known);
}

/// Lists where some volunteers stand: confirmed minutes and stars of each.
pub(crate) async fn list_standings(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, (i64, i64)>, StoreError> {
    let rows = standing::Entity::find()
        .filter(standing::Column::Account.is_in(accounts.iter().copied()))
        .all(db)
        .await?;
    let of = |row: standing::Model| (row.account, (row.minutes, row.stars));
    Ok(rows.into_iter().map(of).collect())
}
