//! Days and times of day as they are written.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// A calendar day, `YYYY-MM-DD` (日期).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServiceDay(pub(crate) Date);

/// A time of day, `HH:MM` (时刻).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServiceTime(pub(crate) Time);

/// The text is no day or no time of day.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CivilError {
    #[error("日期须为 YYYY-MM-DD (must be a date, YYYY-MM-DD)")]
    Day,
    #[error("时刻须为 HH:MM (must be a time of day, HH:MM)")]
    Time,
}

/// Says whether a text is digits in the shape of `pattern`, whose other characters stand for themselves.
fn is_shaped(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
}

impl FromStr for ServiceDay {
    type Err = CivilError;

    fn from_str(text: &str) -> Result<Self, CivilError> {
        if !is_shaped(text, "0000-00-00") {
            return Err(CivilError::Day);
        }
        text.parse().map(Self).map_err(|_| CivilError::Day)
    }
}

impl FromStr for ServiceTime {
    type Err = CivilError;

    fn from_str(text: &str) -> Result<Self, CivilError> {
        if !is_shaped(text, "00:00") {
            return Err(CivilError::Time);
        }
        let parsed = Time::strptime("%H:%M", text);
        parsed.map(Self).map_err(|_| CivilError::Time)
    }
}

impl fmt::Display for ServiceDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for ServiceTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

macro_rules! wire {
    ($ty:ident, $describe:expr) => {
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        impl PartialSchema for $ty {
            fn schema() -> RefOr<Schema> {
                let describe: fn(ObjectBuilder) -> ObjectBuilder = $describe;
                describe(ObjectBuilder::new().schema_type(Type::String)).into()
            }
        }

        impl ToSchema for $ty {}
    };
}

wire!(ServiceDay, |day| day
    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
    .description(Some("日期 (a calendar day)"))
    .examples(["2026-11-27"]));

wire!(ServiceTime, |time| time
    .pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$"))
    .description(Some("时刻 (a time of day)"))
    .examples(["09:00"]));

#[cfg(test)]
mod tests {
    use super::{ServiceDay, ServiceTime};

    #[test]
    fn only_the_one_spelling_is_read() {
        for (text, fine) in [
            ("2026-11-27", true),
            ("2026-02-30", false),
            ("2026-11-27T00:00", false),
            ("-026-11-27", false),
        ] {
            assert_eq!(text.parse::<ServiceDay>().is_ok(), fine, "{text}");
        }
        for (text, fine) in [
            ("09:00", true),
            ("24:00", false),
            ("9:00", false),
            ("09:0x", false),
        ] {
            assert_eq!(text.parse::<ServiceTime>().is_ok(), fine, "{text}");
        }
    }
}
