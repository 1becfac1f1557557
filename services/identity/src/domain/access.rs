//! Entries of the access log (访问日志).

use kernel::{AccountId, Timestamp};

/// What happened: who did what to whom, from where, with which result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    /// Who acted, if it was anyone known.
    pub(crate) account: Option<AccountId>,
    /// Operation id.
    pub(crate) operation: String,
    /// Id of what it was done to, empty when it has none.
    pub(crate) subject: String,
    /// `ok` or the slug of the refusal.
    pub(crate) result: String,
    /// Source address, empty for the system itself.
    pub(crate) source: String,
    pub(crate) trace_id: String,
}

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) seq: i64,
    pub(crate) entry: Entry,
    pub(crate) digest: String,
}

/// Which entries.
#[derive(Debug, Clone)]
pub(crate) struct LogQuery {
    /// Those of who acted.
    pub(crate) account: Option<AccountId>,
    /// Those about the thing with this id.
    pub(crate) subject: Option<String>,
    pub(crate) before: Option<i64>,
    pub(crate) limit: u64,
}
