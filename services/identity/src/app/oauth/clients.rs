//! Register applications, give them other secrets, revoke them (应用登记).

use auth::Ctx;
use kernel::{AccountId, ClientId, IdSourceExt, TextError, TypedId, Version};
use problem::{Category, Fact, Kind};
use store::StoreError;

use crate::app::caller::OK;
use crate::app::{Caller, Identity, register_account};
use crate::crypto::{RandomError, generate_opaque, sha256};
use crate::domain::{
    Account, AccountStatus, Client, ClientKind, ClientName, RedirectUri, UsernameError,
};
use crate::events;
use crate::store::{access_log, accounts, oauth, sessions};

/// What a machine's account has instead of a password's hash.
const NO_PASSWORD: &str = "";

/// An application to be registered.
pub(crate) struct RegisterClient {
    pub(crate) name: ClientName,
    pub(crate) kind: ClientKind,
    pub(crate) redirect_uris: Vec<RedirectUri>,
    /// Whether people may let it act for them.
    pub(crate) may_act: bool,
}

/// An application with the secret that was made up for it, shown this once.
pub(crate) struct RegisteredClient {
    pub(crate) client: Client,
    pub(crate) secret: Option<String>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// People are sent back to an application, never to a machine.
    #[error("redirect addresses do not fit the kind")]
    RedirectUris,
    /// A machine acts for itself.
    #[error("nobody lets a machine act")]
    MachineForPeople,
    #[error("no such application, or it has no secret")]
    ClientUnknown,
    #[error("a made-up name: {0}")]
    Username(#[from] UsernameError),
    #[error("a made-up name: {0}")]
    DisplayName(#[from] TextError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ClientError {
    fn fact(&self) -> Fact {
        match self {
            Self::RedirectUris => Fact::new(
                Kind::Invalid,
                "redirect-uris-wrong",
                "应用须有回调地址，机器不能有",
                "an application needs a redirect address, a machine has none",
            )
            .at("/redirect_uris"),
            Self::MachineForPeople => Fact::new(
                Kind::Invalid,
                "machine-for-people",
                "机器以自己的账号办事，不能代人办理",
                "a machine acts with an account of its own, never for people",
            )
            .at("/may_act"),
            Self::ClientUnknown => Fact::new(
                Kind::NotFound,
                "client-not-found",
                "没有这个应用，或它没有密钥",
                "there is no such application, or it has no secret",
            ),
            Self::Username(_) | Self::DisplayName(_) => Fact::internal(),
            Self::Random(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Registers an application. A machine gets an account of its own, to which the security administrator
/// grants roles as to any other.
pub(crate) async fn register_client(
    app: &Identity,
    ctx: &Ctx,
    command: RegisterClient,
) -> Result<RegisteredClient, ClientError> {
    let machine = command.kind == ClientKind::Machine;
    if machine != command.redirect_uris.is_empty() {
        return Err(ClientError::RedirectUris);
    }
    if machine && command.may_act {
        return Err(ClientError::MachineForPeople);
    }
    let caller = Caller::from(ctx);
    let account = if machine {
        Some(account_of(app, &caller, &command.name)?)
    } else {
        None
    };
    let secret = match command.kind {
        ClientKind::Public => None,
        ClientKind::Confidential | ClientKind::Machine => Some(generate_opaque()?),
    };
    let client = Client {
        id: app.ids.next(),
        name: command.name,
        kind: command.kind,
        secret: secret.as_ref().map(|secret| sha256(secret.as_bytes())),
        redirect_uris: command.redirect_uris,
        may_act: command.may_act,
        account: account.as_ref().map(|account| account.id),
        created_at: ctx.now,
        revoked_at: None,
    };
    app.db
        .write("client.register", async |tx| {
            if let Some(account) = &account {
                register_account::add(&tx, app, &caller, account, NO_PASSWORD).await?;
            }
            oauth::insert_client(&tx, &client).await?;
            let made = account
                .as_ref()
                .map(|account| caller.entry(&account.id, OK));
            let entries: Vec<_> = made
                .into_iter()
                .chain([caller.entry(&client.id, OK)])
                .collect();
            access_log::append_all(&tx, &entries).await
        })
        .await?;
    Ok(RegisteredClient { client, secret })
}

/// Makes a machine with its account, unsaved.
pub(crate) fn new_machine(
    app: &Identity,
    caller: &Caller,
    name: ClientName,
    secret: &str,
) -> Result<(Client, Account), ClientError> {
    let account = account_of(app, caller, &name)?;
    let client = Client {
        id: app.ids.next(),
        name,
        kind: ClientKind::Machine,
        secret: Some(sha256(secret.as_bytes())),
        redirect_uris: Vec::new(),
        may_act: false,
        account: Some(account.id),
        created_at: caller.now,
        revoked_at: None,
    };
    Ok((client, account))
}

fn account_of(app: &Identity, caller: &Caller, name: &ClientName) -> Result<Account, ClientError> {
    let id: AccountId = app.ids.next();
    Ok(Account {
        id,
        username: format!("machine-{}", id.uuid().simple()).parse()?,
        display_name: name.as_str().parse()?,
        status: AccountStatus::Active,
        version: Version::FIRST,
        created_at: caller.now,
    })
}

/// Lists applications, revoked ones too, latest first.
pub(crate) async fn list_clients(
    app: &Identity,
    before: Option<ClientId>,
    limit: u64,
) -> Result<Vec<Client>, StoreError> {
    app.db
        .read("client.list", async |tx| {
            oauth::list_clients(&tx, before, limit).await
        })
        .await
}

/// Gives an application another secret; the one before is good no longer, nor are the tokens that a machine
/// got for it.
pub(crate) async fn renew_client_secret(
    app: &Identity,
    ctx: &Ctx,
    id: ClientId,
) -> Result<String, ClientError> {
    let secret = generate_opaque()?;
    let digest = sha256(secret.as_bytes());
    change(app, ctx, id, Change::Secret(digest)).await?;
    Ok(secret)
}

/// Revokes an application, and ends the sessions that it holds. A machine's account is suspended: nobody
/// signs in to it any more, and its access ends at once.
pub(crate) async fn revoke_client(
    app: &Identity,
    ctx: &Ctx,
    id: ClientId,
) -> Result<(), ClientError> {
    change(app, ctx, id, Change::Revoke).await
}

enum Change {
    Secret([u8; 32]),
    Revoke,
}

async fn change(
    app: &Identity,
    ctx: &Ctx,
    id: ClientId,
    change: Change,
) -> Result<(), ClientError> {
    let caller = Caller::from(ctx);
    app.db
        .write("client.change", async |tx| {
            let changed = match &change {
                Change::Secret(digest) => oauth::save_secret(&tx, id, digest).await?,
                Change::Revoke => {
                    sessions::revoke_of_client(&tx, &id.to_string(), ctx.now).await?;
                    oauth::revoke_client(&tx, id, ctx.now).await?
                }
            };
            if !changed {
                return Err(ClientError::ClientUnknown);
            }
            if let Some(machine) = oauth::find_machine(&tx, id).await? {
                let mut account = accounts::lock_account(&tx, machine).await?;
                let before = account.version;
                account.version = before.next();
                if matches!(change, Change::Revoke) && account.status == AccountStatus::Active {
                    account.status = AccountStatus::Suspended;
                }
                accounts::save_account(&tx, &account, before).await?;
                bus::emit(&tx, vec![events::disconnected(app, &caller, &account)]).await?;
            }
            access_log::append(&tx, &caller.entry(&id, OK)).await?;
            Ok(())
        })
        .await
}
