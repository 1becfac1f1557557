//! Tokens for an application (换取令牌): for a code, for a refresh token, or for its own secret.

use auth::{Principal, TokenClaims};
use kernel::{AccountId, ClientId, IdSourceExt, SessionId, Timestamp};
use serde::Serialize;
use store::{StoreError, Tx};

use super::OAuthError;
use crate::app::begin_session::{Opening, Shown};
use crate::app::caller::OK;
use crate::app::refresh_session::refresh_session;
use crate::app::{Caller, Identity, tokens};
use crate::crypto::{answers_challenge, sha256};
use crate::domain::{Account, Client, ClientKind, Scope, SignInMethod};
use crate::store::oauth::{self, PendingCode};
use crate::store::{access_log, accounts, grants, sessions};

/// What is handed in.
pub(crate) enum TokenRequest {
    /// A code, with what shows that it comes from who asked for it.
    Code {
        code: String,
        redirect_uri: String,
        verifier: String,
    },
    /// A refresh token.
    Refresh(String),
    /// Nothing but the machine's secret.
    ClientCredentials,
}

/// What is given out.
pub(crate) struct Granted {
    pub(crate) access: String,
    pub(crate) expires_in: u64,
    pub(crate) refresh: Option<String>,
    pub(crate) id_token: Option<String>,
    pub(crate) scope: String,
}

/// A signed statement of who the person is, for one application (OpenID Connect Core, section 2). Its
/// audience keeps it from being an access token.
#[derive(Serialize)]
struct IdToken<'a> {
    iss: &'a str,
    sub: AccountId,
    aud: ClientId,
    sid: SessionId,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
}

/// Gives an authenticated application its tokens.
pub(crate) async fn exchange_token(
    app: &Identity,
    caller: &Caller,
    client: &Client,
    issuer: &str,
    request: TokenRequest,
) -> Result<Granted, OAuthError> {
    match request {
        TokenRequest::Code {
            code,
            redirect_uri,
            verifier,
        } => {
            let digest = sha256(code.as_bytes());
            let fits = |code: &PendingCode| {
                code.client == client.id
                    && code.redirect_uri == redirect_uri
                    && answers_challenge(&verifier, &code.challenge)
            };
            for_code(app, caller, (client, issuer), &digest, fits).await
        }
        TokenRequest::Refresh(token) => {
            let id = client.id.to_string();
            let tokens = refresh_session(app, caller, &token, Some(&id)).await?;
            Ok(Granted {
                access: tokens.access,
                expires_in: tokens.expires_in.as_secs(),
                refresh: Some(tokens.refresh.to_text()),
                id_token: None,
                scope: tokens.scope.to_text(),
            })
        }
        TokenRequest::ClientCredentials => for_machine(app, caller, client).await,
    }
}

async fn for_code(
    app: &Identity,
    caller: &Caller,
    (client, issuer): (&Client, &str),
    digest: &[u8; 32],
    fits: impl Fn(&PendingCode) -> bool + Sync,
) -> Result<Granted, OAuthError> {
    let opening = Opening::prepare(app, SignInMethod::Application, Some(client.id))?;
    let id = opening.id;
    let used = app
        .db
        .maintain("client.exchange", async |tx| {
            if !oauth::is_unchanged(&tx, client).await? {
                return Ok(None);
            }
            let Some(code) = oauth::find_code(&tx, digest).await? else {
                return Ok(None);
            };
            if let Some(session) = code.session {
                end_reused(&tx, caller, session).await?;
                return Ok(None);
            }
            if caller.now >= code.expires_at || !fits(&code) {
                return Ok(None);
            }
            if !oauth::use_code(&tx, digest, id).await? {
                // another request has just used it: one of the two is a thief's
                let again = oauth::find_code(&tx, digest).await?;
                if let Some(session) = again.and_then(|code| code.session) {
                    end_reused(&tx, caller, session).await?;
                }
                return Ok(None);
            }
            let shown = Shown::otherwise(code.account);
            let scope = Scope::parse(&code.scope).unwrap_or_default();
            let Some(opened) = opening.open(&tx, app, caller, shown, scope).await? else {
                return Ok(None);
            };
            access_log::append(&tx, &opening.entry(caller, code.account)).await?;
            Ok::<_, StoreError>(Some((code, opened)))
        })
        .await?;
    let (code, opened) = used.ok_or(OAuthError::InvalidGrant)?;
    let account = &opened.account;
    let tokens = opening.tokens(app, caller, &opened)?;
    let scope = tokens.scope;
    let id_token = if scope.openid {
        Some(statement(
            app,
            issuer,
            (&code, scope),
            account,
            id,
            caller.now,
        )?)
    } else {
        None
    };
    Ok(Granted {
        access: tokens.access,
        expires_in: tokens.expires_in.as_secs(),
        refresh: scope.offline_access.then(|| tokens.refresh.to_text()),
        id_token,
        scope: scope.to_text(),
    })
}

/// A code that comes twice was stolen, before or after its use: what it gave out ends.
async fn end_reused(tx: &Tx, caller: &Caller, session: SessionId) -> Result<(), StoreError> {
    tracing::warn!(session.id = %session, "authorization code reused, session ended");
    sessions::revoke_session(tx, session, caller.now).await?;
    access_log::append(tx, &caller.entry(&session, "code-reused")).await
}

fn statement(
    app: &Identity,
    issuer: &str,
    (code, scope): (&PendingCode, Scope),
    account: &Account,
    session: SessionId,
    now: Timestamp,
) -> Result<String, OAuthError> {
    let profile = scope.profile;
    let claims = IdToken {
        iss: issuer,
        sub: account.id,
        aud: code.client,
        sid: session,
        iat: now.seconds(),
        exp: now.plus(TokenClaims::LIFETIME).seconds(),
        nonce: code.nonce.as_deref(),
        name: profile.then(|| account.display_name.as_str()),
        preferred_username: profile.then(|| account.username.as_str()),
    };
    Ok(app.signer.sign(&claims, now)?)
}

async fn for_machine(
    app: &Identity,
    caller: &Caller,
    client: &Client,
) -> Result<Granted, OAuthError> {
    let (ClientKind::Machine, Some(account)) = (client.kind, client.account) else {
        return Err(OAuthError::UnauthorizedClient);
    };
    let entry = caller.acting(account).entry(&client.id, OK);
    let held = app
        .db
        .maintain("client.token", async |tx| {
            if !oauth::is_unchanged(&tx, client).await? {
                return Ok(None);
            }
            let Some(known) = accounts::lock_active(&tx, account).await? else {
                return Ok(None);
            };
            let held = grants::list_held(&*tx, &[account], caller.now).await?;
            access_log::append(&tx, &entry).await?;
            Ok::<_, StoreError>(Some((known.version, held)))
        })
        .await?;
    let (version, held) = held.ok_or(OAuthError::InvalidClient)?;
    let (grants, expires_at) = tokens::counting(&held, caller.now);
    let principal = Principal {
        account,
        // of no session: there is nothing to refresh or to end
        session: app.ids.next(),
        grants,
    };
    let claims = TokenClaims::new(principal, caller.now, expires_at).of_version(version);
    Ok(Granted {
        access: app.signer.sign(&claims, caller.now)?,
        expires_in: expires_at.duration_since(caller.now).as_secs(),
        refresh: None,
        id_token: None,
        scope: String::new(),
    })
}
