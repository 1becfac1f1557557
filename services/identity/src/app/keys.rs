//! Signing keys: made, taken over, given their turn and forgotten; the same in every replica.

use std::path::Path;
use std::time::Duration;

use kernel::Timestamp;
use problem::{Category, Fact};
use store::{StoreError, Tx};
use tokio::sync::MutexGuard;
use tokio_util::sync::CancellationToken;

use super::Identity;
use crate::crypto::{KeyFileError, SealError, SigningKey, TurnKey, key_files};
use crate::domain::{KeyTimes, plan_keys};
use crate::store::signing_keys::{self, SealedKey};

/// How long keys that were read will do for whoever asks for the public ones.
const FRESH: Duration = Duration::from_secs(1);

/// Pause between two looks at the keys that other replicas may have changed.
const LOOK: Duration = Duration::from_secs(30);

/// Why the keys are not in order.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error(transparent)]
    File(#[from] KeyFileError),
    #[error("a signing key: {0}")]
    Seal(#[from] SealError),
    #[error("the stored signing key {0} is none")]
    Broken(String),
    #[error("the key ring refuses a key")]
    Ring(#[from] auth::KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for KeysError {
    fn fact(&self) -> Fact {
        match self {
            Self::Store(error) => error.fact(),
            Self::File(_) | Self::Seal(_) | Self::Broken(_) | Self::Ring(_) => Fact::internal(),
        }
    }
}

impl Identity {
    /// Brings the keys in order before anything is served: takes over key files, makes what lacks.
    pub(crate) async fn prepare_keys(&self, folder: &Path) -> Result<(), KeysError> {
        let now = self.clock.now();
        for (path, key) in key_files(folder)? {
            self.take_over(&key, now).await?;
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(path = %path.display(), %error, "key file is taken over and stays");
            }
        }
        self.turn_keys(now).await?;
        self.load_keys().await
    }

    /// Looks at the keys again and again until `stop`.
    pub(crate) async fn follow_keys(&self, stop: CancellationToken) {
        let mut looks = tokio::time::interval(LOOK);
        looks.tick().await;
        loop {
            let look = async {
                looks.tick().await;
                self.load_keys().await
            };
            match stop.run_until_cancelled(look).await {
                None => return,
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    tracing::warn!(%error, "signing keys not read, those known go on");
                }
            }
        }
    }

    /// Reads the keys for whoever asks for the public ones: those that were read a moment ago will do, since
    /// anybody may ask as often as they like.
    pub(crate) async fn refresh_keys(&self) -> Result<(), KeysError> {
        let mut loaded = self.loading.lock().await;
        let now = self.clock.now();
        if loaded.is_some_and(|loaded| loaded <= now && now < loaded.plus(FRESH)) {
            return Ok(());
        }
        // whoever asks while the store does not answer waits no longer than the first
        *loaded = Some(now);
        self.load(&loaded).await
    }

    /// Reads the keys, lets them sign, and lets the process trust them and no earlier ones.
    pub(crate) async fn load_keys(&self) -> Result<(), KeysError> {
        let mut loaded = self.loading.lock().await;
        let now = self.clock.now();
        self.load(&loaded).await?;
        *loaded = Some(now);
        Ok(())
    }

    /// One at a time, as the guard says: what was read before a rotation must not be installed after it.
    async fn load(&self, _turn: &MutexGuard<'_, Option<Timestamp>>) -> Result<(), KeysError> {
        let mut keys = Vec::new();
        for stored in signing_keys::list(self.db.reader()).await? {
            let known = self.signer.find(&stored.kid);
            keys.push(TurnKey {
                times: stored.times,
                // a key never changes under its name
                key: match known {
                    Some(known) => known,
                    None => self.open_key(&stored)?,
                },
            });
        }
        let before = self.signer.kids();
        for turn in keys.iter().filter(|turn| !before.contains(&turn.key.kid)) {
            self.ring.insert(turn.jwk())?;
        }
        self.signer.install(keys);
        let after = self.signer.kids();
        for gone in before.iter().filter(|kid| !after.contains(kid)) {
            self.ring.remove(gone);
        }
        Ok(())
    }

    /// Makes the next key, forgets those that are over, seals anew what an older key sealed; returns
    /// how many were changed.
    pub(crate) async fn turn_keys(&self, now: Timestamp) -> Result<u64, KeysError> {
        self.db
            .maintain("keys.turn", async |tx| {
                let known = signing_keys::list(tx.as_ref()).await?;
                let changed = self.apply_plan(&tx, &known, now).await?;
                Ok(changed + self.seal_anew(&tx, &known).await?)
            })
            .await
    }

    /// Makes and forgets keys by the schedule.
    pub(crate) async fn apply_plan(
        &self,
        tx: &Tx,
        known: &[SealedKey],
        now: Timestamp,
    ) -> Result<u64, KeysError> {
        let times: Vec<KeyTimes> = known.iter().map(|key| key.times).collect();
        let plan = plan_keys(&times, self.config.key_rotation(), now);
        let changed = plan.make.len() + plan.forget.len();
        for times in plan.make {
            let key = SigningKey::generate()?;
            signing_keys::insert(tx, &self.sealed_key(&key, times, now)?).await?;
            tracing::info!(key.id = key.kid, signs_from = %times.signs_from, "signing key made");
        }
        signing_keys::forget(tx, &plan.forget).await?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    async fn seal_anew(&self, tx: &Tx, known: &[SealedKey]) -> Result<u64, KeysError> {
        let mut changed = 0;
        for old in known
            .iter()
            .filter(|key| !self.seals.is_current(&key.sealed))
        {
            let key = self.open_key(old)?;
            let sealed = self.seals.seal(&sealed_for(&old.kid), key.as_pkcs8())?;
            signing_keys::save_sealed(tx, &old.kid, sealed).await?;
            changed += 1;
        }
        Ok(changed)
    }

    /// A key from a file signs from now on.
    async fn take_over(&self, key: &SigningKey, now: Timestamp) -> Result<(), KeysError> {
        self.db
            .maintain("keys.take_over", async |tx| {
                let known = signing_keys::list(tx.as_ref()).await?;
                if known.iter().any(|known| known.kid == key.kid) {
                    return Ok(());
                }
                let newest = known.iter().map(|key| key.times.generation).max();
                let times = KeyTimes {
                    generation: newest.unwrap_or(0) + 1,
                    signs_from: now,
                };
                signing_keys::insert(&tx, &self.sealed_key(key, times, now)?).await?;
                Ok(())
            })
            .await
    }

    fn sealed_key(
        &self,
        key: &SigningKey,
        times: KeyTimes,
        now: Timestamp,
    ) -> Result<SealedKey, SealError> {
        Ok(SealedKey {
            kid: key.kid.clone(),
            times,
            sealed: self.seals.seal(&sealed_for(&key.kid), key.as_pkcs8())?,
            made_at: now,
        })
    }

    fn open_key(&self, stored: &SealedKey) -> Result<SigningKey, KeysError> {
        let pkcs8 = self.seals.open(&sealed_for(&stored.kid), &stored.sealed)?;
        SigningKey::from_pkcs8(&pkcs8)
            .filter(|key| key.kid == stored.kid)
            .ok_or_else(|| KeysError::Broken(stored.kid.clone()))
    }
}

fn sealed_for(kid: &str) -> String {
    format!("signing key {kid}")
}
