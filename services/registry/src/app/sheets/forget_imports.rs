use std::time::Duration;

use store::StoreError;

use super::App;
use crate::domain::import::ImportState;
use crate::store::{delete_import, list_resting};

/// How long an import is kept with its rows, and can be undone.
const KEPT: Duration = Duration::from_hours(24 * 90);
/// Imports forgotten in one turn.
const MOST: u64 = 100;

/// Forgets what was imported long ago; what it made stays. Tells how many imports there were.
pub(crate) async fn forget_imports(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now().minus(KEPT);
    let mut forgotten = 0;
    for state in ImportState::AT_REST {
        for id in list_resting(app.db.reader(), state, before, MOST).await? {
            app.db
                .maintain(
                    "sheet.forget",
                    |tx| async move { delete_import(&tx, id).await },
                )
                .await?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}
