//! Close an account for good (注销): delete what is personal, keep what the law keeps.
//!
//! What stays is stored and used for nothing else: the access log, consents, requests, exclusions and
//! who saw which contact, all by ids that no longer lead to a person.

use kernel::{AccountId, TypedId};
use store::{StoreError, Tx};

use super::{Caller, Identity};
use crate::domain::{Account, AccountStatus, GuardianshipStep};
use crate::events;
use crate::store::{
    accounts, contacts, grants, guardianships, phones, second_factors, sessions, short_messages,
};

/// Name of whoever has left.
const NAME: &str = "已注销用户";

/// Closes an account; each of its grants ends with an event. Sign-ins and whatever the holder writes wait
/// for it, and find the account closed.
pub(super) async fn close(
    tx: &Tx,
    app: &Identity,
    caller: &Caller,
    id: AccountId,
    locked: &str,
) -> Result<(), StoreError> {
    let mut account = accounts::lock_account(tx, id).await?;
    for grant in grants::list_unended(tx, id).await? {
        let before = account.version;
        account.version = before.next();
        accounts::save_account(tx, &account, before).await?;
        grants::revoke_grant(tx, &grant, caller.account, caller.now).await?;
        let event = events::revoked(app, caller, &account, &grant);
        bus::emit(tx, vec![event]).await?;
    }
    sessions::revoke_sessions(tx, id, None, caller.now).await?;
    second_factors::remove(tx, id).await?;
    phones::forget_logins(tx, id).await?;
    contacts::delete_of(tx, id).await?;
    short_messages::delete_of(tx, id).await?;
    let mut bonds = guardianships::list_of_guardian(tx, id).await?;
    bonds.extend(guardianships::list_of_minor(tx, id).await?);
    for mut bond in bonds {
        let before = bond.version;
        if bond.step(GuardianshipStep::End).is_ok() {
            guardianships::save(tx, &bond, before, None).await?;
        }
    }
    let before = account.version;
    let closed = Account {
        username: format!("closed-{}", id.uuid().simple()).parse().map_err(
            |error: crate::domain::UsernameError| StoreError::Corrupt(error.to_string()),
        )?,
        display_name: NAME
            .parse()
            .map_err(|error: kernel::TextError| StoreError::Corrupt(error.to_string()))?,
        status: AccountStatus::Closed,
        version: before.next(),
        ..account
    };
    accounts::close_account(tx, &closed, locked, before).await?;
    bus::emit(tx, vec![events::disconnected(app, caller, &closed)]).await
}
