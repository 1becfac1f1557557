//! Refusals of malformed instances: where, and why.

use serde::de::DeserializeOwned;

/// Why an instance or a plan was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It isn't JSON, or not of this shape.
    #[error("第 {line} 行第 {column} 列 (line {line}, column {column}) {pointer}: {reason}")]
    Shape {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// JSON pointer, empty for the whole document.
        pointer: String,
        /// What the parser says.
        reason: String,
    },
    /// A value that makes no sense.
    #[error("{pointer}: {reason}")]
    Value {
        /// JSON pointer.
        pointer: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of a text format.
    #[error("第 {line} 行 (line {line}): {reason}")]
    Line {
        /// From 1; one past the end where something is missing.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl ReadError {
    /// A refusal of the value at `pointer`.
    pub(crate) fn value(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        let (pointer, reason) = (pointer.into(), reason.into());
        Self::Value { pointer, reason }
    }

    /// A refusal of a line.
    pub(crate) fn line(line: usize, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Line { line, reason }
    }
}

/// Reads JSON, with the place of what does not fit.
pub(crate) fn json<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let refused = |pointer: String, error: &serde_json::Error| ReadError::Shape {
        line: error.line(),
        column: error.column(),
        pointer,
        reason: error.to_string(),
    };
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| refused(pointer(error.path()), error.inner()))?;
    reader
        .end()
        .map_err(|error| refused(String::new(), &error))?;
    Ok(value)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path {
        if matches!(segment, Segment::Unknown) {
            break;
        }
        text.push('/');
        match segment {
            Segment::Seq { index } => text.push_str(&index.to_string()),
            Segment::Map { key } => text.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => text.push_str(variant),
            Segment::Unknown => {}
        }
    }
    text
}

/// Checks that a number lies in a range.
pub(crate) fn within(
    value: i64,
    low: i64,
    high: i64,
    pointer: impl FnOnce() -> String,
) -> Result<(), ReadError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let reason = format!("{value} 不在 {low} 至 {high} 之间 (is not within {low} to {high})");
    Err(ReadError::value(pointer(), reason))
}

/// Checks the `format` of a document.
pub(crate) fn format(found: &str, expected: &str) -> Result<(), ReadError> {
    if found == expected {
        return Ok(());
    }
    let reason = format!("{found:?} 不是 {expected:?} (is not that format)");
    Err(ReadError::value("/format", reason))
}

/// Largest coordinate, in metres either way.
pub(crate) const FAR: i64 = 10_000_000;
/// Latest minute.
pub(crate) const LATE: i64 = 1_000_000;
/// Largest price.
pub(crate) const DEAR: i64 = 1_000_000;
/// Largest count of anything a person does or did.
pub(crate) const MANY: i64 = 10_000;

/// Rounded-down distance in metres; exact for all coordinates that are read.
#[inline]
pub(crate) fn distance(ax: i32, ay: i32, bx: i32, by: i32) -> i32 {
    let (dx, dy) = (i64::from(ax - bx), i64::from(ay - by));
    ((dx * dx + dy * dy) as f64).sqrt() as i32
}
