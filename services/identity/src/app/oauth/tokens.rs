//! What becomes of tokens: asked about (RFC 7662), given back (RFC 7009).

use auth::TokenClaims;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::AccountId;
use store::{StoreError, Tx};

use super::OAuthError;
use crate::app::caller::OK;
use crate::app::{Caller, Identity};
use crate::crypto::RefreshToken;
use crate::domain::{AccountStatus, Client, ClientKind, Session};
use crate::store::{access_log, accounts, sessions};

/// What is said of a token that is good.
pub(crate) struct ActiveToken {
    pub(crate) account: AccountId,
    /// Seconds since 1970.
    pub(crate) expires: i64,
    /// What the application that holds it was let; empty for our own apps and for machines.
    pub(crate) scope: String,
    /// The application that holds it.
    pub(crate) client_id: Option<String>,
    pub(crate) is_refresh: bool,
}

/// Tells an application that keeps a secret whether a token is good; of refresh tokens only its own.
pub(crate) async fn introspect_token(
    app: &Identity,
    caller: &Caller,
    client: &Client,
    token: &str,
) -> Result<Option<ActiveToken>, OAuthError> {
    if client.kind == ClientKind::Public {
        return Err(OAuthError::UnauthorizedClient);
    }
    let own = client.id.to_string();
    let idle = app.config.session_idle();
    let found = app
        .db
        .read("client.introspect", async |tx| {
            if let Some(claims) = claims_of(app, caller, token) {
                let session = sessions::find_session(&*tx, claims.sid).await?;
                let holder = accounts::find_account(&*tx, claims.sub).await?;
                let usable = holder.is_some_and(|held| held.status == AccountStatus::Active);
                let ended = !usable
                    || session
                        .as_ref()
                        .is_some_and(|session| session.has_ended(caller.now, idle));
                return Ok::<_, StoreError>((!ended).then(|| ActiveToken {
                    account: claims.sub,
                    expires: claims.exp,
                    scope: scope_of(session.as_ref()),
                    client_id: session.and_then(|session| session.client_id),
                    is_refresh: false,
                }));
            }
            let session = session_of(&tx, token).await?.filter(|session| {
                session.client_id.as_ref() == Some(&own) && !session.has_ended(caller.now, idle)
            });
            Ok(session.map(|session| ActiveToken {
                scope: session.scope.to_text(),
                account: session.account,
                expires: session
                    .expires_at
                    .min(session.rotated_at.plus(idle))
                    .seconds(),
                client_id: session.client_id,
                is_refresh: true,
            }))
        })
        .await?;
    Ok(found)
}

fn scope_of(session: Option<&Session>) -> String {
    session.map_or_else(String::new, |session| session.scope.to_text())
}

/// Ends the session of a token that the application holds. Whatever else is handed in changes nothing.
pub(crate) async fn revoke_token(
    app: &Identity,
    caller: &Caller,
    client: &Client,
    token: &str,
) -> Result<(), OAuthError> {
    let own = client.id.to_string();
    app.db
        .maintain("client.revoke", async |tx| {
            let session = match claims_of(app, caller, token) {
                Some(claims) => sessions::find_session(&*tx, claims.sid).await?,
                None => session_of(&tx, token).await?,
            };
            if let Some(session) =
                session.filter(|session| session.client_id.as_ref() == Some(&own))
            {
                sessions::revoke_session(&tx, session.id, caller.now).await?;
                let entry = caller.acting(session.account).entry(&session.id, OK);
                access_log::append(&tx, &entry).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}

/// Claims of an access token that verifies now.
fn claims_of(app: &Identity, caller: &Caller, token: &str) -> Option<TokenClaims> {
    app.ring.verify_telling(token, caller.now).ok()?;
    // signature and form are right: what is left is to read it
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// The session whose refresh token this is.
async fn session_of(tx: &Tx, token: &str) -> Result<Option<Session>, StoreError> {
    let Some(token) = RefreshToken::parse(token) else {
        return Ok(None);
    };
    let session = sessions::find_session(tx, token.session).await?;
    Ok(session.filter(|session| session.current == token.digest()))
}
