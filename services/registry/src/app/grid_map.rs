use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use kernel::{OrgCode, Timestamp};
use store::{Database, StoreError};
use tokio::sync::Mutex;

use crate::domain::geo::{GridIndex, Shape};
use crate::store::{list_reshaped, map_revision};

/// How long the map is taken for granted: a change made in another process is seen that much later.
const FRESH: Duration = Duration::from_secs(1);
/// Grids read in one go.
const PAGE: u64 = 1_000;

/// The shapes of all grids in memory, kept up with the store by the number of its last change.
#[derive(Default)]
pub(crate) struct GridMap {
    seen: RwLock<Seen>,
    /// Held by the one who looks for changes; the others wait for what it finds.
    turn: Mutex<()>,
}

#[derive(Default, Clone)]
struct Seen {
    index: Arc<GridIndex>,
    revision: i64,
    looked_at: Option<Timestamp>,
}

impl GridMap {
    /// Returns the map as it is, or was within the last second.
    pub(crate) async fn current(
        &self,
        db: &Database,
        now: Timestamp,
    ) -> Result<Arc<GridIndex>, StoreError> {
        if let Some(index) = self.fresh(now) {
            return Ok(index);
        }
        let _turn = self.turn.lock().await;
        if let Some(index) = self.fresh(now) {
            return Ok(index);
        }
        let before = self.seen();
        let mut after = Seen {
            looked_at: Some(now),
            ..before.clone()
        };
        if map_revision(db.reader()).await? != before.revision {
            let changes = changes_since(db, &mut after.revision).await?;
            let rebuilt = tokio::task::spawn_blocking(move || before.index.with(changes)).await;
            after.index = Arc::new(rebuilt.map_err(|_| StoreError::Escaped)?);
        }
        let index = Arc::clone(&after.index);
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = after;
        Ok(index)
    }

    /// Looks for changes at the next question, however soon it comes.
    pub(crate) fn expire(&self) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.looked_at = None;
    }

    fn seen(&self) -> Seen {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    fn fresh(&self, now: Timestamp) -> Option<Arc<GridIndex>> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = seen.looked_at.is_some_and(|at| now < at.plus(FRESH));
        fresh.then(|| Arc::clone(&seen.index))
    }
}

/// Reads what changed behind `revision`, which becomes the last change read.
async fn changes_since(
    db: &Database,
    revision: &mut i64,
) -> Result<BTreeMap<OrgCode, Option<Shape>>, StoreError> {
    let mut changes = BTreeMap::new();
    // grids of the last change seen come again: it costs little and nothing is missed
    let mut after = (*revision, String::new());
    loop {
        let page = list_reshaped(db.reader(), (after.0, &after.1), PAGE).await?;
        let Some((code, _, last)) = page.last() else {
            *revision = after.0;
            return Ok(changes);
        };
        after = (*last, code.to_string());
        changes.extend(page.into_iter().map(|(code, shape, _)| (code, shape)));
    }
}
