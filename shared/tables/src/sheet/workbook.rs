//! XLSX: the first sheet of a workbook.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};
use problem::Locale;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::column::Column;
use super::content::{Collector, Raw, SheetError};
use super::{MOST_COLUMNS, MOST_LETTERS, guard};

/// Reads the rows of the first sheet, cell by cell: a cell far off takes no room for those between.
pub(super) fn read(bytes: &[u8], into: &mut Collector) -> Result<(), SheetError> {
    guard::check(bytes)?;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| SheetError::Workbook)?;
    let first = workbook.sheet_names().into_iter().next();
    let name = first.ok_or(SheetError::Empty)?;
    let reader = workbook.worksheet_cells_reader(&name);
    let mut reader = reader.map_err(|_| SheetError::Workbook)?;
    let mut row = Raw {
        line: 0,
        cells: Vec::new(),
    };
    while let Some(cell) = reader.next_cell().map_err(|_| SheetError::Workbook)? {
        let text = text_of(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let (line, column) = cell.get_position();
        let line = line.saturating_add(1);
        if line != row.line {
            let cells = Vec::new();
            into.take(&std::mem::replace(&mut row, Raw { line, cells }))?;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= MOST_COLUMNS {
            return Err(SheetError::TooManyColumns);
        }
        if row.cells.len() <= column {
            row.cells.resize(column + 1, String::new());
        }
        if let Some(slot) = row.cells.get_mut(column) {
            *slot = text;
        }
    }
    into.take(&row)
}

/// A cell as somebody would have typed it.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::SharedString(text) => cut(text),
        DataRef::Int(number) => number.to_string(),
        // a code of twelve digits is a number to a spreadsheet
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(instant) => {
            let (year, month, day, hour, minute, ..) = instant.to_ymd_hms_milli();
            let of_day = format!("{hour:02}:{minute:02}");
            // less than a day is a time of day; a day has no time beside it
            match instant.as_f64() {
                time if time < 1.0 => of_day,
                _ if hour == 0 && minute == 0 => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {of_day}"),
            }
        }
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            cut(text)
        }
        // no value of any column
        DataRef::Error(error) => error.to_string(),
    }
}

/// Takes what a cell may have, and one letter more where there is too much.
fn cut(text: &str) -> String {
    text.trim().chars().take(MOST_LETTERS + 1).collect()
}

/// Makes a workbook of a sheet: its header, its rows, and beside it what the columns take.
///
/// # Errors
/// The rows do not fit into a workbook.
pub fn workbook(
    columns: &[Column],
    rows: &[Vec<String>],
    locale: Locale,
) -> Result<Vec<u8>, XlsxError> {
    let (data, explained) = match locale {
        Locale::Zh => ("数据", "说明"),
        Locale::En => ("data", "columns"),
    };
    let bold = Format::new().set_bold();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name(data)?;
    sheet.set_freeze_panes(1, 0)?;
    for (place, column) in (0_u16..).zip(columns) {
        sheet.set_column_width(place, 24)?;
        sheet.write_with_format(0, place, column.header(locale), &bold)?;
    }
    for (line, row) in (1_u32..).zip(rows) {
        // as text, whatever they look like: nothing of it is worked out
        for (place, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(line, place, cell)?;
        }
    }
    let sheet = workbook.add_worksheet().set_name(explained)?;
    for (line, column) in (0_u32..).zip(columns) {
        let told = explain(column, locale);
        for (place, text) in (0_u16..).zip(told) {
            sheet.set_column_width(place, 32)?;
            sheet.write_string(line, place, text)?;
        }
    }
    workbook.save_to_buffer()
}

fn explain(column: &Column, locale: Locale) -> [&'static str; 4] {
    let (required, takes) = match (locale, column.required) {
        (Locale::Zh, true) => ("必填", column.takes.0),
        (Locale::Zh, false) => ("选填", column.takes.0),
        (Locale::En, true) => ("required", column.takes.1),
        (Locale::En, false) => ("optional", column.takes.1),
    };
    [column.header(locale), required, takes, column.example]
}
