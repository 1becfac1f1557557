use auth::Ctx;
use kernel::MessageId;
use problem::{Category, Kind, Message as Text};
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
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::NotFound => "message-not-found",
            Self::Store(error) => error.slug(),
        }
    }

    fn detail(&self) -> Text {
        match self {
            Self::NotFound => Text::new("没有这条消息", "there is no such message"),
            Self::Store(error) => error.detail(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::NotFound => None,
            Self::Store(error) => error.retry_after(),
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
