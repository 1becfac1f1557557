//! Authenticated encryption by either of two ciphers: AES-256-GCM, and SM4-GCM (GB/T 32907, RFC 8998) for
//! installations that must use the national one.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{AesGcm, Nonce as Sm4Nonce};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use serde::{Deserialize, Serialize};
use sm4::Sm4;

use super::SealError;

/// GCM does not care whose block cipher it is given.
type Sm4Gcm = AesGcm<Sm4, U12>;

/// A cipher that contacts are sealed with (加密算法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Cipher {
    /// AES-256-GCM.
    #[default]
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
    /// SM4-GCM (国密 SM4).
    #[serde(rename = "sm4-gcm")]
    Sm4Gcm,
}

impl Cipher {
    /// Bytes of a key.
    pub(crate) const fn key_length(self) -> usize {
        match self {
            Self::Aes256Gcm => 32,
            Self::Sm4Gcm => 16,
        }
    }
}

/// A key, ready for use.
///
/// The nonces are random: one key is good for 2^32 sealed texts.
pub(crate) enum GcmKey {
    Aes(Box<RandomizedNonceKey>),
    Sm4(Box<Sm4Gcm>),
}

impl GcmKey {
    /// `None` when the secret has not the length of the cipher's keys.
    pub(crate) fn new(cipher: Cipher, secret: &[u8]) -> Option<Self> {
        Some(match cipher {
            Cipher::Aes256Gcm => Self::Aes(Box::new(
                RandomizedNonceKey::new(&AES_256_GCM, secret).ok()?,
            )),
            Cipher::Sm4Gcm => Self::Sm4(Box::new(Sm4Gcm::new_from_slice(secret).ok()?)),
        })
    }

    /// Seals a text: nonce, ciphertext, tag.
    pub(crate) fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        match self {
            Self::Aes(key) => {
                let mut text = plain.to_vec();
                let nonce = key
                    .seal_in_place_append_tag(Aad::from(aad), &mut text)
                    .map_err(|_| SealError::NotSealed)?;
                Ok([nonce.as_ref().as_slice(), &text].concat())
            }
            Self::Sm4(key) => {
                let mut nonce = [0; NONCE_LEN];
                rand::fill(&mut nonce).map_err(|_| SealError::NotSealed)?;
                let text = key
                    .encrypt(&Sm4Nonce::from(nonce), Payload { msg: plain, aad })
                    .map_err(|_| SealError::NotSealed)?;
                Ok([nonce.as_slice(), &text].concat())
            }
        }
    }

    /// Opens what was sealed with the same additional data.
    pub(crate) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, text) = sealed
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(SealError::Broken)?;
        match self {
            Self::Aes(key) => {
                let mut text = text.to_vec();
                let plain = key
                    .open_in_place(Nonce::from(nonce), Aad::from(aad), &mut text)
                    .map_err(|_| SealError::NotGenuine)?;
                Ok(plain.to_vec())
            }
            Self::Sm4(key) => key
                .decrypt(&Sm4Nonce::from(*nonce), Payload { msg: text, aad })
                .map_err(|_| SealError::NotGenuine),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use aes_gcm::Nonce;
    use aes_gcm::aead::{Aead, KeyInit, Payload};

    use super::{Cipher, GcmKey, SealError, Sm4Gcm};

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// RFC 8998, appendix A.1.
    #[test]
    fn sm4_gcm_gives_the_known_answer() {
        let key = Sm4Gcm::new_from_slice(&bytes("0123456789ABCDEFFEDCBA9876543210")).unwrap();
        let nonce: [u8; 12] = bytes("00001234567800000000ABCD").try_into().unwrap();
        let plain: Vec<u8> = [0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA]
            .iter()
            .flat_map(|byte| [*byte; 8])
            .collect();
        let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let payload = Payload {
            msg: &plain,
            aad: &aad,
        };
        let sealed = key.encrypt(&Nonce::from(nonce), payload).unwrap();
        let text = "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
                    D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D";
        let tag = "83DE3541E4C2B58177E065A9BF7B62EC";
        assert_eq!(sealed, bytes(&format!("{text}{tag}")));
    }

    #[test]
    fn either_cipher_notices_every_change_and_opens_only_its_own() {
        let secret = [7; 32];
        let keys = [Cipher::Aes256Gcm, Cipher::Sm4Gcm]
            .map(|cipher| GcmKey::new(cipher, &secret[..cipher.key_length()]).unwrap());
        for (one, other) in [(&keys[0], &keys[1]), (&keys[1], &keys[0])] {
            let sealed = one.seal(b"phone", b"secret").unwrap();
            assert_eq!(one.open(b"phone", &sealed).unwrap(), b"secret");
            assert_ne!(one.seal(b"phone", b"secret").unwrap(), sealed);
            assert_eq!(one.open(b"name", &sealed), Err(SealError::NotGenuine));
            assert_eq!(other.open(b"phone", &sealed), Err(SealError::NotGenuine));
            for place in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[place] ^= 1;
                assert!(one.open(b"phone", &changed).is_err(), "byte {place}");
                assert!(one.open(b"phone", &sealed[..place]).is_err(), "{place}");
            }
        }
        assert!(GcmKey::new(Cipher::Sm4Gcm, &secret).is_none());
        assert!(GcmKey::new(Cipher::Aes256Gcm, &secret[..16]).is_none());
    }
}
