//! Instants with microseconds, and the clock that makes them.

use std::{fmt, str::FromStr, time::Duration};

use jiff::{civil::Date, tz::TimeZone};

/// First instant of the year 1: RFC 3339 cannot write anything earlier.
const MIN_MICROS: i64 = -62_135_596_800_000_000;
/// Last whole second that every zone can still show within the year 9999.
const MAX_MICROS: i64 = 253_402_207_200_000_000;
/// Longest text that can be an RFC 3339 instant.
const MAX_TEXT: usize = 40;

/// Why something is not an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// The text is not RFC 3339.
    #[error(
        "时间须为 RFC 3339 格式，例如 2026-11-22T08:00:00Z (must be an RFC 3339 time with an offset)"
    )]
    Malformed,
    /// The instant is before the year 1 or after the year 9999.
    #[error("时间超出范围 (time out of range)")]
    OutOfRange,
}

/// An instant in UTC, cut to microseconds so that every store keeps exactly what was said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// Makes an instant from microseconds since 1970.
    pub fn from_micros(micros: i64) -> Result<Self, TimestampError> {
        if !(MIN_MICROS..=MAX_MICROS).contains(&micros) {
            return Err(TimestampError::OutOfRange);
        }
        match jiff::Timestamp::from_microsecond(micros) {
            Ok(instant) => Ok(Self(instant)),
            Err(_) => Err(TimestampError::OutOfRange),
        }
    }

    /// Returns microseconds since 1970.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Returns whole seconds since 1970, as tokens count.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Returns the instant for calendar arithmetic.
    #[must_use]
    pub fn as_jiff(self) -> jiff::Timestamp {
        self.0
    }

    /// Moves the instant later, at most to the end of the range.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::saturating(self.micros().saturating_add(micros))
    }

    /// Moves the instant earlier, at most to the start of the range.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::saturating(self.micros().saturating_sub(micros))
    }

    /// Returns the time from `earlier` to this instant, zero if `earlier` is later.
    #[must_use]
    pub fn duration_since(self, earlier: Self) -> Duration {
        let micros = self.micros().saturating_sub(earlier.micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }

    /// Returns the date that a calendar in `zone` shows.
    #[must_use]
    pub fn date_in(self, zone: &TimeZone) -> Date {
        zone.to_datetime(self.0).date()
    }

    /// Cuts to the range.
    fn saturating(micros: i64) -> Self {
        let micros = micros.clamp(MIN_MICROS, MAX_MICROS);
        jiff::Timestamp::from_microsecond(micros).map_or(Self::UNIX_EPOCH, Self)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self::saturating(instant.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        // a zone in brackets (RFC 9557) would be dropped silently
        if text.len() > MAX_TEXT || text.contains('[') {
            return Err(TimestampError::Malformed);
        }
        match text.parse::<jiff::Timestamp>() {
            Ok(instant) => Self::from_micros(instant.as_microsecond()),
            Err(_) => Err(TimestampError::Malformed),
        }
    }
}

wire_text!(Timestamp, "an RFC 3339 time string");

column!(
    Timestamp,
    i64,
    BigInt,
    sea_orm::sea_query::ColumnType::BigInteger,
    |instant| instant.micros(),
    Timestamp::from_micros
);

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("时间，UTC (instant in UTC, microseconds)"))
            .examples([serde_json::Value::from("2026-11-22T08:00:00Z")])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Timestamp {}

/// Where the current time comes from.
pub trait Clock: Send + Sync {
    /// Returns the current instant.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the time"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from(jiff::Timestamp::now())
    }
}
