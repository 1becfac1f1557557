//! OAuth 2.1 and OpenID Connect: applications that people let in, and machines.

pub(crate) mod authorize;
pub(crate) mod clients;
pub(crate) mod exchange;
pub(crate) mod tokens;

use kernel::ClientId;
use problem::{Category, Fact};
use store::StoreError;

use super::refresh_session::RefreshSessionError;
use super::{AttemptError, Caller, Identity, Proof};
use crate::crypto::{RandomError, SigningError, equal, sha256};
use crate::domain::{Client, ClientKind};
use crate::store::oauth;

/// Why an application gets no answer (RFC 6749, section 5.2).
#[derive(Debug, thiserror::Error)]
pub(crate) enum OAuthError {
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// Unknown, revoked, or without its secret: the answer does not tell which.
    #[error("the application has not shown who it is")]
    InvalidClient,
    #[error("the code or token is not good")]
    InvalidGrant,
    #[error("this kind of application may not ask for that")]
    UnauthorizedClient,
    #[error("unknown grant type")]
    UnsupportedGrantType,
    #[error(transparent)]
    Attempt(#[from] AttemptError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Refresh(RefreshSessionError),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OAuthError {
    /// Returns the error's name in the standard; none for what is no refusal of the standard's.
    pub(crate) fn name(&self) -> Option<&'static str> {
        match self {
            Self::InvalidRequest(_) => Some("invalid_request"),
            Self::InvalidClient => Some("invalid_client"),
            Self::InvalidGrant => Some("invalid_grant"),
            Self::UnauthorizedClient => Some("unauthorized_client"),
            Self::UnsupportedGrantType => Some("unsupported_grant_type"),
            Self::Attempt(_)
            | Self::Random(_)
            | Self::Refresh(_)
            | Self::Signing(_)
            | Self::Store(_) => None,
        }
    }
}

impl From<RefreshSessionError> for OAuthError {
    fn from(error: RefreshSessionError) -> Self {
        match error {
            RefreshSessionError::TokenInvalid => Self::InvalidGrant,
            error => Self::Refresh(error),
        }
    }
}

impl Category for OAuthError {
    fn fact(&self) -> Fact {
        match self {
            Self::Attempt(error) => error.fact(),
            Self::Random(error) => error.fact(),
            Self::Refresh(error) => error.fact(),
            Self::Signing(error) => error.fact(),
            Self::Store(error) => error.fact(),
            // answered in the words of the standard before it comes to this
            Self::InvalidRequest(_)
            | Self::InvalidClient
            | Self::InvalidGrant
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType => Fact::internal(),
        }
    }
}

/// An application as it presents itself.
pub(crate) struct Presented {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
}

/// Finds the application and checks its secret; a public one has none, and must not send any.
pub(crate) async fn authenticate(
    app: &Identity,
    caller: &Caller,
    presented: &Presented,
) -> Result<Client, OAuthError> {
    let (proof, source, now) = (Proof::Secret, caller.source, caller.now);
    app.check_attempt(proof, source, now).await?;
    let known = match presented.id.parse::<ClientId>() {
        Ok(id) => oauth::find_client(app.db.reader(), id).await?,
        Err(_) => None,
    };
    let shown = presented
        .secret
        .as_deref()
        .map(|secret| sha256(secret.as_bytes()));
    let client = known.filter(|client| match (client.kind, client.secret, shown) {
        (ClientKind::Public, _, shown) => shown.is_none(),
        (_, Some(secret), Some(shown)) => equal(&secret, &shown),
        _ => false,
    });
    let Some(client) = client else {
        app.count_failure(proof, source, now).await?;
        return Err(OAuthError::InvalidClient);
    };
    Ok(client)
}
