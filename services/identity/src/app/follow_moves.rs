//! Grants, contacts and requests to see them follow an organisation that was moved, in stretches:
//! however many rows there are, no transaction is long.

use store::{StoreError, Tx};

use super::Identity;
use crate::domain::Relocation;
use crate::store::relocations;

/// Rows of one transaction.
const STRETCH: usize = 500;
/// Transactions of one turn.
const STRETCHES: usize = 100;

impl Identity {
    /// Takes rows along, as many as one turn allows; returns how many have another place now. Tokens
    /// say so from their next refresh on.
    ///
    /// # Errors
    /// The store does not answer; what was done before stays, and the next turn goes on from there.
    pub async fn follow_moves(&self) -> Result<u64, StoreError> {
        let mut changed = 0;
        for _ in 0..STRETCHES {
            let stretch =
                self.db.maintain("moves.follow", async |tx| {
                    match relocations::find_next(&tx).await? {
                        Some(moved) => Ok::<_, StoreError>(Some(follow(&tx, moved).await?)),
                        None => Ok(None),
                    }
                });
            match stretch.await? {
                Some(count) => changed += count,
                None => break,
            }
        }
        Ok(changed)
    }
}

async fn follow(tx: &Tx, mut moved: Relocation) -> Result<u64, StoreError> {
    let limit = u64::try_from(STRETCH).unwrap_or(u64::MAX);
    let rows = relocations::list_places(tx, &moved, limit).await?;
    let mut changed = 0;
    for (id, before) in &rows {
        if let Some(place) = moved.place_of(before) {
            relocations::relocate(tx, moved.stage, *id, &place).await?;
            changed += 1;
        }
    }
    match (rows.last(), moved.stage.next()) {
        (Some((last, _)), _) if rows.len() == STRETCH => moved.after = Some(*last),
        (_, Some(next)) => (moved.stage, moved.after) = (next, None),
        (_, None) => {
            relocations::delete(tx, &moved).await?;
            return Ok(changed);
        }
    }
    relocations::save(tx, &moved).await?;
    Ok(changed)
}
