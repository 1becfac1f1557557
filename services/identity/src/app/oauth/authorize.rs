//! Let an application in (授权登录): a signed-in person's app asks for a code on its behalf.

use std::time::Duration;

use auth::Ctx;
use kernel::ClientId;
use problem::{Category, Fact, Kind};
use store::StoreError;

use crate::app::caller::OK;
use crate::app::{Caller, Identity};
use crate::crypto::{RandomError, generate_opaque, is_challenge, sha256};
use crate::domain::{Client, ClientKind, Scope};
use crate::store::oauth::{self, PendingCode};
use crate::store::{access_log, sessions};

/// How long a code is good.
const CODE_LIFE: Duration = Duration::from_mins(1);

/// What an application asks for (RFC 6749, section 4.1.1; RFC 7636).
pub(crate) struct AuthorizeClient {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) response_type: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: String,
    pub(crate) code_challenge_method: String,
}

/// What the person is sent back with.
pub(crate) enum Decision {
    /// A code.
    Code(String),
    /// The name of an error (RFC 6749, section 4.1.2.1).
    Refused(&'static str),
}

/// Why the person is not sent back at all: nobody knows to whom that would be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthorizeError {
    #[error("no such application")]
    ClientUnknown,
    #[error("not an address of this application")]
    RedirectUnknown,
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for AuthorizeError {
    fn fact(&self) -> Fact {
        match self {
            Self::ClientUnknown => Fact::new(
                Kind::Invalid,
                "client-unknown",
                "没有这个应用",
                "there is no such application",
            )
            .at("/client_id"),
            Self::RedirectUnknown => Fact::new(
                Kind::Invalid,
                "redirect-uri-unknown",
                "回调地址未登记",
                "the redirect address is not one of this application",
            )
            .at("/redirect_uri"),
            Self::Random(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Makes a code for the caller and the application. The administrator who registered it has decided
/// that it may ask; nobody else is asked.
pub(crate) async fn authorize_client(
    app: &Identity,
    ctx: &Ctx,
    command: AuthorizeClient,
) -> Result<Decision, AuthorizeError> {
    let known = match command.client_id.parse::<ClientId>() {
        Ok(id) => oauth::find_client(app.db.reader(), id).await?,
        Err(_) => None,
    };
    let client = known.ok_or(AuthorizeError::ClientUnknown)?;
    let mut uris = client.redirect_uris.iter();
    if !uris.any(|uri| uri.admits(&command.redirect_uri)) {
        return Err(AuthorizeError::RedirectUnknown);
    }
    let scope = match check(&client, &command) {
        Ok(scope) => scope,
        Err(name) => return Ok(Decision::Refused(name)),
    };
    let text = generate_opaque()?;
    let code = PendingCode {
        digest: sha256(text.as_bytes()),
        client: client.id,
        account: ctx.principal.account,
        redirect_uri: command.redirect_uri,
        challenge: command.code_challenge,
        scope: scope.to_text(),
        nonce: command.nonce,
        expires_at: ctx.now.plus(CODE_LIFE),
        session: None,
    };
    let entry = Caller::from(ctx).entry(&client.id, OK);
    let let_in = app
        .db
        .maintain("client.authorize", async |tx| {
            // an application that was let in does not let others in, and a session that ended nobody
            let session = sessions::find_session(&*tx, ctx.principal.session).await?;
            let idle = app.config.session_idle();
            let own = |session: &crate::domain::Session| {
                session.client_id.is_none() && !session.has_ended(ctx.now, idle)
            };
            if !session.as_ref().is_some_and(own) {
                return Ok::<_, StoreError>(false);
            }
            oauth::insert_code(&tx, &code).await?;
            access_log::append(&tx, &entry).await?;
            Ok(true)
        })
        .await?;
    Ok(if let_in {
        Decision::Code(text)
    } else {
        Decision::Refused("access_denied")
    })
}

fn check(client: &Client, command: &AuthorizeClient) -> Result<Scope, &'static str> {
    if client.kind == ClientKind::Machine {
        return Err("unauthorized_client");
    }
    if command.response_type != "code" {
        return Err("unsupported_response_type");
    }
    if command.code_challenge_method != "S256" || !is_challenge(&command.code_challenge) {
        return Err("invalid_request");
    }
    let scope = Scope::parse(&command.scope).filter(|scope| client.may_act || !scope.act);
    scope.ok_or("invalid_scope")
}
