#![doc = include_str!("../README.md")]

pub mod sheet;

use rust_xlsxwriter::{Workbook, XlsxError};
use serde::{Deserialize, Serialize};

/// What tells a spreadsheet that the text is UTF-8.
pub const BOM: &str = "\u{feff}";

/// Form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// 逗号分隔文本.
    #[default]
    Csv,
    /// Excel 工作簿.
    Xlsx,
}

impl ExportFormat {
    /// Most rows: a workbook is made in memory.
    #[must_use]
    pub fn most_rows(self) -> u64 {
        match self {
            Self::Csv => 200_000,
            Self::Xlsx => 50_000,
        }
    }

    /// The ending of the file's name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

kernel::named! {
    /// How far an export has come.
    #[derive(Serialize, Deserialize)]
    pub enum ExportState {
        /// It waits for its turn, or is being made (生成中).
        Running = "running",
        /// The file is there (可下载).
        Ready = "ready",
        /// It can't be made, with the reason (失败).
        Failed = "failed",
        /// Its caller wants it no longer (已取消).
        Cancelled = "cancelled",
    }
}

/// Says whether a spreadsheet would take a text for a formula (CSV injection, OWASP).
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// Writes one line of CSV (RFC 4180), with its end; what would be a formula gets an apostrophe.
#[must_use]
pub fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        let guard = if is_formula(cell) { "'" } else { "" };
        if cell.contains([',', '"', '\n', '\r']) {
            line.push('"');
            line.push_str(guard);
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(guard);
            line.push_str(cell);
        }
    }
    line.push_str("\r\n");
    line
}

/// Makes a workbook, the headers first: all cells are texts, whatever they look like, and nothing of them is worked out.
///
/// # Errors
/// A row has more cells than a sheet has columns, or the like.
pub fn workbook(rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_freeze_panes(1, 0)?;
    for (line, row) in (0_u32..).zip(rows) {
        for (place, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(line, place, cell)?;
        }
    }
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_exported_is_a_formula() {
        for cell in [
            "=cmd|' /C calc'!A0",
            "+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "＝1",
            "=a,b",
        ] {
            let line = csv_line(["x", cell]);
            let second = line.trim_start_matches("x,").trim_start_matches('"');
            assert!(second.starts_with('\''), "{line}");
        }
        assert_eq!(
            csv_line(["a", "b,c", "\"d\"", ""]),
            "a,\"b,c\",\"\"\"d\"\"\",\r\n"
        );
    }

    proptest! {
        #[test]
        fn a_line_has_as_many_cells_as_were_written(cells in prop::collection::vec("[ -~\\n路灯]{0,12}", 1..8)) {
            let line = csv_line(cells.iter().map(String::as_str));
            let mut quoted = false;
            let commas = line.chars().filter(|letter| {
                quoted ^= *letter == '"';
                *letter == ',' && !quoted
            });
            prop_assert_eq!(commas.count() + 1, cells.len());
            prop_assert!(line.ends_with("\r\n") && !quoted);
        }
    }
}
