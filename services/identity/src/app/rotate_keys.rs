//! Rotate the signing keys by hand (轮换签名密钥), and see how they stand.

use auth::Ctx;
use kernel::Timestamp;
use store::StoreError;

use super::caller::OK;
use super::keys::KeysError;
use super::{Caller, Identity};
use crate::domain::{KeyTimes, current_key};
use crate::store::access_log;
use crate::store::signing_keys::{self, SealedKey};

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyState {
    /// Published, to sign later.
    Waiting,
    /// It signs.
    Signing,
    /// Published for the tokens it signed.
    Retired,
}

/// A key as its administrators see it.
pub(crate) struct KeyFacts {
    pub(crate) kid: String,
    pub(crate) state: KeyState,
    pub(crate) made_at: Timestamp,
    pub(crate) signs_from: Timestamp,
}

/// Lists the keys, oldest first.
pub(crate) async fn list_signing_keys(
    app: &Identity,
    ctx: &Ctx,
) -> Result<Vec<KeyFacts>, StoreError> {
    Ok(facts(signing_keys::list(app.db.reader()).await?, ctx.now))
}

/// Lets the waiting key sign from now on. When the others are withdrawn, tokens that they signed are
/// refused: at once here, elsewhere with the next look at the keys.
pub(crate) async fn rotate_signing_keys(
    app: &Identity,
    ctx: &Ctx,
    withdraw: bool,
) -> Result<Vec<KeyFacts>, KeysError> {
    let caller = Caller::from(ctx);
    let keys = app
        .db
        .maintain("keys.rotate", async |tx| {
            let known = signing_keys::list(tx.as_ref()).await?;
            let waiting = known.iter().find(|key| key.times.signs_from > ctx.now);
            if let Some(next) = waiting {
                signing_keys::save_turn(&tx, next, ctx.now).await?;
                let others = known.iter().filter(|key| key.kid != next.kid);
                let others: Vec<i64> = others.map(|key| key.times.generation).collect();
                if withdraw {
                    signing_keys::forget(&tx, &others).await?;
                }
            }
            let turned = waiting.map(|next| caller.entry(&next.kid, OK));
            let known = signing_keys::list(tx.as_ref()).await?;
            app.apply_plan(&tx, &known, ctx.now).await?;
            let known = signing_keys::list(tx.as_ref()).await?;
            if let Some(entry) = turned {
                access_log::append(&tx, &entry).await?;
            }
            Ok::<_, KeysError>(known)
        })
        .await?;
    app.load_keys().await?;
    Ok(facts(keys, ctx.now))
}

fn facts(keys: Vec<SealedKey>, now: Timestamp) -> Vec<KeyFacts> {
    let times: Vec<KeyTimes> = keys.iter().map(|key| key.times).collect();
    let signing = current_key(&times, now);
    let facts = keys.into_iter().enumerate().map(|(place, key)| KeyFacts {
        state: match key.times.signs_from {
            _ if Some(place) == signing => KeyState::Signing,
            from if from > now => KeyState::Waiting,
            _ => KeyState::Retired,
        },
        kid: key.kid,
        made_at: key.made_at,
        signs_from: key.times.signs_from,
    });
    facts.collect()
}
