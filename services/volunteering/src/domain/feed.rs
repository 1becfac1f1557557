//! A calendar that an app reads by a secret address (日历订阅).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{AccountId, CalendarFeedId, TeamId, Timestamp};

/// Most feeds of one account.
pub(crate) const MOST_FEEDS: u64 = 20;
/// Bytes of a secret, and of what is kept of it.
const SECRET: usize = 32;

/// A feed: of a person's own shifts, or of those of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Feed {
    pub(crate) id: CalendarFeedId,
    pub(crate) account: AccountId,
    pub(crate) team: Option<TeamId>,
    pub(crate) created_at: Timestamp,
}

/// Makes a secret that nobody guesses; nothing where the system gives no random bytes.
pub(crate) fn new_secret() -> Option<String> {
    let mut bytes = [0; SECRET];
    rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a token: whoever reads the store cannot read the calendar.
pub(crate) fn digest_of(token: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_ref()).as_ref())
}
