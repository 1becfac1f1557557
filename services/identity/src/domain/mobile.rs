//! Telephone numbers by which residents sign in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Digits of a mobile number of the mainland.
const LENGTH: usize = 11;

/// The text is no number that a code can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("须为 11 位大陆手机号 (must be a mobile number of the mainland, 11 digits)")]
pub struct MobileError;

/// A mobile number of the mainland (手机号), without the country's prefix. It never leaves identity,
/// except to whoever sends the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Mobile(String);

impl Mobile {
    /// Returns the number; whoever calls answers for where it goes.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mobile(…)")
    }
}

impl FromStr for Mobile {
    type Err = MobileError;

    fn from_str(text: &str) -> Result<Self, MobileError> {
        let national = text
            .trim()
            .strip_prefix("+86")
            .unwrap_or(text.trim())
            .trim_start();
        let mobile =
            national.starts_with('1') && !matches!(national.as_bytes().get(1), Some(b'0'..=b'2'));
        if national.len() != LENGTH
            || !mobile
            || !national.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(MobileError);
        }
        Ok(Self(national.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Mobile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl PartialSchema for Mobile {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "手机号，可带 +86 (mobile number of the mainland, +86 may precede it)",
            ))
            .pattern(Some(r"^(\+86 ?)?1[3-9][0-9]{9}$"))
            .examples([serde_json::Value::from("13900001234")])
            .into()
    }
}

impl ToSchema for Mobile {}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{Mobile, MobileError};

    #[test]
    fn a_number_is_one_however_it_is_written_and_is_not_shown() {
        for text in ["13900001234", "+8613900001234", " +86 13900001234 "] {
            let phone: Mobile = text.parse().unwrap();
            assert_eq!(phone.reveal(), "13900001234");
            assert!(!format!("{phone:?}").contains("1390"));
        }
        for text in [
            "",
            "1390000123",
            "139000012345",
            "12900001234",
            "02712345678",
            "1390000123x",
            "+1 13900001234",
            "１３９００００１２３４",
        ] {
            assert_eq!(text.parse::<Mobile>(), Err(MobileError), "{text}");
        }
    }
}
