//! Sheets (表格): what people keep in a spreadsheet, as rows of text under known columns.
//!
//! One description per resource says its columns; the template, the reader and the export follow it. A
//! file is CSV (UTF-8 with or without BOM, or GB18030) or XLSX; which of them its content says.

mod columns;
mod content;
mod rows;
mod value;
mod workbook;
mod write;

pub(crate) use columns::Resource;
pub(crate) use content::{SheetError, SheetRow, read};
pub(crate) use rows::{
    GridRow, OrganisationRow, PostRow, VenueRow, check, title_of_duty, title_of_post,
};
pub(crate) use tables::sheet::MOST_BYTES;
#[cfg(test)]
pub(crate) use tables::sheet::{MOST_COLUMNS, MOST_LETTERS};
pub(crate) use value::CellError;
pub(crate) use workbook::workbook;
pub(crate) use write::{BOM, Format, csv_header, csv_line, template};

/// Most rows of a file, the header not counted.
pub(crate) const MOST_ROWS: usize = 50_000;
