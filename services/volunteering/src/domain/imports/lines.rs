//! How cells are read, and what is said of those that are wrong: never what stands in them.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use kernel::{Named, Timestamp, telltale};
use problem::Message;
use tables::sheet::{CellError, Cells, Column, SheetRow};

use crate::domain::catalogue::{ServiceKind, Title};

/// Digits of a volunteer number: district and sequence.
const NUMBER: usize = 14;

/// What is wrong with a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineError {
    /// Line in the file, from 1.
    pub(crate) line: u32,
    pub(crate) error: CellError,
}

impl LineError {
    pub(super) fn at(line: u32, column: &str, code: &'static str, message: &Message) -> Self {
        Self {
            line,
            error: CellError::coded(Some(column), code, message),
        }
    }
}

/// Nobody of that number at or below the import's place; whether there is one elsewhere is not said.
pub(crate) fn volunteer_unknown(line: u32) -> LineError {
    let why = Message::fixed(
        "本次导入范围内没有这个志愿者编号",
        "no volunteer of this number within the scope of the import",
    );
    LineError::at(line, "volunteer_number", "volunteer_unknown", &why)
}

/// Reads the rows of a file one by one; what is wrong is added to `errors`.
pub(super) fn read_rows<T>(
    columns: &'static [Column],
    rows: &[SheetRow],
    errors: &mut Vec<LineError>,
    of: impl Fn(&mut Cells<'_>, u32) -> Option<T>,
) -> Vec<T> {
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = Cells::new(columns, &row.cells);
        cells.errors.extend(personal(columns, row));
        if row.ragged {
            let why = Message::fixed("表头之外还有内容", "something stands beside the columns");
            cells.errors.push(CellError::coded(None, "ragged", &why));
        }
        // of what gives a person away nothing else is said
        let made = if cells.errors.is_empty() {
            of(&mut cells, row.line)
        } else {
            None
        };
        match made {
            Some(made) if cells.errors.is_empty() => read.push(made),
            _ => errors.extend(cells.errors.into_iter().map(|error| LineError {
                line: row.line,
                error,
            })),
        }
    }
    read
}

/// Finds the cells that give a person away.
fn personal(columns: &'static [Column], row: &SheetRow) -> Vec<CellError> {
    let found = columns.iter().zip(&row.cells).filter_map(|(column, cell)| {
        let found = telltale(cell)?;
        let why = Message::bilingual(&found.to_string());
        Some(CellError::coded(Some(column.en), "personal_data", &why))
    });
    found.collect()
}

/// Reads a volunteer number.
pub(super) fn number(text: &str) -> Result<String, Message> {
    if text.len() == NUMBER && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(Message::fixed(
        "志愿者编号为 14 位数字",
        "a volunteer number has 14 digits",
    ))
}

/// Reads a day.
pub(super) fn day(text: &str) -> Result<Date, Message> {
    let shaped = text.len() == "2026-11-22".len();
    let day = text.parse().ok().filter(|_| shaped);
    day.ok_or_else(|| Message::fixed("日期须为 YYYY-MM-DD", "must be a date, YYYY-MM-DD"))
}

/// Reads a time of day; spreadsheets leave out a leading zero.
pub(super) fn time(text: &str) -> Result<Time, Message> {
    let time = Time::strptime("%H:%M", format!("{text:0>5}")).ok();
    time.filter(|_| text.len() <= "09:00".len())
        .ok_or_else(|| Message::fixed("时刻须为 HH:MM", "must be a time of day, HH:MM"))
}

/// The instant of a day and a time in the zone of the rules.
pub(super) fn instant(zone: &TimeZone, day: Date, time: Time) -> Option<Timestamp> {
    let at = zone.to_timestamp(day.to_datetime(time)).ok()?;
    Some(Timestamp::from(at))
}

/// Reads a kind of service by its name or title.
pub(super) fn kind(text: &str, kinds: &BTreeMap<String, ServiceKind>) -> Result<String, Message> {
    of_rules(text, kinds.iter().map(|(name, kind)| (name, &kind.title)))
}

/// Reads a skill by its name or title.
pub(super) fn skill(text: &str, skills: &BTreeMap<String, Title>) -> Result<String, Message> {
    of_rules(text, skills.iter())
}

fn of_rules<'rules>(
    text: &str,
    mut known: impl Iterator<Item = (&'rules String, &'rules Title)>,
) -> Result<String, Message> {
    let found = known.find(|(name, title)| *name == text || title.zh == text || title.en == text);
    found
        .map(|(name, _)| name.clone())
        .ok_or_else(|| Message::fixed("规则中没有这一项", "the rules do not name it"))
}

/// Reads a value by its name or its Chinese title.
pub(super) fn one_of<T: Named>(text: &str, title: fn(T) -> &'static str) -> Result<T, Message> {
    T::from_name(text)
        .or_else(|| T::ALL.iter().copied().find(|value| title(*value) == text))
        .ok_or_else(|| Message::fixed("没有这一项，见模板", "no such value; see the template"))
}
