use auth::Ctx;
use chassis::http::{Limit, Page};
use kernel::{Cursor, CursorError, MessageId};
use problem::{Category, FieldError, Kind, Message as Text};
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
    fn kind(&self) -> Kind {
        match self {
            Self::Cursor(_) => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Cursor(_) => "invalid-input",
            Self::Store(error) => error.slug(),
        }
    }

    fn detail(&self) -> Text {
        match self {
            Self::Cursor(_) => {
                Text::new("输入内容有误，见 errors", "the input is wrong; see errors")
            }
            Self::Store(error) => error.detail(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Cursor(error) => {
                vec![FieldError::new(
                    "/cursor",
                    Text::bilingual(&error.to_string()),
                )]
            }
            Self::Store(_) => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Cursor(_) => None,
            Self::Store(error) => error.retry_after(),
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
    let mut items =
        messages::list_before(&app.db, account, query.unread_only, before, limit.get() + 1).await?;
    let more = items.len() > limit.size();
    items.truncate(limit.size());
    let oldest = items.last().filter(|_| more);
    let next = oldest.map(|message| Cursor::encode(list, &message.id));
    Ok(Page { items, next })
}
