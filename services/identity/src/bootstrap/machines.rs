//! Machine accounts that an installation's operators make before anyone can sign in (机器账号).

use kernel::{AccountId, ClientId, GrantId, IdSourceExt, OrgPath, Role};
use store::Tx;

use super::BootstrapError;
use crate::app::OK;
use crate::app::grant_role::{self, GrantRole, GrantRoleError};
use crate::app::oauth::clients::new_machine;
use crate::app::{Caller, Identity, register_account};
use crate::crypto::{generate_opaque, sha256};
use crate::domain::ClientName;
use crate::events;
use crate::store::{access_log, accounts, oauth};

/// A machine account to be made.
#[derive(Debug, Clone)]
pub struct NewMachine {
    /// Its name, by which it is found again.
    pub name: ClientName,
    /// What it may act as, in the whole city.
    pub role: Role,
}

/// A machine account that was made, or given another secret. The secret is not stored anywhere.
#[derive(Clone)]
pub struct MadeMachine {
    /// Its name.
    pub name: ClientName,
    /// What it may act as.
    pub role: Role,
    /// Its account.
    pub account: AccountId,
    /// OAuth `client_id`.
    pub client: ClientId,
    /// OAuth `client_secret`.
    pub secret: String,
}

/// Makes machine accounts with their grants: all of them or none. With `renew` those that are there get another secret,
/// and their grant where they have lost it.
///
/// # Errors
/// One is there and `renew` is false, a grant is refused, or the store fails.
pub async fn make_machines(
    app: &Identity,
    wanted: &[NewMachine],
    renew: bool,
) -> Result<Vec<MadeMachine>, BootstrapError> {
    let caller = Caller::system("make_machine", app.clock.now());
    let mut secrets = Vec::with_capacity(wanted.len());
    for _ in wanted {
        let secret = generate_opaque().map_err(|error| BootstrapError::Hash(error.to_string()))?;
        secrets.push(secret);
    }
    app.db
        .write("machine.bootstrap", async |tx| {
            let mut made = Vec::with_capacity(wanted.len());
            for (new, secret) in wanted.iter().zip(&secrets) {
                let known = oauth::find_machine_named(&tx, &new.name).await?;
                let (client, account) = match known {
                    None => insert(&tx, app, &caller, new, secret).await?,
                    Some(known) if renew => give(&tx, app, &caller, known, secret).await?,
                    Some(_) => return Err(BootstrapError::MachineExists(new.name.clone())),
                };
                grant(&tx, app, &caller, account, new.role).await?;
                made.push(MadeMachine {
                    name: new.name.clone(),
                    role: new.role,
                    account,
                    client,
                    secret: secret.clone(),
                });
            }
            Ok(made)
        })
        .await
}

async fn insert(
    tx: &Tx,
    app: &Identity,
    caller: &Caller,
    new: &NewMachine,
    secret: &str,
) -> Result<(ClientId, AccountId), BootstrapError> {
    let (client, account) = new_machine(app, caller, new.name.clone(), secret)
        .map_err(|error| BootstrapError::Grant(error.to_string()))?;
    register_account::add(tx, app, caller, &account, "").await?;
    oauth::insert_client(tx, &client).await?;
    let entries = [caller.entry(&account.id, OK), caller.entry(&client.id, OK)];
    access_log::append_all(tx, &entries).await?;
    Ok((client.id, account.id))
}

/// Gives a machine another secret; tokens that it got for the one before are good no longer.
async fn give(
    tx: &Tx,
    app: &Identity,
    caller: &Caller,
    (client, account): (ClientId, AccountId),
    secret: &str,
) -> Result<(ClientId, AccountId), BootstrapError> {
    oauth::save_secret(tx, client, &sha256(secret.as_bytes())).await?;
    let mut holder = accounts::lock_account(tx, account).await?;
    let before = holder.version;
    holder.version = before.next();
    accounts::save_account(tx, &holder, before).await?;
    bus::emit(tx, vec![events::disconnected(app, caller, &holder)]).await?;
    access_log::append(tx, &caller.entry(&client, OK)).await?;
    Ok((client, account))
}

async fn grant(
    tx: &Tx,
    app: &Identity,
    caller: &Caller,
    account: AccountId,
    role: Role,
) -> Result<(), BootstrapError> {
    let mut holder = accounts::lock_account(tx, account).await?;
    let before = holder.version;
    let id: GrantId = app.ids.next();
    let command = GrantRole {
        account,
        role,
        path: OrgPath::root(),
        categories: Vec::new(),
        valid_from: None,
        valid_until: None,
    };
    match grant_role::add(tx, app, caller, &mut holder, id, &command).await {
        Ok(()) => {}
        Err(GrantRoleError::AlreadyHeld) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    accounts::save_account(tx, &holder, before).await?;
    access_log::append(tx, &caller.entry(&id, OK)).await?;
    Ok(())
}
