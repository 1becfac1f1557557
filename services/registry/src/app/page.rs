use kernel::Cursor;
use serde::Serialize;

/// One page of a list and the cursor of the next one.
pub(crate) type Paged<T> = (Vec<T>, Option<String>);

/// How many rows tell whether there is a next page.
pub(super) fn rows_for(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1)
}

/// Cuts a page of `limit` items; the next one begins behind the key of its last.
pub(super) fn paged<T, K: Serialize>(
    name: &'static str,
    found: Vec<T>,
    limit: usize,
    key: impl Fn(&T) -> K,
) -> Paged<T> {
    Cursor::cut(found, limit, |last| Cursor::encode(name, &key(last)))
}
