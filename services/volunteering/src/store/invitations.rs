//! Reading and writing invitations to tasks.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, Named, TaskId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Tx};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use crate::domain::invitation::{Invitation, MOST_SHOWN};
use crate::domain::waiting::LEADING;

pub(super) mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_invitation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: kernel::TaskId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        pub position: i64,
        pub state: String,
        pub origin: String,
        pub invited_by: kernel::AccountId,
        pub until: kernel::Timestamp,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<Model> for Invitation {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            task: row.task_id,
            account: row.account,
            state: json::named(&row.state)?,
            origin: json::named(&row.origin)?,
            position: Some(json::count(row.position)?).filter(|position| *position != LEADING),
            invited_by: row.invited_by,
            until: row.until,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn read(rows: Vec<Model>) -> Result<Vec<Invitation>, StoreError> {
    rows.into_iter().map(Invitation::try_from).collect()
}

/// Finds the invitation of somebody to a task.
pub(crate) async fn find_invitation(
    db: &impl ConnectionTrait,
    task: TaskId,
    account: AccountId,
) -> Result<Option<Invitation>, StoreError> {
    let row = Entity::find_by_id((task, account)).one(db).await?;
    row.map(Invitation::try_from).transpose()
}

/// Lists who was invited to a task, by its list as well; there is an upper bound.
pub(crate) async fn list_invitations(
    db: &impl ConnectionTrait,
    task: TaskId,
) -> Result<Vec<Invitation>, StoreError> {
    let query = Entity::find()
        .filter(Column::TaskId.eq(task))
        .order_by_asc(Column::Account)
        .limit(MOST_SHOWN);
    read(query.all(db).await?)
}

/// Lists what somebody was invited to, the newest tasks first.
pub(crate) async fn list_invitations_of(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<TaskId>,
    limit: u64,
) -> Result<Vec<Invitation>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::Account.eq(account))
        .order_by_desc(Column::TaskId)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::TaskId.lt(after));
    }
    read(query.all(db).await?)
}

/// Lists who was invited to some tasks; there is an upper bound for each.
pub(crate) async fn list_invitations_to(
    db: &impl ConnectionTrait,
    tasks: &[TaskId],
) -> Result<Vec<Invitation>, StoreError> {
    let mut found = Vec::new();
    for chunk in tasks.chunks(CHUNK) {
        let query = Entity::find().filter(Column::TaskId.is_in(chunk.iter().copied()));
        found.extend(read(query.all(db).await?)?);
    }
    Ok(found)
}

/// Saves an invitation over the one before, if there was one.
pub(crate) async fn put_invitation(tx: &Tx, invitation: &Invitation) -> Result<(), StoreError> {
    put_invitations(tx, std::slice::from_ref(invitation)).await
}

/// Saves invitations over those before.
pub(crate) async fn put_invitations(tx: &Tx, invitations: &[Invitation]) -> Result<(), StoreError> {
    let row = |invitation: &Invitation| ActiveModel {
        task_id: Set(invitation.task),
        account: Set(invitation.account),
        state: Set(invitation.state.name().to_owned()),
        origin: Set(invitation.origin.name().to_owned()),
        position: Set(invitation.position.unwrap_or(LEADING).into()),
        invited_by: Set(invitation.invited_by),
        until: Set(invitation.until),
        created_at: Set(invitation.created_at),
        updated_at: Set(invitation.updated_at),
    };
    let known = OnConflict::columns([Column::TaskId, Column::Account])
        .update_columns([
            Column::State,
            Column::Origin,
            Column::Position,
            Column::InvitedBy,
            Column::Until,
            Column::UpdatedAt,
        ])
        .to_owned();
    for chunk in invitations.chunks(CHUNK) {
        Entity::insert_many(chunk.iter().map(row))
            .on_conflict(known.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
