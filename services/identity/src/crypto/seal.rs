//! Sealing of secrets at rest, with keys that are kept outside the database: AES-256-GCM, or SM4-GCM where
//! a caller asks for it.

use std::path::Path;

use aws_lc_rs::{hkdf, hmac, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::key_file::{self, KeyFileError};
use problem::{Category, Fact};

use super::gcm::{Cipher, GcmKey};
use super::sha256;

/// Bytes of a key.
const KEY_LENGTH: usize = 32;
/// Bytes of a key's id.
const ID_LENGTH: usize = 8;
/// First byte of what is sealed: the layout `version, key id, nonce, ciphertext, tag` and the cipher.
const AES: u8 = 1;
/// The same layout with the other cipher.
const SM4: u8 = 2;
/// What the key of the other cipher is derived for.
const SM4_KEY: &[u8] = b"linli sm4 sealing key";
/// What a key's id is derived for.
const ID: &[u8] = b"linli sealing key id";
/// What the key of the blind indexes is derived for.
const INDEX: &[u8] = b"linli blind index";

/// Something was not sealed or not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    /// The system gave no random bytes.
    #[error("nothing can be sealed")]
    NotSealed,
    /// It is not in the layout of sealed text.
    #[error("the sealed text is broken")]
    Broken,
    /// Its key is not in the ring: the key file is another installation's, or lost a line.
    #[error("the sealed text is of an unknown key")]
    KeyUnknown,
    /// Key and layout fit, content or context do not: it was changed, or moved to another place.
    #[error("the sealed text does not open")]
    NotGenuine,
}

impl Category for SealError {
    fn fact(&self) -> Fact {
        Fact::internal()
    }
}

/// Tells keys apart in what they sealed, and tells nothing of the key.
type KeyId = [u8; ID_LENGTH];

struct SealingKey {
    id: KeyId,
    aes: GcmKey,
    sm4: GcmKey,
}

impl SealingKey {
    fn of(&self, cipher: Cipher) -> &GcmKey {
        match cipher {
            Cipher::Aes256Gcm => &self.aes,
            Cipher::Sm4Gcm => &self.sm4,
        }
    }
}

/// The sealing keys (主密钥): the newest seals, every one of them opens.
///
/// The nonces are random: one key is good for 2^32 sealed texts, far more than secrets and data keys
/// of a city; what is sealed by the million gets a data key of its own, which is sealed here.
pub(crate) struct SealRing {
    keys: Vec<SealingKey>,
    newest: SealingKey,
    index: hmac::Key,
}

impl SealRing {
    /// Reads the key file: one key a line (32 bytes, base64url), the newest last, `#` comments.
    pub(crate) fn load(path: &Path) -> Result<Self, KeyFileError> {
        let content = key_file::read(path)?;
        let wrong = || KeyFileError::NotTheKey(path.to_owned());
        let text = std::str::from_utf8(&content).map_err(|_| wrong())?;
        Self::parse(text).ok_or_else(wrong)
    }

