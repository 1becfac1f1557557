//! Registered applications and the codes under way to them.

use kernel::{AccountId, ClientId, SessionId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use store::{StoreError, Tx};

use super::corrupt;
use crate::domain::{Client, ClientKind, ClientName, RedirectUri};

mod client {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauth_client")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ClientId,
        pub name: String,
        pub kind: String,
        pub secret_digest: Option<Vec<u8>>,
        pub redirect_uris: String,
        pub may_act: bool,
        pub account_id: Option<kernel::AccountId>,
        pub created_at: kernel::Timestamp,
        pub revoked_at: Option<kernel::Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod code {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauth_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: Vec<u8>,
        pub client_id: kernel::ClientId,
        pub account_id: kernel::AccountId,
        pub redirect_uri: String,
        pub challenge: String,
        pub scope: String,
        pub nonce: Option<String>,
        pub expires_at: kernel::Timestamp,
        pub session_id: Option<kernel::SessionId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A code under way to an application.
#[derive(Debug, Clone)]
pub(crate) struct PendingCode {
    pub(crate) digest: [u8; 32],
    pub(crate) client: ClientId,
    pub(crate) account: AccountId,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) expires_at: Timestamp,
    /// The session that it was exchanged for.
    pub(crate) session: Option<SessionId>,
}

impl TryFrom<client::Model> for Client {
    type Error = StoreError;

    fn try_from(row: client::Model) -> Result<Self, StoreError> {
        let uris: Vec<String> = serde_json::from_str(&row.redirect_uris)
            .map_err(|error| corrupt("oauth_client.redirect_uris", error))?;
        let uris = uris.iter().map(|uri| RedirectUri::parse(uri));
        Ok(Self {
            id: row.id,
            name: row
                .name
                .parse()
                .map_err(|error| corrupt("oauth_client.name", error))?,
            kind: ClientKind::from_name(&row.kind)
                .ok_or_else(|| corrupt("oauth_client.kind", &row.kind))?,
            secret: row
                .secret_digest
                .map(|digest| {
                    digest
                        .try_into()
                        .map_err(|_| corrupt("oauth_client.secret_digest", "length"))
                })
                .transpose()?,
            redirect_uris: uris
                .collect::<Result<_, _>>()
                .map_err(|error| corrupt("oauth_client.redirect_uris", error))?,
            may_act: row.may_act,
            account: row.account_id,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// Inserts an application.
pub(crate) async fn insert_client(tx: &Tx, client: &Client) -> Result<(), StoreError> {
    let uris: Vec<&str> = client
        .redirect_uris
        .iter()
        .map(RedirectUri::as_str)
        .collect();
    let row = client::ActiveModel {
        id: Set(client.id),
        name: Set(client.name.as_str().to_owned()),
        kind: Set(client.kind.as_str().to_owned()),
        secret_digest: Set(client.secret.map(|digest| digest.to_vec())),
        redirect_uris: Set(serde_json::Value::from(uris).to_string()),
        may_act: Set(client.may_act),
        account_id: Set(client.account),
        created_at: Set(client.created_at),
        revoked_at: Set(client.revoked_at),
    };
    client::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds an application that was not revoked.
pub(crate) async fn find_client(
    connection: &impl ConnectionTrait,
    id: ClientId,
) -> Result<Option<Client>, StoreError> {
    let row = client::Entity::find_by_id(id)
        .filter(client::Column::RevokedAt.is_null())
        .one(connection)
        .await?;
    row.map(Client::try_from).transpose()
}

/// Finds an application as it was when it showed who it is, and keeps others from changing it until the
/// transaction ends; false when it was revoked or given another secret since.
pub(crate) async fn is_unchanged(tx: &Tx, client: &Client) -> Result<bool, StoreError> {
    let row = client::Entity::find_by_id(client.id)
        .filter(client::Column::RevokedAt.is_null())
        .lock_shared()
        .one(tx)
        .await?;
    let now = row.map(Client::try_from).transpose()?;
    Ok(now.is_some_and(|now| now.secret == client.secret))
}

/// Finds the account of a machine, revoked or not.
pub(crate) async fn find_machine(tx: &Tx, id: ClientId) -> Result<Option<AccountId>, StoreError> {
    let row = client::Entity::find_by_id(id).one(tx).await?;
    Ok(row.and_then(|row| row.account_id))
}

/// Finds the machine of this name that was not revoked, with its account: the one made last.
pub(crate) async fn find_machine_named(
    tx: &Tx,
    name: &ClientName,
) -> Result<Option<(ClientId, AccountId)>, StoreError> {
    let row = client::Entity::find()
        .filter(client::Column::Name.eq(name.as_str()))
        .filter(client::Column::Kind.eq(ClientKind::Machine.as_str()))
        .filter(client::Column::RevokedAt.is_null())
        .order_by_desc(client::Column::Id)
        .limit(1)
        .one(tx)
        .await?;
    Ok(row.and_then(|row| Some((row.id, row.account_id?))))
}

/// Lists applications, revoked ones too, latest first.
pub(crate) async fn list_clients(
    tx: &Tx,
    before: Option<ClientId>,
    limit: u64,
) -> Result<Vec<Client>, StoreError> {
    let mut query = client::Entity::find()
        .order_by_desc(client::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(client::Column::Id.lt(before));
    }
    let rows = query.all(tx).await?;
    rows.into_iter().map(Client::try_from).collect()
}

/// Keeps the digest of another secret; false when there is no such application with a secret.
pub(crate) async fn save_secret(
    tx: &Tx,
    id: ClientId,
    digest: &[u8; 32],
) -> Result<bool, StoreError> {
    let saved = client::Entity::update_many()
        .set(client::ActiveModel {
            secret_digest: Set(Some(digest.to_vec())),
            ..Default::default()
        })
        .filter(client::Column::Id.eq(id))
        .filter(client::Column::RevokedAt.is_null())
        .filter(client::Column::SecretDigest.is_not_null())
        .exec(tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Revokes an application; false when there is none.
pub(crate) async fn revoke_client(
    tx: &Tx,
    id: ClientId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let revoked = client::Entity::update_many()
        .set(client::ActiveModel {
            revoked_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(client::Column::Id.eq(id))
        .filter(client::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(revoked.rows_affected == 1)
}

/// Keeps a code.
pub(crate) async fn insert_code(tx: &Tx, code: &PendingCode) -> Result<(), StoreError> {
    let row = code::ActiveModel {
        digest: Set(code.digest.to_vec()),
        client_id: Set(code.client),
        account_id: Set(code.account),
        redirect_uri: Set(code.redirect_uri.clone()),
        challenge: Set(code.challenge.clone()),
        scope: Set(code.scope.clone()),
        nonce: Set(code.nonce.clone()),
        expires_at: Set(code.expires_at),
        session_id: Set(code.session),
    };
    code::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a code, used or not.
pub(crate) async fn find_code(
    tx: &Tx,
    digest: &[u8; 32],
) -> Result<Option<PendingCode>, StoreError> {
    let row = code::Entity::find_by_id(digest.to_vec()).one(tx).await?;
    Ok(row.map(|row| PendingCode {
        digest: *digest,
        client: row.client_id,
        account: row.account_id,
        redirect_uri: row.redirect_uri,
        challenge: row.challenge,
        scope: row.scope,
        nonce: row.nonce,
        expires_at: row.expires_at,
        session: row.session_id,
    }))
}

/// Uses a code up for a session; false when another request just did.
pub(crate) async fn use_code(
    tx: &Tx,
    digest: &[u8; 32],
    session: SessionId,
) -> Result<bool, StoreError> {
    let used = code::Entity::update_many()
        .set(code::ActiveModel {
            session_id: Set(Some(session)),
            ..Default::default()
        })
        .filter(code::Column::Digest.eq(digest.to_vec()))
        .filter(code::Column::SessionId.is_null())
        .exec(tx)
        .await?;
    Ok(used.rows_affected == 1)
}

/// Forgets some of the codes that were over before `before`; returns how many.
pub(crate) async fn forget_old_codes(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old: Vec<Vec<u8>> = code::Entity::find()
        .select_only()
        .column(code::Column::Digest)
        .filter(code::Column::ExpiresAt.lt(before))
        .limit(u64::try_from(store::CHUNK).unwrap_or(u64::MAX))
        .into_tuple()
        .all(tx)
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let gone = code::Entity::delete_many()
        .filter(code::Column::Digest.is_in(old))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected)
}
