use auth::Ctx;
use kernel::MessageId;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::App;
use crate::store::messages;

/// Why a message is not marked as read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadMessageError {
    /// The caller has no such message; another account's counts as none.
    #[error("no such message")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ReadMessageError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "message-not-found",
                "没有这条消息",
                "there is no such message",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Marks one of the caller's messages as read; marking it again changes nothing.
pub(crate) async fn read_message(
    app: &App,
    ctx: &Ctx,
    id: MessageId,
) -> Result<(), ReadMessageError> {
    let (account, now) = (ctx.principal.account, ctx.now);
    let found = app
        .db
        .maintain("message.read", |tx| async move {
            messages::mark_read(&tx, account, id, now).await
        })
        .await?;
    if found {
        Ok(())
    } else {
        Err(ReadMessageError::NotFound)
    }
}
