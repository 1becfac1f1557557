//! Report-ins that last, as registry told of them.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use std::collections::HashSet;

use kernel::{AccountId, OrgCode, ReportInId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use store::{CHUNK, StoreError, Tx};

use self::row::{ActiveModel, Column, Entity, Model};
use crate::domain::report_in::{Party, ReportIn};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_in")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ReportInId,
        pub community_code: kernel::OrgCode,
        pub unit_code: Option<kernel::OrgCode>,
        pub member: Option<kernel::AccountId>,
        pub reported_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Keeps a report-in; the same again changes nothing.
pub(crate) async fn keep_report_in(tx: &Tx, report: &ReportIn) -> Result<(), StoreError> {
    let (unit, member) = match &report.party {
        Party::Unit(unit) => (Some(unit.clone()), None),
        Party::Member(account) => (None, Some(*account)),
    };
    let row = ActiveModel {
        id: Set(report.id),
        community_code: Set(report.community.clone()),
        unit_code: Set(unit),
        member: Set(member),
        reported_at: Set(report.reported_at),
    };
    let known = OnConflict::column(Column::Id).do_nothing().to_owned();
    Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets one that ended.
pub(crate) async fn forget_report_in(tx: &Tx, id: ReportInId) -> Result<(), StoreError> {
    Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Lists where a member reported in, the newest first.
pub(crate) async fn list_reported_by(
    db: &impl ConnectionTrait,
    member: AccountId,
    limit: u64,
) -> Result<Vec<ReportIn>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Member.eq(member))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(from_row).collect())
}

/// Lists the units that reported in at a community, behind one of them by code.
pub(crate) async fn list_reported_units(
    db: &impl ConnectionTrait,
    community: &OrgCode,
    after: Option<OrgCode>,
    limit: u64,
) -> Result<Vec<ReportIn>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::CommunityCode.eq(community.clone()))
        .filter(Column::UnitCode.is_not_null());
    if let Some(after) = after {
        query = query.filter(Column::UnitCode.gt(after));
    }
    let rows = query
        .order_by_asc(Column::UnitCode)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(from_row).collect())
}

/// Finds out who of some people reported in anywhere.
pub(crate) async fn find_reported(
    db: &impl ConnectionTrait,
    people: &[AccountId],
) -> Result<HashSet<AccountId>, StoreError> {
    let mut found = HashSet::new();
    for chunk in people.chunks(CHUNK) {
        let members: Vec<Option<AccountId>> = Entity::find()
            .select_only()
            .column(Column::Member)
            .filter(Column::Member.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(members.into_iter().flatten());
    }
    Ok(found)
}

fn from_row(row: Model) -> Option<ReportIn> {
    let party = match (row.unit_code, row.member) {
        (Some(unit), _) => Party::Unit(unit),
        (None, Some(account)) => Party::Member(account),
        (None, None) => return None,
    };
    Some(ReportIn {
        id: row.id,
        community: row.community_code,
        party,
        reported_at: row.reported_at,
    })
}
