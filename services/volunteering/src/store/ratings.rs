//! Ratings of service: appended; which one is the latest is all that changes.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, Named, ServiceRecordId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Tx, affected_one};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use crate::domain::rating::{RatedBy, Rating, RatingSum};

/// Ratings.
mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_rating")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub record_id: kernel::ServiceRecordId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub rated_by: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub latest: bool,
        pub volunteer: kernel::AccountId,
        pub score: i64,
        pub rater: kernel::AccountId,
        pub at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Finds the number of the last rating of a record by one side; 0 where there is none.
pub(crate) async fn find_last_rating(
    db: &impl ConnectionTrait,
    record: ServiceRecordId,
    rated_by: RatedBy,
) -> Result<u64, StoreError> {
    let number: Option<i64> = Entity::find()
        .select_only()
        .column(Column::Number)
        .filter(Column::RecordId.eq(record))
        .filter(Column::RatedBy.eq(rated_by.name()))
        .filter(Column::Latest.eq(true))
        .into_tuple()
        .one(db)
        .await?;
    Ok(number
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or(0))
}

/// Appends a rating as the latest of its side.
///
/// # Errors
/// [`StoreError::Stale`] where somebody else rated at the same time.
pub(crate) async fn insert_rating(tx: &Tx, rating: &Rating) -> Result<(), StoreError> {
    let number = i64::try_from(rating.number).unwrap_or(i64::MAX);
    if number > 1 {
        let done = Entity::update_many()
            .col_expr(Column::Latest, Expr::value(false))
            .filter(Column::RecordId.eq(rating.record))
            .filter(Column::RatedBy.eq(rating.rated_by.name()))
            .filter(Column::Number.eq(number - 1))
            .filter(Column::Latest.eq(true))
            .exec(tx)
            .await?;
        affected_one(done.rows_affected)?;
    }
    let row = ActiveModel {
        record_id: Set(rating.record),
        rated_by: Set(rating.rated_by.name().to_owned()),
        number: Set(number),
        latest: Set(true),
        volunteer: Set(rating.volunteer),
        score: Set(i64::from(rating.score)),
        rater: Set(rating.rater),
        at: Set(rating.at),
    };
    let key = [Column::RecordId, Column::RatedBy, Column::Number];
    let known = OnConflict::columns(key).do_nothing().to_owned();
    let inserted = Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    affected_one(inserted)
}

/// Sums up the latest ratings of a volunteer.
pub(crate) async fn sum_ratings(
    db: &impl ConnectionTrait,
    volunteer: AccountId,
) -> Result<RatingSum, StoreError> {
    let scores: Vec<(i64, i64)> = Entity::find()
        .select_only()
        .column(Column::Score)
        .column_as(Column::RecordId.count(), "times")
        .filter(Column::Volunteer.eq(volunteer))
        .filter(Column::Latest.eq(true))
        .group_by(Column::Score)
        .into_tuple()
        .all(db)
        .await?;
    let mut sum = RatingSum::default();
    for (score, times) in scores {
        let natural = |number: i64| u64::try_from(number).unwrap_or_default();
        sum.add(natural(score), natural(times));
    }
    Ok(sum)
}

fn read(row: &Model) -> Result<Rating, StoreError> {
    let corrupt = |error: std::num::TryFromIntError| StoreError::Corrupt(error.to_string());
    Ok(Rating {
        record: row.record_id,
        rated_by: json::named(&row.rated_by)?,
        number: u64::try_from(row.number).map_err(corrupt)?,
        volunteer: row.volunteer,
        score: u8::try_from(row.score).map_err(corrupt)?,
        rater: row.rater,
        at: row.at,
    })
}

/// Lists the latest ratings of some records, two of each at most.
pub(crate) async fn list_ratings(
    db: &impl ConnectionTrait,
    records: &[ServiceRecordId],
) -> Result<Vec<Rating>, StoreError> {
    let mut ratings = Vec::new();
    for chunk in records.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::RecordId.is_in(chunk.iter().copied()))
            .filter(Column::Latest.eq(true))
            .order_by_asc(Column::RecordId)
            .order_by_asc(Column::RatedBy)
            .all(db)
            .await?;
        for row in rows {
            ratings.push(read(&row)?);
        }
    }
    Ok(ratings)
}
