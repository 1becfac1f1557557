//! The two tokens that a session gives its holder.

use std::time::Duration;

use auth::{Grant, Principal, TokenClaims};
use kernel::{Timestamp, Version};

use crate::app::Identity;
use crate::crypto::{RefreshToken, SigningError};
use crate::domain::{HeldGrant, Scope, Session, is_administrator};

/// What a caller gets when a session begins or goes on.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: RefreshToken,
    pub(crate) expires_in: Duration,
    /// What an application was let be told and do; nothing for our own apps, which may do everything.
    pub(crate) scope: Scope,
    /// From then on the account signs in with a second factor only.
    pub(crate) second_factor_from: Option<Timestamp>,
}

/// Signs an access token with the grants that count now. The account's version must have been read before
/// them: what ends access counts it up.
pub(super) fn issue(
    app: &Identity,
    session: &Session,
    held: &[HeldGrant],
    refresh: RefreshToken,
    (version, now): (Version, Timestamp),
) -> Result<Tokens, SigningError> {
    let (mut grants, expires_at) = counting(held, now);
    if session.client_id.is_some() {
        // the system administrator registers applications, and must not become another one by them
        grants.retain(|grant| !is_administrator(grant.role));
    }
    let principal = Principal {
        account: session.account,
        session: session.id,
        grants,
    };
    let mut claims = TokenClaims::new(principal, now, expires_at).of_version(version);
    if !session.acts() {
        claims = claims.telling_only();
    }
    Ok(Tokens {
        access: app.signer.sign(&claims, now)?,
        refresh,
        expires_in: expires_at.duration_since(now),
        scope: session.scope,
        second_factor_from: None,
    })
}

/// The grants that count now, and when a token that carries them must end.
pub(super) fn counting(held: &[HeldGrant], now: Timestamp) -> (Vec<Grant>, Timestamp) {
    let mut expires_at = now.plus(TokenClaims::LIFETIME);
    let mut grants = Vec::new();
    for grant in held.iter().filter(|grant| grant.counts(now)) {
        if let Some(until) = grant.period.until {
            expires_at = expires_at.min(until);
        }
        grants.push(Grant {
            role: grant.role,
            path: grant.path.clone(),
            categories: grant.categories.clone(),
        });
    }
    (grants, expires_at)
}
