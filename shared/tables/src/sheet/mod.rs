//! Sheets (表格): what people keep in a spreadsheet, as rows of text under known columns.
//!
//! A list of columns describes a sheet; the template, the reader and the export follow it. A file is CSV (UTF-8 with
//! or without BOM, or GB18030) or XLSX; which of them its content says. What columns there are and what a row means
//! is the business of each service.

mod column;
mod content;
mod csv_file;
mod guard;
mod value;
mod workbook;
mod write;

pub use column::{Column, may, must};
pub use content::{SheetError, SheetRow, read};
pub use value::{CellError, Cells, count};
pub use workbook::workbook;
pub use write::{csv_header, template};

/// Largest file in bytes.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Most columns of a file, known ones or not.
pub const MOST_COLUMNS: usize = 64;
/// Most characters of one cell.
pub const MOST_LETTERS: usize = 1_000;
/// What a row that is an explanation begins with; it is skipped.
pub const REMARK: char = '#';
