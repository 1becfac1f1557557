//! Sessions.

use std::time::Duration;

use kernel::{AccountId, SessionId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use store::{Database, StoreError, Tx, affected_one};

use super::corrupt;
use crate::domain::{Scope, Session, SignInMethod};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::SessionId,
        pub account_id: kernel::AccountId,
        pub generation: i64,
        pub current_digest: Vec<u8>,
        pub previous_digest: Option<Vec<u8>>,
        pub sealed_successor: Option<Vec<u8>>,
        pub created_at: kernel::Timestamp,
        pub rotated_at: kernel::Timestamp,
        pub expires_at: kernel::Timestamp,
        pub revoked_at: Option<kernel::Timestamp>,
        pub method: String,
        pub source: String,
        pub client_id: Option<String>,
        pub scope: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn digest(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes
        .try_into()
        .map_err(|error| corrupt("session digest", error))
}

impl TryFrom<row::Model> for Session {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            account: row.account_id,
            generation: row.generation,
            current: digest(&row.current_digest)?,
            previous: row.previous_digest.as_deref().map(digest).transpose()?,
            sealed: row.sealed_successor.as_deref().map(digest).transpose()?,
            created_at: row.created_at,
            rotated_at: row.rotated_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            method: SignInMethod::from_name(&row.method)
                .ok_or_else(|| corrupt("session.method", &row.method))?,
            source: row.source,
            client_id: row.client_id,
            scope: Scope::parse(&row.scope).ok_or_else(|| corrupt("session.scope", &row.scope))?,
        })
    }
}

fn row_of(session: &Session) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(session.id),
        account_id: Set(session.account),
        generation: Set(session.generation),
        current_digest: Set(session.current.to_vec()),
        previous_digest: Set(session.previous.map(|bytes| bytes.to_vec())),
        sealed_successor: Set(session.sealed.map(|bytes| bytes.to_vec())),
        created_at: Set(session.created_at),
        rotated_at: Set(session.rotated_at),
        expires_at: Set(session.expires_at),
        revoked_at: Set(session.revoked_at),
        method: Set(session.method.as_str().to_owned()),
        source: Set(session.source.clone()),
        client_id: Set(session.client_id.clone()),
        scope: Set(session.scope.to_text()),
    }
}

/// Inserts a session.
pub(crate) async fn insert_session(tx: &Tx, session: &Session) -> Result<(), StoreError> {
    row::Entity::insert(row_of(session))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds a session.
pub(crate) async fn find_session(
    db: &impl ConnectionTrait,
    id: SessionId,
) -> Result<Option<Session>, StoreError> {
    let row = row::Entity::find_by_id(id).one(db).await?;
    row.map(Session::try_from).transpose()
}

/// Saves the rotation of a session whose token was of the generation `before`, in a transaction of its
/// own; stale if it was rotated or ended meanwhile.
pub(crate) async fn rotate_session(
    db: &Database,
    session: &Session,
    before: i64,
) -> Result<(), StoreError> {
    let rotation = row::ActiveModel {
        generation: Set(session.generation),
        current_digest: Set(session.current.to_vec()),
        previous_digest: Set(session.previous.map(|bytes| bytes.to_vec())),
        sealed_successor: Set(session.sealed.map(|bytes| bytes.to_vec())),
        rotated_at: Set(session.rotated_at),
        ..Default::default()
    };
    let rotation = row::Entity::update_many()
        .set(rotation)
        .filter(row::Column::Id.eq(session.id))
        .filter(row::Column::Generation.eq(before))
        .filter(row::Column::RevokedAt.is_null())
        .into_query();
    affected_one(db.execute("session.refresh", &rotation).await?)
}

/// Which sessions of an account.
pub(crate) struct OpenSessions {
    pub(crate) account: AccountId,
    /// Older ones than this.
    pub(crate) before: Option<SessionId>,
    /// Those used since, and not over by now.
    pub(crate) used_after: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) limit: u64,
}

/// Lists sessions that have not ended, latest first.
pub(crate) async fn list_open(tx: &Tx, which: &OpenSessions) -> Result<Vec<Session>, StoreError> {
    let mut query = row::Entity::find()
        .filter(row::Column::AccountId.eq(which.account))
        .filter(row::Column::RevokedAt.is_null())
        .filter(row::Column::ExpiresAt.gt(which.now))
        .filter(row::Column::RotatedAt.gt(which.used_after))
        .order_by_desc(row::Column::Id)
        .limit(which.limit);
    if let Some(before) = which.before {
        query = query.filter(row::Column::Id.lt(before));
    }
    let rows = query.all(tx).await?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Lists the sessions of an account that are still kept, those that have ended too, latest first.
pub(crate) async fn list_kept(
    tx: &Tx,
    account: AccountId,
    limit: u64,
) -> Result<Vec<Session>, StoreError> {
    let kept = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .order_by_desc(row::Column::Id)
        .limit(limit);
    let rows = kept.all(tx).await?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Ends one session; nothing happens when it has ended already.
pub(crate) async fn revoke_session(
    tx: &Tx,
    id: SessionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    revoke(tx, Condition::all().add(row::Column::Id.eq(id)), now).await
}

/// Ends the sessions of an account, except perhaps one.
pub(crate) async fn revoke_sessions(
    tx: &Tx,
    account: AccountId,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let others = except.map(|id| row::Column::Id.ne(id));
    let which = Condition::all()
        .add(row::Column::AccountId.eq(account))
        .add_option(others);
    revoke(tx, which, now).await
}

/// Ends the sessions that an application holds.
pub(crate) async fn revoke_of_client(
    tx: &Tx,
    client: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    revoke(
        tx,
        Condition::all().add(row::Column::ClientId.eq(client)),
        now,
    )
    .await
}

async fn revoke(tx: &Tx, which: Condition, now: Timestamp) -> Result<(), StoreError> {
    row::Entity::update_many()
        .set(row::ActiveModel {
            revoked_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(which)
        .filter(row::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Sessions that are forgotten in one transaction.
pub(crate) const FORGOTTEN_AT_ONCE: u64 = 500;

/// What ends a session; each is looked up by an index of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Its longest life is over.
    Over,
    /// It was revoked.
    Revoked,
    /// It was not refreshed in time.
    Idle,
}

impl End {
    /// Every end.
    pub(crate) const ALL: [Self; 3] = [Self::Over, Self::Revoked, Self::Idle];
}

/// Forgets some of the sessions that ended before `before` in this way; returns how many. One ends when it
/// was not refreshed for `idle`.
pub(crate) async fn forget_ended(
    tx: &Tx,
    end: End,
    before: Timestamp,
    idle: Duration,
) -> Result<u64, StoreError> {
    let ended = match end {
        End::Over => row::Column::ExpiresAt.lt(before),
        End::Revoked => row::Column::RevokedAt.lt(before),
        End::Idle => row::Column::RotatedAt.lt(before.minus(idle)),
    };
    let ended: Vec<SessionId> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(ended)
        .limit(FORGOTTEN_AT_ONCE)
        .into_tuple()
        .all(tx)
        .await?;
    if ended.is_empty() {
        return Ok(0);
    }
    let gone = row::Entity::delete_many()
        .filter(row::Column::Id.is_in(ended))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected)
}