    /// Reads the key file, or makes it with one key.
    pub(crate) fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        if !path.exists() {
            let content = format!(
                "# 主密钥，丢失则无法解密；须另行备份 (without these keys nothing sealed opens again: keep a copy elsewhere)\n{}\n",
                new_line()?
            );
            key_file::create(path, content.as_bytes())?;
            tracing::info!(path = %path.display(), "sealing key made");
        }
        Self::load(path)
    }

    /// Adds a key to the key file: whoever loads it from now on seals with it.
    pub(crate) fn add_key(path: &Path) -> Result<(), KeyFileError> {
        Self::load_or_create(path)?;
        let wrong = |_| KeyFileError::NotTheKey(path.to_owned());
        let mut content = String::from_utf8(key_file::read(path)?).map_err(wrong)?;
        if !content.ends_with('\n') {
            content.push('\n');
        }
        content.push_str(&new_line()?);
        content.push('\n');
        key_file::replace(path, content.as_bytes())?;
        tracing::info!(path = %path.display(), "sealing key added");
        Ok(())
    }

    /// `None` when a line is not a key, or there is no line.
    fn parse(text: &str) -> Option<Self> {
        let mut secrets = Vec::new();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let secret: [u8; KEY_LENGTH] = URL_SAFE_NO_PAD.decode(line).ok()?.try_into().ok()?;
            secrets.push(secret);
        }
        let (newest, older) = secrets.split_last()?;
        Some(Self {
            keys: older.iter().map(sealing_key).collect::<Option<_>>()?,
            newest: sealing_key(newest)?,
            // of the oldest: an index must not change when a key is added
            index: index_key(secrets.first()?)?,
        })
    }

    /// Seals a text so that it opens only with the same context, e.g. table, column and row.
    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_by(Cipher::Aes256Gcm, context, plain)
    }

    /// Seals with this cipher, which the sealed text names.
    pub(crate) fn seal_by(
        &self,
        cipher: Cipher,
        context: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let text = self.newest.of(cipher).seal(context.as_bytes(), plain)?;
        let version = match cipher {
            Cipher::Aes256Gcm => AES,
            Cipher::Sm4Gcm => SM4,
        };
        Ok([&[version], self.newest.id.as_slice(), &text].concat())
    }

    /// Opens what was sealed with this context.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (cipher, id, text) = split(sealed).ok_or(SealError::Broken)?;
        let mut keys = self.keys.iter().chain([&self.newest]);
        let known = keys.find(|key| key.id == id).ok_or(SealError::KeyUnknown)?;
        known.of(cipher).open(context.as_bytes(), text)
    }

    /// Returns the cipher that a sealed text names.
    pub(crate) fn cipher_of(sealed: &[u8]) -> Option<Cipher> {
        split(sealed).map(|(cipher, _, _)| cipher)
    }

    /// Says whether the newest key sealed it; if not, it wants to be sealed anew.
    pub(crate) fn is_current(&self, sealed: &[u8]) -> bool {
        split(sealed).is_some_and(|(_, id, _)| id == self.newest.id)
    }

    /// Returns the blind index of a text (盲索引): the same for the same text and purpose, and useless
    /// to whoever has only the database. It is keyed by the oldest key, which therefore stays.
    pub(crate) fn index(&self, purpose: &str, text: &str) -> [u8; 32] {
        // neither holds a NUL, so that no two pairs make the same message
        let message = [purpose.as_bytes(), &[0], text.as_bytes()].concat();
        let tag = hmac::sign(&self.index, &message);
        let mut index = [0; 32];
        for (target, byte) in index.iter_mut().zip(tag.as_ref()) {
            *target = *byte;
        }
        index
    }
}

/// A new key, as a line of the key file.
fn new_line() -> Result<String, KeyFileError> {
    let mut key = [0; KEY_LENGTH];
    rand::fill(&mut key).map_err(|_| KeyFileError::NotMade)?;
    Ok(URL_SAFE_NO_PAD.encode(key))
}

fn split(sealed: &[u8]) -> Option<(Cipher, KeyId, &[u8])> {
    let (version, rest) = sealed.split_first()?;
    let (id, rest) = rest.split_first_chunk::<ID_LENGTH>()?;
    let cipher = match *version {
        AES => Cipher::Aes256Gcm,
        SM4 => Cipher::Sm4Gcm,
        _ => return None,
    };
    Some((cipher, *id, rest))
}

fn sealing_key(secret: &[u8; KEY_LENGTH]) -> Option<SealingKey> {
    let id = sha256(&[ID, secret].concat());
    Some(SealingKey {
        id: *id.first_chunk()?,
        aes: GcmKey::new(Cipher::Aes256Gcm, secret)?,
        sm4: GcmKey::new(Cipher::Sm4Gcm, &sm4_key(secret)?)?,
    })
}

/// Bytes of an SM4 key, as a length that can be derived.
struct Sm4Length;

impl hkdf::KeyType for Sm4Length {
    fn len(&self) -> usize {
        Cipher::Sm4Gcm.key_length()
    }
}

