//! Sums of what many people did and were asked to do within a span: one row for each of them and each state.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, Named, TeamId, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use store::{CHUNK, StoreError};

use super::activity::entry;
use super::invitations::row as invitation;
use super::json;
use super::team::member;
use crate::domain::hours::HoursState;
use crate::domain::invitation::InvitationState;
use crate::domain::sign_up::SignUpState;
use crate::domain::team::MemberState;

/// What is added up of records of hours.
mod hours {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_hours")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ServiceRecordId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: kernel::Version,
        pub latest: bool,
        pub volunteer: kernel::AccountId,
        pub began_at: kernel::Timestamp,
        pub minutes: i64,
        pub state: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Adds up confirmed minutes.
pub(crate) async fn sum_minutes(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<(AccountId, u64)>, StoreError> {
    let counted = HoursState::ALL.iter().filter(|state| state.counts());
    let counted: Vec<&str> = counted.map(|state| state.name()).collect();
    let mut sums = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        // sums of big numbers are of another type on PostgreSQL
        let sum = Expr::expr(Func::sum(Expr::col("minutes"))).cast_as("bigint");
        let rows: Vec<(AccountId, i64)> = hours::Entity::find()
            .select_only()
            .column(hours::Column::Volunteer)
            .expr_as(sum, "total")
            .filter(hours::Column::Volunteer.is_in(chunk.iter().copied()))
            .filter(hours::Column::BeganAt.gte(from))
            .filter(hours::Column::BeganAt.lt(until))
            .filter(hours::Column::Latest.eq(true))
            .filter(hours::Column::State.is_in(counted.iter().copied()))
            .group_by(hours::Column::Volunteer)
            .into_tuple()
            .all(db)
            .await?;
        for (account, minutes) in rows {
            let minutes = u64::try_from(minutes);
            let minutes = minutes.map_err(|error| StoreError::Corrupt(error.to_string()))?;
            sums.push((account, minutes));
        }
    }
    Ok(sums)
}

/// Counts sign-ups by state.
pub(crate) async fn count_sign_ups(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<(AccountId, SignUpState, u32)>, StoreError> {
    let mut counts = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        let rows: Vec<(AccountId, String, i64)> = entry::Entity::find()
            .select_only()
            .column(entry::Column::Account)
            .column(entry::Column::State)
            .column_as(entry::Column::Id.count(), "sign_ups")
            .filter(entry::Column::Account.is_in(chunk.iter().copied()))
            .filter(entry::Column::BeginsAt.gte(from))
            .filter(entry::Column::BeginsAt.lt(until))
            .group_by(entry::Column::Account)
            .group_by(entry::Column::State)
            .into_tuple()
            .all(db)
            .await?;
        for (account, state, count) in rows {
            counts.push((account, json::named(&state)?, json::count(count)?));
        }
    }
    Ok(counts)
}

/// Counts invitations to tasks by what was said to them, and by whether there is time left to say it.
pub(crate) async fn count_invitations(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    (from, until): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<Vec<(AccountId, InvitationState, u32)>, StoreError> {
    let mut counts = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        let rows: Vec<(AccountId, String, Timestamp)> = invitation::Entity::find()
            .select_only()
            .column(invitation::Column::Account)
            .column(invitation::Column::State)
            .column(invitation::Column::Until)
            .filter(invitation::Column::Account.is_in(chunk.iter().copied()))
            .filter(invitation::Column::CreatedAt.gte(from))
            .filter(invitation::Column::CreatedAt.lt(until))
            .into_tuple()
            .all(db)
            .await?;
        for (account, state, until) in rows {
            let state: InvitationState = json::named(&state)?;
            let over = state == InvitationState::Invited && until <= now;
            let state = if over { InvitationState::Lapsed } else { state };
            counts.push((account, state, 1));
        }
    }
    Ok(counts)
}

/// Lists the members of some teams.
pub(crate) async fn list_members(
    db: &impl ConnectionTrait,
    teams: &[TeamId],
) -> Result<Vec<(TeamId, AccountId)>, StoreError> {
    let query = member::Entity::find()
        .select_only()
        .column(member::Column::TeamId)
        .column(member::Column::Account)
        .filter(member::Column::TeamId.is_in(teams.iter().copied()))
        .filter(member::Column::State.eq(MemberState::Member.name()));
    Ok(query.into_tuple().all(db).await?)
}
