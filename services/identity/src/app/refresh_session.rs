//! Go on with a session (刷新会话): one refresh token for the next.

use kernel::{AccountId, Timestamp, Version};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::{Caller, Identity, Tokens, tokens};
use crate::crypto::{RandomError, RefreshToken, SigningError};
use crate::domain::{AccountStatus, Demand, HeldGrant, Presented, Session, Verdict};
use crate::store::{access_log, accounts, grants, second_factors, sessions};

/// Why a session does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshSessionError {
    /// Unknown, used before, or of a session that has ended: the answer does not tell which.
    #[error("refresh token is not good")]
    TokenInvalid,
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RefreshSessionError {
    fn fact(&self) -> Fact {
        match self {
            Self::TokenInvalid => Fact::new(
                Kind::Unauthenticated,
                "refresh-token-invalid",
                "会话已失效，请重新登录",
                "the session has ended; sign in again",
            ),
            Self::Random(_) | Self::Signing(_) => Fact::internal(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// A session that goes on.
struct Renewed {
    session: Session,
    refresh: RefreshToken,
    held: Vec<HeldGrant>,
    /// Of the account, read before its grants.
    version: Version,
}

/// Takes a refresh token back and gives out the next pair; `client` is the application that asks, none
/// for our own.
pub(crate) async fn refresh_session(
    app: &Identity,
    caller: &Caller,
    text: &str,
    client: Option<&str>,
) -> Result<Tokens, RefreshSessionError> {
    let Some(token) = RefreshToken::parse(text) else {
        return Err(RefreshSessionError::TokenInvalid);
    };
    let next = RefreshToken::generate(token.session)?;
    let renewed = match renew(app, caller, &token, &next, client).await {
        // another tab rotated it just now: look again and get its successor
        Err(StoreError::Stale) => renew(app, caller, &token, &next, client).await?,
        renewed => renewed?,
    };
    let Some(renewed) = renewed else {
        return Err(RefreshSessionError::TokenInvalid);
    };
    let Renewed {
        session,
        refresh,
        held,
        version,
    } = renewed;
    let of = (version, caller.now);
    Ok(tokens::issue(app, &session, &held, refresh, of)?)
}

/// `None` means refused; what that changes (a session ended by a reused token) is committed.
///
/// It is read and judged beside the one statement that rotates, whose generation tells whether that
/// still holds. Access that ends in between is refused by the version that the new tokens say.
async fn renew(
    app: &Identity,
    caller: &Caller,
    token: &RefreshToken,
    next: &RefreshToken,
    client: Option<&str>,
) -> Result<Option<Renewed>, StoreError> {
    let (db, now) = (app.db.reader(), caller.now);
    let Some(mut session) = sessions::find_session(db, token.session).await? else {
        return Ok(None);
    };
    // what an application holds is good in its hands only
    if session.client_id.as_deref() != client {
        return Ok(None);
    }
    let presented = Presented {
        digest: token.digest(),
        at: now,
    };
    let verdict = session.judge(&presented, app.config.session_idle());
    if matches!(verdict, Verdict::Reused) {
        end_reused(app, caller, token).await?;
        return Ok(None);
    }
    let account = accounts::find_account(db, session.account).await?;
    let Some(account) = account.filter(|found| found.status == AccountStatus::Active) else {
        return Ok(None);
    };
    let held = grants::list_held(db, &[session.account], now).await?;
    if lacks_second_factor(app, session.account, &held, now).await? {
        return Ok(None);
    }
    let refresh = match verdict {
        Verdict::Rotate => {
            let before = session.generation;
            session.rotate(next.digest(), token.seal(next), now);
            sessions::rotate_session(&app.db, &session, before).await?;
            next.clone()
        }
        Verdict::Repeat(sealed) => token.open(&sealed),
        Verdict::Reused | Verdict::Ended => return Ok(None),
    };
    Ok(Some(Renewed {
        session,
        refresh,
        held,
        version: account.version,
    }))
}

/// Time to put it off has run out: the holder has to sign in anew, and sets it up there.
async fn lacks_second_factor(
    app: &Identity,
    account: AccountId,
    held: &[HeldGrant],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let policy = app.config.second_factor_policy();
    if policy.demand(held, false, now) != Demand::Enrolment {
        return Ok(false);
    }
    let factor = second_factors::find(app.db.reader(), account).await?;
    Ok(factor.is_none_or(|factor| factor.sealed_secret.is_none()))
}

async fn end_reused(
    app: &Identity,
    caller: &Caller,
    token: &RefreshToken,
) -> Result<(), StoreError> {
    tracing::warn!(session.id = %token.session, "refresh token reused, session ended");
    app.db
        .maintain("session.reused", async |tx| {
            sessions::revoke_session(&tx, token.session, caller.now).await?;
            access_log::append(&tx, &caller.entry(&token.session, "refresh-token-reused")).await
        })
        .await
}
