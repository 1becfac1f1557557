//! What an access token says.

use std::time::Duration;

use kernel::{AccountId, SessionId, Timestamp, Version};
use serde::{Deserialize, Serialize};

use crate::{Grant, Principal};

/// Claims of an access token; identity signs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenClaims {
    /// Who made the token.
    pub iss: String,
    /// Whom it is meant for.
    pub aud: String,
    /// The account.
    pub sub: AccountId,
    /// The session.
    pub sid: SessionId,
    /// When it was made, seconds since 1970.
    pub iat: i64,
    /// When it ends, seconds since 1970.
    pub exp: i64,
    /// Version of the account when it was made: once the account's access ended by a later one, the
    /// token is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ver: Option<Version>,
    /// What the account may act as, and where.
    #[serde(default)]
    pub grants: Vec<Grant>,
}

impl TokenClaims {
    /// The only issuer.
    pub const ISSUER: &'static str = "linli";
    /// Audience of those that open every operation which their grants open.
    pub const AUDIENCE: &'static str = "linli";
    /// Audience of those by which an application learns who the person is, and does nothing more.
    pub const TELLING_AUDIENCE: &'static str = "linli-userinfo";
    /// Longest life of an access token.
    pub const LIFETIME: Duration = Duration::from_mins(10);

    /// Makes the claims of a principal.
    #[must_use]
    pub fn new(principal: Principal, issued_at: Timestamp, expires_at: Timestamp) -> Self {
        Self {
            iss: Self::ISSUER.to_owned(),
            aud: Self::AUDIENCE.to_owned(),
            sub: principal.account,
            sid: principal.session,
            iat: issued_at.seconds(),
            exp: expires_at.seconds(),
            ver: None,
            grants: principal.grants,
        }
    }

    /// Says which version of the account they are of.
    #[must_use]
    pub fn of_version(self, version: Version) -> Self {
        Self {
            ver: Some(version),
            ..self
        }
    }

    /// Makes them good for nothing but to learn who the person is.
    #[must_use]
    pub fn telling_only(self) -> Self {
        Self {
            aud: Self::TELLING_AUDIENCE.to_owned(),
            grants: Vec::new(),
            ..self
        }
    }

    /// Returns the principal that the claims name.
    #[must_use]
    pub fn into_principal(self) -> Principal {
        Principal {
            account: self.sub,
            session: self.sid,
            grants: self.grants,
        }
    }
}
