//! Makes segments of the index of words, as soon as enough orders came in (检索分段).

use ::store::StoreError;

use super::App;
use crate::store::search::{find_batch, insert_segment};

/// Segments of one turn: an upgrade brings many orders at once.
const MOST: usize = 8;

/// Makes what segments can be made; returns how many orders they have.
pub(crate) async fn index_orders(app: &App) -> Result<u64, StoreError> {
    let mut moved = 0;
    for _ in 0..MOST {
        let batch = find_batch(app.db.reader(), app.config.search_segment).await?;
        let Some(batch) = batch else {
            break;
        };
        let batch = &batch;
        moved += app
            .db
            .write("search.segment", |tx| async move {
                insert_segment(&tx, batch).await
            })
            .await?;
    }
    Ok(moved)
}
