//! Reading and writing report-ins.

use kernel::{AccountId, Named, OrgCode, ReportInId, Version};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use super::report_in::{ActiveModel, Column, Entity};
use crate::domain::report_in::{ReportIn, ReportInState};

/// Whose report-ins to list.
#[derive(Debug, Clone)]
pub(crate) enum ReportedBy {
    /// Those at a community, all or of one state.
    At(OrgCode, Option<ReportInState>),
    /// Those that a person entered.
    Account(AccountId),
}

/// Inserts a report-in unless there is one already; says whether there was none.
pub(crate) async fn insert_report_in(tx: &Tx, report: &ReportIn) -> Result<bool, StoreError> {
    let taken = OnConflict::column(Column::Seat).do_nothing().to_owned();
    let inserted = Entity::insert(ActiveModel::from(report))
        .on_conflict(taken)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Saves a report-in over the version before.
pub(crate) async fn save_report_in(
    tx: &Tx,
    report: &ReportIn,
    seen: Version,
) -> Result<(), StoreError> {
    store::save_over(
        tx,
        ActiveModel::from(report),
        Column::Id.eq(report.id),
        Column::Version.eq(seen),
    )
    .await
}

/// Finds a report-in.
pub(crate) async fn find_report_in(
    db: &impl ConnectionTrait,
    id: ReportInId,
) -> Result<Option<ReportIn>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(ReportIn::try_from).transpose()
}

/// Takes a page of those that are confirmed, in the order of their ids; nobody changes them meanwhile.
pub(crate) async fn take_confirmed(
    tx: &Tx,
    after: Option<ReportInId>,
    limit: u64,
) -> Result<Vec<ReportIn>, StoreError> {
    let mut query = Entity::find().filter(Column::State.eq(ReportInState::Confirmed.name()));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    let query = query.order_by_asc(Column::Id).limit(limit);
    let rows = query.lock_exclusive().all(tx).await?;
    rows.into_iter().map(ReportIn::try_from).collect()
}

/// Lists report-ins, the newest first.
pub(crate) async fn list_report_ins(
    db: &impl ConnectionTrait,
    whose: &ReportedBy,
    after: Option<ReportInId>,
    limit: u64,
) -> Result<Vec<ReportIn>, StoreError> {
    let mut query = match whose {
        ReportedBy::At(code, None) => Entity::find().filter(Column::CommunityCode.eq(code.clone())),
        ReportedBy::At(code, Some(state)) => Entity::find()
            .filter(Column::CommunityCode.eq(code.clone()))
            .filter(Column::State.eq(state.name())),
        ReportedBy::Account(account) => Entity::find().filter(Column::AccountId.eq(*account)),
    };
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(db).await?;
    rows.into_iter().map(ReportIn::try_from).collect()
}
