//! Opaque cursors of keyset paging.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Why a cursor is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Longer than any cursor that was handed out.
    #[error("分页游标过长 (cursor too long)")]
    TooLong,
    /// Not a cursor that was handed out.
    #[error("分页游标无效 (invalid cursor)")]
    Malformed,
    /// A cursor of another list, or of this list in another order.
    #[error("分页游标属于另一个列表 (cursor of another list)")]
    OtherList,
}

/// What a cursor holds: the list it belongs to and the sort key of the last item shown.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<L, K> {
    l: L,
    k: K,
}

/// Writes and reads cursors: base64url of JSON, bound to one list.
#[derive(Debug, Clone, Copy)]
pub struct Cursor;

impl Cursor {
    /// Longest cursor that is read.
    pub const MAX_LENGTH: usize = 512;

    /// Writes the cursor after the item with this sort key.
    ///
    /// A key is a tuple of ids, instants and numbers; one that JSON cannot express, or that does
    /// not fit, is a mistake of the list: tests stop on it, and `decode` refuses the result.
    #[must_use]
    pub fn encode(list: &'static str, key: &impl Serialize) -> String {
        let json = serde_json::to_vec(&Content { l: list, k: key });
        debug_assert!(json.is_ok(), "the sort key of {list} is not JSON");
        let text = URL_SAFE_NO_PAD.encode(json.unwrap_or_default());
        debug_assert!(
            text.len() <= Self::MAX_LENGTH,
            "the sort key of {list} is too long"
        );
        text
    }

    /// Cuts a page of `limit` items off what was read with one more; `encode` writes the next page's cursor after the
    /// page's last item, if there is a next page.
    #[must_use]
    pub fn cut<T>(
        mut found: Vec<T>,
        limit: usize,
        encode: impl FnOnce(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(encode);
        (found, next)
    }

    /// Reads the sort key back.
    pub fn decode<T: DeserializeOwned>(list: &'static str, text: &str) -> Result<T, CursorError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(CursorError::TooLong);
        }
        let Ok(json) = URL_SAFE_NO_PAD.decode(text) else {
            return Err(CursorError::Malformed);
        };
        let Ok(content) = serde_json::from_slice::<Content<String, serde_json::Value>>(&json)
        else {
            return Err(CursorError::Malformed);
        };
        if content.l != list {
            return Err(CursorError::OtherList);
        }
        serde_json::from_value(content.k).map_err(|_| CursorError::Malformed)
    }
}
