//! Hashing of passwords on a bounded number of threads.

use std::num::NonZero;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use aws_lc_rs::rand;
use problem::{Category, Fact, Kind};
use tokio::sync::Semaphore;

use crate::domain::Password;

/// Memory of one hash, in KiB (OWASP's first choice for Argon2id).
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Bytes of salt.
const SALT_LENGTH: usize = 16;
/// Hash to work on when there is no account, of the same cost as any other.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Hashes that may wait for one thread; more are refused at once.
const WAITING_PER_THREAD: usize = 64;
/// Characters of a generated password.
const GENERATED_LENGTH: usize = 20;
/// Letters and digits that are not mistaken for one another: 2^5 of them, so that none is likelier.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Why no hash was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashError {
    /// Too many passwords wait already.
    #[error("too many passwords wait to be hashed")]
    Overloaded,
    /// A stored hash does not read, or the machine has no memory or random bytes.
    #[error("password hash: {0}")]
    Broken(String),
}

impl Category for HashError {
    fn fact(&self) -> Fact {
        match self {
            Self::Overloaded => Fact::new(
                Kind::Unavailable,
                "overloaded",
                "登录人数过多，请稍后重试",
                "too many sign-ins right now; try again later",
            )
            .after(2),
            Self::Broken(_) => Fact::internal(),
        }
    }
}

/// The password hasher: Argon2id, one thread per core.
#[derive(Clone)]
pub(crate) struct Passwords {
    threads: Arc<Semaphore>,
    places: Arc<Semaphore>,
    params: Params,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, HashError> {
        let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(broken)?;
        Ok(Self {
            threads: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores * (WAITING_PER_THREAD + 1))),
            params,
        })
    }

    /// Hashes a password, as text that names algorithm, cost and salt.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String, HashError> {
        let params = self.params.clone();
        let bytes = password.as_bytes().to_vec();
        self.run(move || hash(&params, &bytes)).await
    }

    /// Compares a password with a stored hash; without one, or with the empty one of an account that has
    /// no password, the same work ends in `false`.
    pub(crate) async fn verify(
        &self,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<bool, HashError> {
        let stored = stored.filter(|stored| !stored.is_empty());
        let known = stored.is_some();
        let stored = stored.unwrap_or(DECOY).to_owned();
        let bytes = password.as_bytes().to_vec();
        let params = self.params.clone();
        let matches = self.run(move || verify(params, &bytes, &stored)).await?;
        Ok(matches && known)
    }

    /// Runs on a blocking thread. The permits go with the work: a caller who hangs up in between
    /// does not make room for more than the cores can do.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| HashError::Overloaded)?;
        let thread = Arc::clone(&self.threads).acquire_owned().await;
        let thread = thread.map_err(|_| HashError::Overloaded)?;
        let running = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((thread, place));
            done
        });
        running.await.map_err(broken)?
    }
}

/// Makes a password that no person has to choose: 100 bits in groups that can be read aloud.
pub(crate) fn generate_password() -> Result<Password, HashError> {
    let mut text = String::with_capacity(GENERATED_LENGTH + 3);
    for (place, byte) in random::<GENERATED_LENGTH>()?.into_iter().enumerate() {
        if place > 0 && place % 5 == 0 {
            text.push('-');
        }
        text.push(letter(byte));
    }
    Ok(Password::new(text))
}

/// Turns five random bits into a letter.
pub(super) fn letter(byte: u8) -> char {
    let place = usize::from(byte & 31);
    char::from(ALPHABET.get(place).copied().unwrap_or(b'a'))
}

fn random<const N: usize>() -> Result<[u8; N], HashError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(broken)?;
    Ok(bytes)
}

fn hash(params: &Params, password: &[u8]) -> Result<String, HashError> {
    let salt = random::<SALT_LENGTH>()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    Ok(argon
        .hash_password_with_salt(password, &salt)
        .map_err(broken)?
        .to_string())
}

fn verify(params: Params, password: &[u8], stored: &str) -> Result<bool, HashError> {
    let stored = PasswordHash::new(stored).map_err(broken)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    match argon.verify_password(password, &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(broken(error)),
    }
}

fn broken(error: impl std::fmt::Display) -> HashError {
    HashError::Broken(error.to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{HashError, Passwords, generate_password};
    use crate::domain::Password;

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let passwords = Passwords::new().unwrap();
        let password = generate_password().unwrap();
        let stored = passwords.hash(&password).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(passwords.verify(&password, Some(&stored)).await.unwrap());
        let other = Password::new("other".to_owned());
        assert!(!passwords.verify(&other, Some(&stored)).await.unwrap());
        assert!(!passwords.verify(&password, None).await.unwrap());
        assert!(!passwords.verify(&password, Some("")).await.unwrap());
        let broken = passwords.verify(&password, Some("plain")).await;
        assert!(matches!(broken, Err(HashError::Broken(_))));
    }

    #[tokio::test]
    async fn too_many_waiting_are_refused_at_once() {
        let passwords = Passwords::new().unwrap();
        let room = u32::try_from(passwords.places.available_permits()).unwrap();
        let _taken = passwords.places.acquire_many(room).await.unwrap();
        let password = Password::new("any".to_owned());
        assert!(matches!(
            passwords.hash(&password).await,
            Err(HashError::Overloaded)
        ));
    }

    #[test]
    fn generated_passwords_are_long_and_differ() {
        let first = generate_password().unwrap();
        assert_eq!(first.reveal().len(), 23);
        assert!(first != generate_password().unwrap());
    }
}
