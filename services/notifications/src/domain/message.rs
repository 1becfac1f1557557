//! Messages as their owner reads them.

use kernel::{MessageId, Timestamp};
use serde::Deserialize;

use super::subject::Subject;

/// A text in Chinese with its English wording beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese text.
    pub zh: String,
    /// English text.
    pub en: String,
}

impl Bilingual {
    /// Puts a Chinese and an English text together.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// What one notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Title.
    pub title: Bilingual,
    /// Body.
    pub body: Bilingual,
}

/// A message in an inbox (消息).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The message.
    pub id: MessageId,
    /// Which notice it is.
    pub kind: String,
    /// What it says.
    pub wording: Wording,
    /// What it is about.
    pub subject: Subject,
    /// When it came.
    pub created_at: Timestamp,
    /// Whether its owner has read it.
    pub read: bool,
}
