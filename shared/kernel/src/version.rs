//! Versions of aggregates: optimistic locking and `ETag`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why something is not a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Versions start at 1.
    #[error("版本号须为正整数 (a version is a positive whole number)")]
    NotPositive,
    /// The text is not an entity tag that was handed out.
    #[error("版本标记须形如 \"1\"，含双引号 (an entity tag looks like \"1\", with the quotes)")]
    Malformed,
}

/// How often an aggregate has changed, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Version(i64);

impl Version {
    /// Version of a new aggregate.
    pub const FIRST: Self = Self(1);

    /// Makes a version from a number.
    pub const fn new(number: i64) -> Result<Self, VersionError> {
        if number < 1 {
            return Err(VersionError::NotPositive);
        }
        Ok(Self(number))
    }

    /// Returns the number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Returns the version after one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Writes the strong entity tag, quotes included.
    #[must_use]
    pub fn etag(self) -> String {
        format!("\"{}\"", self.0)
    }

    /// Reads one strong entity tag, as `If-Match` carries it.
    ///
    /// Weak tags, `*` and lists are refused: a change is always made to one known version.
    pub fn parse_etag(text: &str) -> Result<Self, VersionError> {
        let digits = text
            .trim()
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or(VersionError::Malformed)?;
        // one spelling per version: no sign, no leading zero
        if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VersionError::Malformed);
        }
        let number = digits.parse().map_err(|_| VersionError::Malformed)?;
        Self::new(number)
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::FIRST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<i64> for Version {
    type Error = VersionError;

    fn try_from(number: i64) -> Result<Self, VersionError> {
        Self::new(number)
    }
}

impl From<Version> for i64 {
    fn from(version: Version) -> Self {
        version.0
    }
}

column!(
    Version,
    i64,
    BigInt,
    sea_orm::sea_query::ColumnType::BigInteger,
    |version| version.0,
    Version::new
);

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Version {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(1))
            .description(Some("版本号 (version, counted from 1)"))
            .examples([serde_json::Value::from(1)])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Version {}
