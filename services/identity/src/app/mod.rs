//! Use-cases: what can be done, one verb per file. The transaction boundary.
#![warn(clippy::future_not_send)]

mod attempts;
mod authority;
pub(crate) mod begin_session;
mod caller;
pub(crate) mod certify_grant;
pub(crate) mod change_password;
mod close_account;
pub(crate) mod close_session;
pub(crate) mod deliver_messages;
pub(crate) mod enrol_at_sign_in;
pub(crate) mod enrol_second_factor;
pub(crate) mod exclude_account;
pub(crate) mod explain_permission;
pub(crate) mod export_my_data;
pub(crate) mod find_contacts;
mod follow_moves;
mod forget_contacts;
pub(crate) mod grant_role;
pub(crate) mod guardianships;
mod keys;
pub(crate) mod list_access_log;
pub(crate) mod list_accounts;
pub(crate) mod list_certifications;
pub(crate) mod list_exclusions;
pub(crate) mod my_contacts;
pub(crate) mod my_sessions;
pub(crate) mod oauth;
pub(crate) mod open_phone_session;
pub(crate) mod open_session;
pub(crate) mod pass_second_factor;
pub(crate) mod privacy_requests;
mod prove_password;
pub(crate) mod publish_notice;
pub(crate) mod readmit_account;
pub(crate) mod refresh_session;
pub(crate) mod register_account;
pub(crate) mod register_contact;
pub(crate) mod remove_second_factor;
pub(crate) mod renew_recovery_codes;
pub(crate) mod request_phone_code;
pub(crate) mod reveal_contact;
pub(crate) mod review_grants;
pub(crate) mod revoke_grant;
pub(crate) mod rotate_keys;
pub(crate) mod set_account_status;
pub(crate) mod set_consent;
pub(crate) mod show_account;
pub(crate) mod show_second_factor;
mod spend_code;
mod tokens;
pub(crate) mod vault;
pub(crate) mod verify_access_log;

use std::sync::Arc;

use auth::KeyRing;
use chassis::{Deps, StartError};
use kernel::{Clock, IdSource, Timestamp};
use store::Database;

use crate::config::IdentityConfig;
use crate::crypto::{Passwords, SealRing, Signer};
use crate::sender::MessageSender;

pub(crate) use attempts::{AttemptError, Proof, seconds};
pub(crate) use caller::{Caller, OK};
pub(crate) use show_account::AccountFacts;
pub(crate) use tokens::Tokens;

/// The service's state: shared by all use-cases.
pub struct Identity {
    pub(crate) db: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) passwords: Passwords,
    pub(crate) signer: Signer,
    pub(crate) ring: Arc<KeyRing>,
    /// When the signing keys were read last; whoever reads them holds it.
    pub(crate) loading: tokio::sync::Mutex<Option<Timestamp>>,
    pub(crate) seals: SealRing,
    pub(crate) sender: Option<Box<dyn MessageSender>>,
    pub(crate) config: IdentityConfig,
}

impl Identity {
    /// Reads the configuration and the sealing keys.
    ///
    /// # Errors
    /// The configuration is wrong, or a key cannot be read or made.
    pub fn new(deps: &Deps) -> Result<Self, StartError> {
        let config: IdentityConfig = deps.section("identity")?;
        config.validate()?;
        let broken = |error: &dyn std::error::Error| StartError::Other(chain(error));
        Ok(Self {
            db: deps.db.clone(),
            clock: Arc::clone(&deps.clock),
            ids: Arc::clone(&deps.ids),
            passwords: Passwords::new().map_err(|error| broken(&error))?,
            signer: Signer::default(),
            ring: Arc::clone(&deps.keys),
            loading: tokio::sync::Mutex::default(),
            seals: config
                .seal_ring(&deps.data_dir)
                .map_err(|error| broken(&error))?,
            sender: config.phone.sender()?,
            config,
        })
    }
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}
