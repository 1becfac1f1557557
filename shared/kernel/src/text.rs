//! Text that people write, checked once at the edge.

use std::{fmt, str::FromStr};

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("不能为空 (must not be blank)")]
    Blank,
    /// Too few characters.
    #[error("不能少于 {min} 个字符 (must have at least {min} characters)")]
    TooShort {
        /// Fewest characters.
        min: usize,
    },
    /// Too many characters.
    #[error("不能超过 {max} 个字符 (must have at most {max} characters)")]
    TooLong {
        /// Most characters.
        max: usize,
    },
    /// A line break or another control character where there must be none.
    #[error("不能包含换行或控制字符 (must not hold line breaks or control characters)")]
    ControlInLine,
    /// A control character other than a line break or a tab.
    #[error(
        "不能包含换行和制表符以外的控制字符 (must not hold control characters other than line breaks and tabs)"
    )]
    ControlInText,
}

/// Counts the characters of a trimmed text against its limits.
fn check_length(text: &str, min: usize, max: usize) -> Result<(), TextError> {
    if text.is_empty() && min > 0 {
        return Err(TextError::Blank);
    }
    // one more than the limit is enough to know
    let count = text.chars().take(max.saturating_add(1)).count();
    if count < min {
        return Err(TextError::TooShort { min });
    }
    if count > max {
        return Err(TextError::TooLong { max });
    }
    Ok(())
}

/// Defines what both kinds of text share.
macro_rules! define_text {
    ($ty:ident, $expecting:literal, $description:literal, $pattern:literal) => {
        impl<const MIN: usize, const MAX: usize> $ty<MIN, MAX> {
            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes the text out.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> fmt::Display for $ty<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MIN: usize, const MAX: usize> AsRef<str> for $ty<MIN, MAX> {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> From<$ty<MIN, MAX>> for String {
            fn from(text: $ty<MIN, MAX>) -> Self {
                text.0
            }
        }

        impl<const MIN: usize, const MAX: usize> serde::Serialize for $ty<MIN, MAX> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de, const MIN: usize, const MAX: usize> serde::Deserialize<'de> for $ty<MIN, MAX> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::macros::deserialize_text(deserializer, $expecting)
            }
        }

        #[cfg(feature = "openapi")]
        impl<const MIN: usize, const MAX: usize> utoipa::PartialSchema for $ty<MIN, MAX> {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($description))
                    .min_length(Some(MIN))
                    .max_length(Some(MAX))
                    .pattern(Some($pattern))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl<const MIN: usize, const MAX: usize> utoipa::ToSchema for $ty<MIN, MAX> {
            // the limits are part of the name: other limits are another schema
            fn name() -> std::borrow::Cow<'static, str> {
                format!("{}_{MIN}_{MAX}", stringify!($ty)).into()
            }
        }
    };
}

/// One line of text, trimmed, `MIN` to `MAX` characters, without any control character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> FromStr for Line<MIN, MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        check_length(text, MIN, MAX)?;
        // U+2028 and U+2029 break lines without being control characters
        let breaks =
            |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
        if text.contains(breaks) {
            return Err(TextError::ControlInLine);
        }
        Ok(Self(text.to_owned()))
    }
}

define_text!(
    Line,
    "a line of text",
    "单行文本 (one line of text)",
    r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
);

/// Text of several lines, trimmed, `MIN` to `MAX` characters; `\r\n` becomes `\n`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> FromStr for Text<MIN, MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = text.trim().replace("\r\n", "\n");
        check_length(&text, MIN, MAX)?;
        let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
        if text.contains(control) {
            return Err(TextError::ControlInText);
        }
        Ok(Self(text))
    }
}

define_text!(
    Text,
    "a text",
    "多行文本 (text of several lines)",
    r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
);
