//! Accounts and the names by which people sign in.

use std::fmt;
use std::str::FromStr;

use kernel::{AccountId, Line, Timestamp, Version};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Name of a person as others see it (姓名、称呼).
pub type DisplayName = Line<1, 50>;

/// The text is no name to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "用户名须为 2 到 64 个字符，以字母或数字开头，只含小写字母、数字和 . _ - (a username has 2 to 64 characters, starts with a letter or digit and holds only letters, digits and . _ -)"
)]
pub struct UsernameError;

/// Name to sign in with (用户名); capitals count as small letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Username(String);

impl Username {
    /// Returns the folded name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let folded = text.to_ascii_lowercase();
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
        };
        let opens_well = folded.starts_with(|first: char| first.is_ascii_alphanumeric());
        if !(2..=64).contains(&folded.len()) || !opens_well || !folded.bytes().all(allowed) {
            return Err(UsernameError);
        }
        Ok(Self(folded))
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Username {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Username {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl PartialSchema for Username {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "用户名，不分大小写 (name to sign in with, case does not matter)",
            ))
            .pattern(Some("^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$"))
            .examples([serde_json::Value::from("wangge01")])
            .into()
    }
}

impl ToSchema for Username {}

/// Whether an account can be used (状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It can sign in (正常).
    Active,
    /// It cannot (停用).
    Suspended,
    /// Nobody can ever again (已注销).
    Closed,
}

/// An account (账号).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Name to sign in with.
    pub username: Username,
    /// Name for others.
    pub display_name: DisplayName,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// How often it or its grants changed.
    pub version: Version,
    /// When it was opened.
    pub created_at: Timestamp,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{Username, UsernameError};

    #[test]
    fn names_fold_and_odd_ones_are_refused() {
        assert_eq!(
            "WangGe.01".parse::<Username>().unwrap().as_str(),
            "wangge.01"
        );
        for text in [
            "",
            "a",
            ".ab",
            "a b",
            "a\n",
            "王网格",
            "ａｂ",
            "a/b",
            &"a".repeat(65),
        ] {
            assert_eq!(text.parse::<Username>(), Err(UsernameError), "{text:?}");
        }
    }
}
