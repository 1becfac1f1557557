//! Data keys: one for each contact, sealed with the sealing key, so that adding a sealing key seals a
//! few bytes anew and not the content, and so that forgetting the data key forgets the content in every
//! backup of it.

use aws_lc_rs::rand;

use super::gcm::{Cipher, GcmKey};
use super::{SealError, SealRing};

/// The key of one contact, of the cipher that its sealed text names.
pub(crate) struct DataKey {
    key: GcmKey,
    wrapped: Vec<u8>,
}

impl DataKey {
    /// Makes a key; it opens in the same context only.
    pub(crate) fn generate(
        ring: &SealRing,
        cipher: Cipher,
        context: &str,
    ) -> Result<Self, SealError> {
        let mut secret = vec![0; cipher.key_length()];
        rand::fill(&mut secret).map_err(|_| SealError::NotSealed)?;
        Ok(Self {
            wrapped: ring.seal_by(cipher, context, &secret)?,
            key: GcmKey::new(cipher, &secret).ok_or(SealError::NotSealed)?,
        })
    }

    /// Opens a sealed key.
    pub(crate) fn open_sealed(
        ring: &SealRing,
        context: &str,
        wrapped: &[u8],
    ) -> Result<Self, SealError> {
        let cipher = SealRing::cipher_of(wrapped).ok_or(SealError::Broken)?;
        let secret = ring.open(context, wrapped)?;
        Ok(Self {
            key: GcmKey::new(cipher, &secret).ok_or(SealError::Broken)?,
            wrapped: wrapped.to_vec(),
        })
    }

    /// Seals a key anew, by the same cipher, unless the newest sealing key did it.
    pub(crate) fn reseal(
        ring: &SealRing,
        context: &str,
        wrapped: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        if ring.is_current(wrapped) {
            return Ok(None);
        }
        let cipher = SealRing::cipher_of(wrapped).ok_or(SealError::Broken)?;
        let secret = ring.open(context, wrapped)?;
        ring.seal_by(cipher, context, &secret).map(Some)
    }

    /// Returns the sealed key, for the store.
    pub(crate) fn wrapped(&self) -> &[u8] {
        &self.wrapped
    }

    /// Seals a value of the named field.
    pub(crate) fn seal(&self, field: &str, plain: &str) -> Result<Vec<u8>, SealError> {
        self.key.seal(field.as_bytes(), plain.as_bytes())
    }

    /// Opens a value of the named field.
    pub(crate) fn open(&self, field: &str, sealed: &[u8]) -> Result<String, SealError> {
        let plain = self.key.open(field.as_bytes(), sealed)?;
        String::from_utf8(plain).map_err(|_| SealError::Broken)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{Cipher, DataKey, SealError, SealRing};

    fn ring() -> SealRing {
        let folder = tempfile::tempdir().unwrap();
        SealRing::load_or_create(&folder.path().join("keys")).unwrap()
    }

    #[test]
    fn a_value_opens_with_its_key_in_its_field_only() {
        let ring = ring();
        for cipher in [Cipher::Aes256Gcm, Cipher::Sm4Gcm] {
            let one = DataKey::generate(&ring, cipher, "one").unwrap();
            let other = DataKey::generate(&ring, cipher, "other").unwrap();
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
}
