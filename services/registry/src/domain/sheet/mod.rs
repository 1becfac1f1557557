//! Sheets (表格): what people keep in a spreadsheet, as rows of text under known columns.
//!
//! One description per resource says its columns; the template, the reader and the export follow it. A
//! file is CSV (UTF-8 with or without BOM, or GB18030) or XLSX; which of them its content says.

mod columns;
mod content;
mod csv_file;
mod guard;
mod rows;
mod value;
mod workbook;
mod write;

pub(crate) use columns::{Column, Resource};
pub(crate) use content::{SheetError, SheetRow, read};
pub(crate) use rows::{
    GridRow, OrganisationRow, PostRow, VenueRow, check, title_of_duty, title_of_post,
};
pub(crate) use value::CellError;
pub(crate) use workbook::workbook;
pub(crate) use write::{BOM, Format, csv_header, csv_line, template};

/// Largest file in bytes.
pub(crate) const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Most rows of a file, the header not counted.
pub(crate) const MOST_ROWS: usize = 50_000;
/// Most columns of a file, known ones or not.
pub(crate) const MOST_COLUMNS: usize = 64;
/// Most characters of one cell.
pub(crate) const MOST_LETTERS: usize = 1_000;
/// What a row that is an explanation begins with; it is skipped.
pub(crate) const REMARK: char = '#';