/// The key file has one kind of keys: the shorter ones of SM4 follow from them.
fn sm4_key(secret: &[u8; KEY_LENGTH]) -> Option<[u8; Cipher::Sm4Gcm.key_length()]> {
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
    let mut key = [0; Cipher::Sm4Gcm.key_length()];
    derived
        .expand(&[SM4_KEY], Sm4Length)
        .and_then(|derived| derived.fill(&mut key))
        .ok()?;
    Some(key)
}

fn index_key(secret: &[u8; KEY_LENGTH]) -> Option<hmac::Key> {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]);
    let derived = salt.extract(secret);
    let derived = derived.expand(&[INDEX], hmac::HMAC_SHA256).ok()?;
    Some(hmac::Key::from(derived))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::{Cipher, SealError, SealRing};

    fn ring(keys: &[u8]) -> SealRing {
        let lines = keys.iter().map(|key| URL_SAFE_NO_PAD.encode([*key; 32]));
        SealRing::parse(&lines.collect::<Vec<_>>().join("\n")).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_place_only() {
        let ring = ring(&[1]);
        let sealed = ring.seal("totp:one", b"secret").unwrap();
        assert_eq!(ring.open("totp:one", &sealed).unwrap(), b"secret");
        assert_eq!(ring.open("totp:two", &sealed), Err(SealError::NotGenuine));
        assert_ne!(ring.seal("totp:one", b"secret").unwrap(), sealed);
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
    }

    #[test]
    fn the_sealed_text_names_its_cipher_and_either_opens() {
        let ring = ring(&[1, 2]);
        for cipher in [Cipher::Aes256Gcm, Cipher::Sm4Gcm] {
            let sealed = ring.seal_by(cipher, "place", b"secret").unwrap();
            assert_eq!(SealRing::cipher_of(&sealed), Some(cipher));
            assert_eq!(ring.open("place", &sealed).unwrap(), b"secret");
            assert!(ring.is_current(&sealed));
            // one that claims the other cipher does not open
            let mut other = sealed.clone();
            other[0] = 3 - other[0];
            assert_eq!(ring.open("place", &other), Err(SealError::NotGenuine));
        }
    }

    #[test]
    fn any_changed_bit_is_noticed() {
        let ring = ring(&[1]);
        let sealed = ring.seal("place", b"secret").unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(ring.open("place", &changed).is_err(), "byte {place}");
        }
        for length in 0..sealed.len() {
            assert!(ring.open("place", &sealed[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn an_added_key_seals_and_the_older_one_still_opens() {
        let (before, after) = (ring(&[1]), ring(&[1, 2]));
        let old = before.seal("place", b"secret").unwrap();
        assert!(before.is_current(&old) && !after.is_current(&old));
        assert_eq!(after.open("place", &old).unwrap(), b"secret");
        let new = after.seal("place", b"secret").unwrap();
        assert!(after.is_current(&new));
        assert_eq!(before.open("place", &new), Err(SealError::KeyUnknown));
    }

    #[test]
    fn an_index_stays_when_a_key_is_added_and_differs_by_purpose() {
        let (before, after) = (ring(&[1]), ring(&[1, 2]));
        let index = before.index("phone", "13900001234");
        assert_eq!(index, after.index("phone", "13900001234"));
        assert_ne!(index, after.index("id_number", "13900001234"));
        assert_ne!(index, after.index("phone", "13900001235"));
        assert_ne!(index, ring(&[2]).index("phone", "13900001234"));
    }

    #[test]
    fn the_file_is_made_once_and_a_broken_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity/sealing.keys");
        let first = SealRing::load_or_create(&path).unwrap();
        let sealed = first.seal("place", b"secret").unwrap();
        let second = SealRing::load_or_create(&path).unwrap();
        assert_eq!(second.open("place", &sealed).unwrap(), b"secret");
        for text in ["", "# nothing", "short", &"A".repeat(44)] {
            assert!(SealRing::parse(text).is_none(), "{text:?}");
        }
    }
}
