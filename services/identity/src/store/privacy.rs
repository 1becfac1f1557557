//! Requests about one's own data.

use kernel::{AccountId, PrivacyRequestId, Timestamp, Version};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx};

use super::corrupt;
use crate::domain::{PrivacyKind, PrivacyRequest, PrivacyState};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_request")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::PrivacyRequestId,
        pub account_id: kernel::AccountId,
        pub kind: String,
        pub detail: String,
        pub state: String,
        pub answer: String,
        pub requested_at: kernel::Timestamp,
        pub due_at: kernel::Timestamp,
        pub answered_by: Option<kernel::AccountId>,
        pub answered_at: Option<kernel::Timestamp>,
        pub version: kernel::Version,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<row::Model> for PrivacyRequest {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let mut kinds = PrivacyKind::ALL.into_iter();
        let kind = kinds.find(|kind| kind.as_str() == row.kind);
        let mut states = PrivacyState::ALL.into_iter();
        let state = states.find(|state| state.as_str() == row.state);
        Ok(Self {
            id: row.id,
            account: row.account_id,
            kind: kind.ok_or_else(|| corrupt("privacy_request.kind", &row.kind))?,
            detail: row.detail,
            state: state.ok_or_else(|| corrupt("privacy_request.state", &row.state))?,
            answer: row.answer,
            requested_at: row.requested_at,
            due_at: row.due_at,
            answered_by: row.answered_by,
            answered_at: row.answered_at,
            version: row.version,
        })
    }
}

/// Inserts a request.
pub(crate) async fn insert(tx: &Tx, request: &PrivacyRequest) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(request.id),
        account_id: Set(request.account),
        kind: Set(request.kind.as_str().to_owned()),
        detail: Set(request.detail.clone()),
        state: Set(request.state.as_str().to_owned()),
        answer: Set(request.answer.clone()),
        requested_at: Set(request.requested_at),
        due_at: Set(request.due_at),
        answered_by: Set(request.answered_by),
        answered_at: Set(request.answered_at),
        version: Set(request.version),
    };
    row::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a request.
pub(crate) async fn find(
    tx: &Tx,
    id: PrivacyRequestId,
) -> Result<Option<PrivacyRequest>, StoreError> {
    let row = row::Entity::find_by_id(id).one(tx).await?;
    row.map(PrivacyRequest::try_from).transpose()
}

/// Saves the answer to a request that had the version `before`.
pub(crate) async fn save(
    tx: &Tx,
    request: &PrivacyRequest,
    before: Version,
) -> Result<(), StoreError> {
    let changed = row::ActiveModel {
        state: Set(request.state.as_str().to_owned()),
        answer: Set(request.answer.clone()),
        answered_by: Set(request.answered_by),
        answered_at: Set(request.answered_at),
        version: Set(request.version),
        ..Default::default()
    };
    store::save_over(
        tx,
        changed,
        row::Column::Id.eq(request.id),
        row::Column::Version.eq(before),
    )
    .await
}

/// Lists requests of an account, newest first, behind `after`.
pub(crate) async fn list_of(
    tx: &Tx,
    account: AccountId,
    after: Option<PrivacyRequestId>,
    limit: u64,
) -> Result<Vec<PrivacyRequest>, StoreError> {
    let mut page = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .order_by_desc(row::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        page = page.filter(row::Column::Id.lt(after));
    }
    let rows = page.all(tx).await?;
    rows.into_iter().map(PrivacyRequest::try_from).collect()
}

/// Lists the requests of an account that wait, newest first: few, since so many may be made.
pub(crate) async fn list_waiting(
    tx: &Tx,
    account: AccountId,
) -> Result<Vec<PrivacyRequest>, StoreError> {
    let open = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::State.eq(PrivacyState::Open.as_str()))
        .order_by_desc(row::Column::Id);
    let rows = open.all(tx).await?;
    rows.into_iter().map(PrivacyRequest::try_from).collect()
}

/// Says whether the holder of an account had its contacts restricted, and not lifted that since.
pub(crate) async fn is_restricted(tx: &Tx, account: AccountId) -> Result<bool, StoreError> {
    let restrict = PrivacyKind::Restrict.as_str();
    let last: Option<String> = row::Entity::find()
        .select_only()
        .column(row::Column::Kind)
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::State.eq(PrivacyState::Granted.as_str()))
        .filter(row::Column::Kind.is_in([restrict, PrivacyKind::Lift.as_str()]))
        .order_by_desc(row::Column::AnsweredAt)
        .order_by_desc(row::Column::Id)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(last.is_some_and(|kind| kind == restrict))
}

/// When an account had its copies since then, the oldest of them first.
pub(crate) async fn list_exports(
    tx: &Tx,
    account: AccountId,
    since: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let made = row::Entity::find()
        .select_only()
        .column(row::Column::RequestedAt)
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::Kind.eq(PrivacyKind::Export.as_str()))
        .filter(row::Column::RequestedAt.gt(since))
        .order_by_asc(row::Column::RequestedAt);
    Ok(made.into_tuple().all(tx).await?)
}

/// Lists requests that wait, the first due first, behind `after`.
pub(crate) async fn list_open(
    tx: &Tx,
    after: Option<(Timestamp, PrivacyRequestId)>,
    limit: u64,
) -> Result<Vec<PrivacyRequest>, StoreError> {
    let mut page = row::Entity::find()
        .filter(row::Column::State.eq(PrivacyState::Open.as_str()))
        .order_by_asc(row::Column::DueAt)
        .order_by_asc(row::Column::Id)
        .limit(limit);
    if let Some((due, id)) = after {
        let same = Condition::all()
            .add(row::Column::DueAt.eq(due))
            .add(row::Column::Id.gt(id));
        // the first bound alone lets the index be entered at the right place
        page = page
            .filter(row::Column::DueAt.gte(due))
            .filter(Condition::any().add(row::Column::DueAt.gt(due)).add(same));
    }
    let rows = page.all(tx).await?;
    rows.into_iter().map(PrivacyRequest::try_from).collect()
}
