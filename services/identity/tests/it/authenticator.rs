//! An authenticator app, as a person has it.

use aws_lc_rs::hmac;
use kernel::Timestamp;
use serde_json::Value;

/// What the app keeps of a scanned code.
pub(crate) struct Authenticator(Vec<u8>);

impl Authenticator {
    /// Scans what an enrolment shows.
    pub(crate) fn scan(view: &Value) -> Self {
        let text = view["secret"].as_str().unwrap();
        let url = view["otpauth_url"].as_str().unwrap();
        assert!(
            url.starts_with("otpauth://totp/Linli:") && url.contains(text),
            "{url}"
        );
        let mut bits = 0_u64;
        let mut count = 0;
        let mut bytes = Vec::new();
        for letter in text.bytes() {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                _ => letter - b'2' + 26,
            };
            bits = bits << 5 | u64::from(value);
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from(bits >> count & 255).unwrap());
            }
        }
        Self(bytes)
    }

    /// The shared secret.
    pub(crate) fn secret(&self) -> &[u8] {
        &self.0
    }

    /// Shows the code of this moment.
    pub(crate) fn code(&self, now: Timestamp) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &(now.seconds() / 30).to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[19] & 15);
        let four = tag[offset..offset + 4].try_into().unwrap();
        format!(
            "{:06}",
            (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000
        )
    }
}
