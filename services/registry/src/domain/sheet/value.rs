use std::fmt::Display;
use std::str::FromStr;

use kernel::Named;
use problem::{Locale, Message};
use serde::{Deserialize, Serialize};

use super::columns::{Column, Resource};
use super::{MOST_COLUMNS, MOST_LETTERS};

/// What is wrong with a row, and in which column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CellError {
    /// The column, by its English header; none where it is the row as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<String>,
    zh: String,
    en: String,
}

impl CellError {
    /// Something is wrong with a cell.
    pub(crate) fn at(column: &str, message: &Message) -> Self {
        Self {
            column: Some(column.to_owned()),
            ..Self::of_row(message)
        }
    }

    /// Something is wrong with the row as a whole.
    pub(crate) fn of_row(message: &Message) -> Self {
        Self {
            column: None,
            zh: message.zh.clone().into_owned(),
            en: message.en.clone().into_owned(),
        }
    }

    /// Explains it.
    pub(crate) fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// The cells of a row while they are read; it gathers all that is wrong with them.
pub(crate) struct Cells<'a> {
    columns: &'static [Column],
    texts: &'a [String],
    pub(super) errors: Vec<CellError>,
}

impl<'a> Cells<'a> {
    /// Begins with a row.
    pub(super) fn new(resource: Resource, cells: &'a [String]) -> Self {
        Self {
            columns: resource.columns(),
            texts: cells,
            errors: Vec::new(),
        }
    }

    /// Reads a cell that may be empty.
    pub(super) fn may<T>(&mut self, column: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        self.may_be(column, |text| {
            text.parse()
                .map_err(|error: T::Err| Message::bilingual(&error.to_string()))
        })
    }

    /// Reads a cell that must not be empty.
    pub(super) fn must<T>(&mut self, column: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        self.filled(column)?;
        self.may(column)
    }

    /// Reads a cell that must not be empty with a reader of its own.
    pub(super) fn must_be<T>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, Message>,
    ) -> Option<T> {
        self.filled(column)?;
        self.may_be(column, read)
    }

    /// Reads a cell that may be empty with a reader of its own.
    pub(super) fn may_be<T>(
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
            Err(Message::new(
                format!("超过 {MOST_LETTERS} 个字符"),
                format!("more than {MOST_LETTERS} characters"),
            ))
        } else {
            read(text)
        };
        match read {
            Ok(value) => Some(value),
            Err(why) => {
                self.errors.push(CellError::at(column, &why));
                None
            }
        }
    }

    fn filled(&mut self, column: &str) -> Option<()> {
        if self.text(column).is_empty() {
            let why = Message::fixed("不能为空", "must not be empty");
            self.errors.push(CellError::at(column, &why));
            return None;
        }
        Some(())
    }

    fn text(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|known| known.en == column);
        let cell = self.texts.get(place.unwrap_or(MOST_COLUMNS));
        cell.map(String::as_str).unwrap_or_default()
    }
}

/// Reads a whole number within limits.
pub(super) fn count(text: &str, least: u32, most: u32) -> Result<u32, Message> {
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

/// Finds what a name or a title stands for.
pub(super) fn one_of<T: Named>(text: &str, title: fn(T) -> &'static str) -> Result<T, Message> {
    // a title may name several: 街道、乡镇
    let titled = |value: &T| {
        let title = title(*value);
        title == text || title.split('、').any(|part| part == text)
    };
    T::from_name(text)
        .or_else(|| T::ALL.iter().copied().find(titled))
        .ok_or_else(|| Message::new(format!("没有“{text}”这一项"), format!("there is no {text}")))
}
