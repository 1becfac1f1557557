//! Recompute the chain of the access log (核验访问日志).

use store::StoreError;

use super::Identity;
use crate::store::access_log::{self, ChainEnd};

/// Entries read at once.
const STEP: u64 = 1_000;

/// What a recomputation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainState {
    /// So many entries, all as they were written.
    Whole(i64),
    /// The first place where an entry was changed, added or taken away.
    Broken(i64),
}

impl Identity {
    /// Recomputes the chain of the access log from its beginning.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn verify_access_log(&self) -> Result<ChainState, StoreError> {
        let mut end = ChainEnd::default();
        loop {
            let from = end.clone();
            let step = self.db.read("access_log.verify", async |tx| {
                access_log::recompute(&tx, from.clone(), STEP).await
            });
            match step.await? {
                Err(place) => return Ok(ChainState::Broken(place)),
                Ok(reached) if reached == end => return Ok(ChainState::Whole(end.seq)),
                Ok(reached) => end = reached,
            }
        }
    }
}
