//! One's own sessions: see them, end one, sign out everywhere (我的会话、全部退出).

use auth::Ctx;
use kernel::{AccountId, SessionId};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::Session;
use crate::events;
use crate::store::sessions::OpenSessions;
use crate::store::{access_log, accounts, sessions};

/// Why a session, or all of an account, does not end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndSessionsError {
    /// Unknown, or another account's.
    #[error("no such session")]
    SessionUnknown,
    #[error("no such account")]
    AccountUnknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for EndSessionsError {
    fn fact(&self) -> Fact {
        match self {
            Self::SessionUnknown => Fact::new(
                Kind::NotFound,
                "session-not-found",
                "没有这个会话",
                "there is no such session",
            ),
            Self::AccountUnknown => Fact::new(
                Kind::NotFound,
                "account-not-found",
                "没有这个账号",
                "there is no such account",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists the caller's sessions that have not ended, latest first.
pub(crate) async fn list_sessions(
    app: &Identity,
    ctx: &Ctx,
    before: Option<SessionId>,
    limit: u64,
) -> Result<Vec<Session>, StoreError> {
    let which = OpenSessions {
        account: ctx.principal.account,
        before,
        used_after: ctx.now.minus(app.config.session_idle()),
        now: ctx.now,
        limit,
    };
    app.db
        .read("session.list", async |tx| {
            sessions::list_open(&tx, &which).await
        })
        .await
}

/// Ends one of the caller's sessions; ending it twice changes nothing.
pub(crate) async fn revoke_session(
    app: &Identity,
    ctx: &Ctx,
    id: SessionId,
) -> Result<(), EndSessionsError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    app.db
        .maintain("session.revoke", async |tx| {
            let known = sessions::find_session(&*tx, id).await?;
            if known.is_none_or(|session| session.account != ctx.principal.account) {
                return Err(EndSessionsError::SessionUnknown);
            }
            sessions::revoke_session(&tx, id, ctx.now).await?;
            access_log::append(&tx, &entry).await?;
            Ok(())
        })
        .await
}

/// Ends all sessions of the caller, this one too, and the access tokens with them.
pub(crate) async fn close_sessions(app: &Identity, ctx: &Ctx) -> Result<(), EndSessionsError> {
    end_all(app, ctx, ctx.principal.account).await
}

/// Ends all sessions of an account, for the security administrator.
pub(crate) async fn revoke_sessions(
    app: &Identity,
    ctx: &Ctx,
    account: AccountId,
) -> Result<(), EndSessionsError> {
    end_all(app, ctx, account).await
}

async fn end_all(app: &Identity, ctx: &Ctx, id: AccountId) -> Result<(), EndSessionsError> {
    let caller = Caller::from(ctx);
    app.db
        .write("session.revoke_all", async |tx| {
            let Some(account) = accounts::count_up(&tx, id).await? else {
                return Err(EndSessionsError::AccountUnknown);
            };
            sessions::revoke_sessions(&tx, id, None, ctx.now).await?;
            bus::emit(&tx, vec![events::disconnected(app, &caller, &account)]).await?;
            access_log::append(&tx, &caller.entry(&id, OK)).await?;
            Ok(())
        })
        .await
}
