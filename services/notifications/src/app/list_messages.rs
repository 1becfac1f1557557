use auth::Ctx;
use chassis::http::{Limit, Page};
use kernel::{Cursor, CursorError, MessageId};
use problem::{Category, Fact};
use store::StoreError;

use super::App;
use crate::domain::message::Message;
use crate::store::messages;

/// Which messages to list.
#[derive(Debug)]
pub(crate) struct ListMessages {
    pub(crate) unread_only: bool,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Limit,
}

/// Why messages are not listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListMessagesError {
    /// The cursor is none of this list's.
    #[error("cursor is none of this list's")]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ListMessagesError {
    fn fact(&self) -> Fact {
        match self {
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists the caller's messages, newest first.
pub(crate) async fn list_messages(
    app: &App,
    ctx: &Ctx,
    query: ListMessages,
) -> Result<Page<Message>, ListMessagesError> {
    let list = if query.unread_only {
        "inbox-unread"
    } else {
        "inbox"
    };
    let before: Option<MessageId> = match &query.cursor {
        Some(cursor) => Some(Cursor::decode(list, cursor)?),
        None => None,
    };
    let account = ctx.principal.account;
    let limit = query.limit;
    // One more than asked for tells whether there is a next page.
    let items =
        messages::list_before(&app.db, account, query.unread_only, before, limit.get() + 1).await?;
    let (items, next) = Cursor::cut(items, limit.size(), |message| {
        Cursor::encode(list, &message.id)
    });
    Ok(Page { items, next })
}
