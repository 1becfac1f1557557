//! Data keys: one for each contact, sealed with the sealing key, so that adding a sealing key seals a
//! few bytes anew and not the content, and so that forgetting the data key forgets the content in every
//! backup of it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;

use super::{SealError, SealRing};

/// Bytes of a key.
const KEY_LENGTH: usize = 32;

/// The key of one contact.
pub(crate) struct DataKey {
    key: RandomizedNonceKey,
    wrapped: Vec<u8>,
}

impl DataKey {
    /// Makes a key; it opens in the same context only.
    pub(crate) fn generate(ring: &SealRing, context: &str) -> Result<Self, SealError> {
        let mut secret = [0; KEY_LENGTH];
        rand::fill(&mut secret).map_err(|_| SealError::NotSealed)?;
        Ok(Self {
            wrapped: ring.seal(context, &secret)?,
            key: key(&secret)?,
        })
    }

    /// Opens a sealed key.
    pub(crate) fn open_sealed(
        ring: &SealRing,
        context: &str,
        wrapped: &[u8],
    ) -> Result<Self, SealError> {
        Ok(Self {
            key: key(&ring.open(context, wrapped)?)?,
            wrapped: wrapped.to_vec(),
        })
    }

    /// Seals a key anew unless the newest sealing key did it.
    pub(crate) fn reseal(
        ring: &SealRing,
        context: &str,
        wrapped: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        if ring.is_current(wrapped) {
            return Ok(None);
        }
        ring.seal(context, &ring.open(context, wrapped)?).map(Some)
    }

    /// Returns the sealed key, for the store.
    pub(crate) fn wrapped(&self) -> &[u8] {
        &self.wrapped
    }

    /// Seals a value of the named field: nonce, ciphertext, tag.
    pub(crate) fn seal(&self, field: &str, plain: &str) -> Result<Vec<u8>, SealError> {
        let mut text = plain.as_bytes().to_vec();
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(field.as_bytes()), &mut text)
            .map_err(|_| SealError::NotSealed)?;
        Ok([nonce.as_ref().as_slice(), &text].concat())
    }

    /// Opens a value of the named field.
    pub(crate) fn open(&self, field: &str, sealed: &[u8]) -> Result<String, SealError> {
        let (nonce, text) = sealed
            .split_at_checked(NONCE_LEN)
            .ok_or(SealError::Broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Broken)?;
        let mut text = text.to_vec();
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(field.as_bytes()), &mut text)
            .map_err(|_| SealError::NotGenuine)?;
        String::from_utf8(plain.to_vec()).map_err(|_| SealError::Broken)
    }
}

fn key(secret: &[u8]) -> Result<RandomizedNonceKey, SealError> {
    RandomizedNonceKey::new(&AES_256_GCM, secret).map_err(|_| SealError::Broken)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{DataKey, SealError, SealRing};

    fn ring() -> SealRing {
        let folder = tempfile::tempdir().unwrap();
        SealRing::load_or_create(&folder.path().join("keys")).unwrap()
    }

    #[test]
    fn a_value_opens_with_its_key_in_its_field_only() {
        let ring = ring();
        let (one, other) = (
            DataKey::generate(&ring, "one").unwrap(),
            DataKey::generate(&ring, "other").unwrap(),
        );
        let sealed = one.seal("phone", "+8619900000001").unwrap();
        let again = DataKey::open_sealed(&ring, "one", one.wrapped()).unwrap();
        assert_eq!(again.open("phone", &sealed).unwrap(), "+8619900000001");
        assert_eq!(again.open("name", &sealed), Err(SealError::NotGenuine));
        assert_eq!(other.open("phone", &sealed), Err(SealError::NotGenuine));
        let moved = DataKey::open_sealed(&ring, "other", one.wrapped());
        assert!(matches!(moved, Err(SealError::NotGenuine)));
        assert_eq!(DataKey::reseal(&ring, "one", one.wrapped()), Ok(None));
    }
}
