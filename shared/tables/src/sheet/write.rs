use problem::Locale;

use super::REMARK;
use super::column::Column;
use crate::{BOM, csv_line};

/// Writes the header.
#[must_use]
pub fn csv_header(columns: &[Column], locale: Locale) -> String {
    csv_line(columns.iter().map(|column| column.header(locale)))
}

/// Makes the file that people fill in: the header, and remarks with what each column takes and an
/// example.
#[must_use]
pub fn template(columns: &[Column], locale: Locale) -> String {
    let takes = |column: &Column| {
        let (zh, en) = column.takes;
        match (locale, column.required) {
            (Locale::Zh, true) => format!("必填：{zh}"),
            (Locale::Zh, false) => format!("选填：{zh}"),
            (Locale::En, true) => format!("required: {en}"),
            (Locale::En, false) => format!("optional: {en}"),
        }
    };
    let remark = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let first = cells.next().unwrap_or_default();
        let cells: Vec<String> = std::iter::once(format!("{REMARK}{first}"))
            .chain(cells)
            .collect();
        csv_line(cells.iter().map(String::as_str))
    };
    let rules = remark(columns.iter().map(takes).collect());
    let examples = columns.iter().map(|column| column.example.to_owned());
    let example = remark(examples.collect());
    format!("{BOM}{}{rules}{example}", csv_header(columns, locale))
}
