use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// A calendar day as it is written, `YYYY-MM-DD` (日期).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) Date);

impl Day {
    /// Length of `YYYY-MM-DD`.
    const LENGTH: usize = 10;

    pub(crate) const fn date(self) -> Date {
        self.0
    }
}

/// The text is no day.
#[derive(Debug, thiserror::Error)]
#[error("日期须为 YYYY-MM-DD (must be a date, YYYY-MM-DD)")]
pub(crate) struct DayError;

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        if text.len() != Self::LENGTH {
            return Err(DayError);
        }
        text.parse().map(Self).map_err(|_| DayError)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .description(Some("日期 (calendar day)"))
            .examples([serde_json::Value::from("2026-11-22")])
            .into()
    }
}

impl ToSchema for Day {}
