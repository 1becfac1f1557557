use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use problem::{Locale, Message};
use serde::{Deserialize, Serialize};

use super::column::Column;
use super::{MOST_COLUMNS, MOST_LETTERS};

/// What is wrong with a row, and in which column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellError {
    /// The column, by its English header; none where it is the row as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Its stable name, to decide by.
    #[serde(default)]
    pub code: Cow<'static, str>,
    zh: String,
    en: String,
}

impl CellError {
    /// Something is wrong with a cell.
    #[must_use]
    pub fn at(column: &str, message: &Message) -> Self {
        Self::coded(Some(column), "invalid", message)
    }

    /// Something is wrong with the row as a whole.
    #[must_use]
    pub fn of_row(message: &Message) -> Self {
        Self::coded(None, "invalid", message)
    }

    /// Something that goes by a name is wrong with a cell, or with the row as a whole.
    #[must_use]
    pub fn coded(column: Option<&str>, code: &'static str, message: &Message) -> Self {
        Self {
            column: column.map(str::to_owned),
            code: Cow::Borrowed(code),
            zh: message.zh.clone().into_owned(),
            en: message.en.clone().into_owned(),
        }
    }

    /// Explains it.
    #[must_use]
    pub fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// The cells of a row while they are read; it gathers all that is wrong with them.
pub struct Cells<'a> {
    columns: &'static [Column],
    texts: &'a [String],
    /// What is wrong so far.
    pub errors: Vec<CellError>,
}

impl<'a> Cells<'a> {
    /// Begins with a row.
    #[must_use]
    pub fn new(columns: &'static [Column], cells: &'a [String]) -> Self {
        Self {
            columns,
            texts: cells,
            errors: Vec::new(),
        }
    }

    /// Reads a cell that may be empty.
    pub fn may<T>(&mut self, column: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        self.may_be(column, |text| {
            text.parse()
                .map_err(|error: T::Err| Message::bilingual(&error.to_string()))
        })
    }

    /// Reads a cell that must not be empty.
    pub fn must<T>(&mut self, column: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        self.filled(column)?;
        self.may(column)
    }

    /// Reads a cell that must not be empty with a reader of its own.
    pub fn must_be<T>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, Message>,
    ) -> Option<T> {
        self.filled(column)?;
        self.may_be(column, read)
    }

    /// Reads a cell that may be empty with a reader of its own.
    pub fn may_be<T>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, Message>,
    ) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        // the reader has cut it one letter behind the most
        let read = if text.chars().count() > MOST_LETTERS {
            let why = Message::new(
                format!("超过 {MOST_LETTERS} 个字符"),
                format!("more than {MOST_LETTERS} characters"),
            );
            Err(CellError::coded(Some(column), "too_long", &why))
        } else {
            read(text).map_err(|why| CellError::at(column, &why))
        };
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    fn filled(&mut self, column: &str) -> Option<()> {
        if self.text(column).is_empty() {
            let why = Message::fixed("不能为空", "must not be empty");
            let error = CellError::coded(Some(column), "required", &why);
            self.errors.push(error);
            return None;
        }
        Some(())
    }

    /// The text of a cell; empty where nothing stands.
    #[must_use]
    pub fn text(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|known| known.en == column);
        let cell = self.texts.get(place.unwrap_or(MOST_COLUMNS));
        cell.map(String::as_str).unwrap_or_default()
    }
}

/// Reads a whole number within limits.
///
/// # Errors
/// The text is no such number.
pub fn count(text: &str, least: u32, most: u32) -> Result<u32, Message> {
    let count = text.parse().ok();
    count
        .filter(|count| (least..=most).contains(count))
        .ok_or_else(|| {
            Message::new(
                format!("须为 {least} 至 {most} 的整数"),
                format!("must be a whole number from {least} to {most}"),
            )
        })
}
