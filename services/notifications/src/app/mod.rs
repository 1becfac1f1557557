//! Use-cases: each verb in its own file.
#![warn(clippy::future_not_send)]

pub(crate) mod count_unread;
pub(crate) mod feed;
pub(crate) mod list_messages;
pub(crate) mod notify;
pub(crate) mod read_all_messages;
pub(crate) mod read_message;
pub(crate) mod streams;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

use auth::KeyRing;
use kernel::{Clock, IdSource};
use store::Database;
use tokio_util::sync::CancellationToken;

use crate::config::NotificationsConfig;
use crate::domain::rules::Rules;
use streams::Streams;

/// What the use-cases share.
pub(crate) struct App {
    pub(crate) db: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) config: NotificationsConfig,
    pub(crate) rules: Rules,
    pub(crate) streams: Arc<Streams>,
    pub(crate) stop: CancellationToken,
}
