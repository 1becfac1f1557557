use problem::Message;

use super::columns::{Column, Resource};
use super::{MOST_BYTES, MOST_COLUMNS, MOST_LETTERS, MOST_ROWS, REMARK, csv_file, workbook};

/// Why a file is not read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SheetError {
    /// It has more than [`MOST_BYTES`].
    TooLarge,
    /// It has more than [`MOST_ROWS`].
    TooManyRows,
    /// It has more than [`MOST_COLUMNS`].
    TooManyColumns,
    /// It is an old Excel file.
    OldExcel,
    /// The text is neither UTF-8 nor GB18030.
    Encoding,
    /// It is a broken workbook, or one with a password.
    Workbook,
    /// It unpacks to more than any such sheet needs.
    Bomb,
    /// There is no header.
    Empty,
    /// Columns that the header lacks.
    Missing(Vec<&'static Column>),
    /// A header that stands there twice.
    Twice(&'static Column),
    /// Headers that name no column.
    Unknown(Vec<String>),
}

impl SheetError {
    /// Explains it to the caller.
    pub(crate) fn message(&self) -> Message {
        match self {
            Self::TooLarge => {
                let mib = MOST_BYTES / 1024 / 1024;
                Message::new(
                    format!("文件超过 {mib} MiB，请分成几个文件"),
                    format!("the file exceeds {mib} MiB; split it"),
                )
            }
            Self::TooManyRows => Message::new(
                format!("超过 {MOST_ROWS} 行，请分成几个文件"),
                format!("more than {MOST_ROWS} rows; split the file"),
            ),
            Self::TooManyColumns => Message::new(
                format!("超过 {MOST_COLUMNS} 列"),
                format!("more than {MOST_COLUMNS} columns"),
            ),
            Self::OldExcel => Message::fixed(
                "这是旧版 Excel 文件（.xls），请另存为 .xlsx 或 CSV",
                "this is an old Excel file (.xls); save it as .xlsx or CSV",
            ),
            Self::Encoding => Message::fixed(
                "文字编码须为 UTF-8 或 GB18030",
                "the text must be UTF-8 or GB18030",
            ),
            Self::Workbook => Message::fixed(
                "工作簿损坏或设有密码",
                "the workbook is broken or has a password",
            ),
            Self::Bomb => Message::fixed(
                "工作簿解压后过大，请只保留一张数据表",
                "the workbook unpacks to too much; keep one sheet of data",
            ),
            Self::Empty => Message::fixed("没有表头", "there is no header"),
            Self::Missing(columns) => Message::new(
                format!("缺少列：{}", join(columns, |column| column.zh, "、")),
                format!(
                    "missing columns: {}",
                    join(columns, |column| column.en, ", ")
                ),
            ),
            Self::Twice(column) => Message::new(
                format!("列“{}”出现两次", column.zh),
                format!("the column {} is there twice", column.en),
            ),
            Self::Unknown(headers) => Message::new(
                format!("不认识的列：{}", headers.join("、")),
                format!("unknown columns: {}", headers.join(", ")),
            ),
        }
    }
}

fn join(columns: &[&'static Column], header: impl Fn(&Column) -> &'static str, by: &str) -> String {
    let headers: Vec<&str> = columns.iter().map(|column| header(column)).collect();
    headers.join(by)
}

/// One row of a file: the texts of its known columns in their order, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SheetRow {
    /// Line in the file, from 1, where the row begins.
    pub(crate) line: u32,
    /// A text for each column of the resource; empty where nothing stands.
    pub(crate) cells: Vec<String>,
    /// Whether something stands beside the header's columns.
    pub(crate) ragged: bool,
}

/// A row as a file has it.
pub(super) struct Raw {
    pub(super) line: u32,
    pub(super) cells: Vec<String>,
}

/// Takes the rows of a file one after the other: the first one is the header.
pub(super) struct Collector {
    resource: Resource,
    /// For each column of the file the column of the resource.
    header: Option<Vec<Option<usize>>>,
    rows: Vec<SheetRow>,
}

impl Collector {
    fn new(resource: Resource) -> Self {
        Self {
            resource,
            header: None,
            rows: Vec::new(),
        }
    }

    /// Takes the next row; empty ones and remarks count for nothing.
    pub(super) fn take(&mut self, raw: &Raw) -> Result<(), SheetError> {
        let first = raw
            .cells
            .first()
            .map(|cell| cell.trim())
            .unwrap_or_default();
        let blank = raw.cells.iter().all(|cell| cell.trim().is_empty());
        if blank || first.starts_with(REMARK) {
            return Ok(());
        }
        if raw.cells.len() > MOST_COLUMNS {
            return Err(SheetError::TooManyColumns);
        }
        let Some(header) = &self.header else {
            self.header = Some(find_columns(self.resource, &raw.cells)?);
            return Ok(());
        };
        if self.rows.len() == MOST_ROWS {
            return Err(SheetError::TooManyRows);
        }
        let mut cells = vec![String::new(); self.resource.columns().len()];
        let mut ragged = false;
        for (place, cell) in raw.cells.iter().enumerate() {
            let column = header.get(place).copied().flatten();
            match column.and_then(|column| cells.get_mut(column)) {
                Some(slot) => plain(cell).clone_into(slot),
                None => ragged |= !cell.trim().is_empty(),
            }
        }
        self.rows.push(SheetRow {
            line: raw.line,
            cells,
            ragged,
        });
        Ok(())
    }
}

/// Undoes what an export does against formulas, trims, and cuts what nobody reads to its end: one more
/// letter than a cell may have is enough to refuse it.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    let cell = match cell.strip_prefix('\'') {
        Some(rest) if super::write::is_formula(rest) => rest,
        _ => cell,
    };
    let end = cell.char_indices().nth(MOST_LETTERS + 1);
    end.and_then(|(end, _)| cell.get(..end)).unwrap_or(cell)
}

fn find_columns(resource: Resource, header: &[String]) -> Result<Vec<Option<usize>>, SheetError> {
    let columns = resource.columns();
    let mut found = Vec::with_capacity(header.len());
    let mut unknown = Vec::new();
    for name in header {
        let name = name.trim();
        let place = columns
            .iter()
            .position(|column| column.zh == name || column.en.eq_ignore_ascii_case(name));
        if let Some(column) = place.and_then(|place| columns.get(place))
            && found.contains(&place)
        {
            return Err(SheetError::Twice(column));
        }
        if place.is_none() && !name.is_empty() {
            unknown.push(name.chars().take(40).collect());
        }
        found.push(place);
    }
    let missing: Vec<&Column> = columns
        .iter()
        .enumerate()
        .filter(|(place, column)| column.required && !found.contains(&Some(*place)))
        .map(|(_, column)| column)
        .collect();
    if !missing.is_empty() {
        return Err(SheetError::Missing(missing));
    }
    if !unknown.is_empty() {
        return Err(SheetError::Unknown(unknown));
    }
    Ok(found)
}

/// Reads a file, CSV or XLSX by its content. Columns stand in any order, their headers are Chinese or
/// English.
///
/// # Errors
/// The file is none of these, too large, or has no header for the resource.
pub(crate) fn read(resource: Resource, bytes: &[u8]) -> Result<Vec<SheetRow>, SheetError> {
    if bytes.len() > MOST_BYTES {
        return Err(SheetError::TooLarge);
    }
    let mut collector = Collector::new(resource);
    if bytes.starts_with(b"PK\x03\x04") {
        workbook::read(bytes, &mut collector)?;
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(SheetError::OldExcel);
    } else {
        csv_file::read(bytes, &mut collector)?;
    }
    if collector.header.is_none() {
        return Err(SheetError::Empty);
    }
    Ok(collector.rows)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use super::{Resource, SheetError, read};
    use crate::domain::sheet::{MOST_BYTES, MOST_LETTERS, MOST_ROWS};

    fn venues(text: &str) -> Result<Vec<Vec<String>>, SheetError> {
        let rows = read(Resource::Venues, text.as_bytes())?;
        Ok(rows.into_iter().map(|row| row.cells).collect())
    }

    #[test]
    fn headers_stand_in_any_order_in_either_language() {
        let expected = vec![vec!["420105011010", "会议室", "40"]];
        for text in [
            "org_code,name,capacity\n420105011010,会议室,40\n",
            "\u{feff}可容纳人数,名称,管理组织代码\r\n40,会议室,420105011010\r\n",
            "Name , 管理组织代码,CAPACITY\n\n\"会议室\",420105011010, 40 \n,,\n#注释,,\n",
        ] {
            assert_eq!(venues(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn text_of_an_old_spreadsheet_is_read() {
        let text = "管理组织代码,名称,可容纳人数\n420105011010,会议室,40\n";
        let (bytes, _, _) = encoding_rs::GB18030.encode(text);
        let rows = read(Resource::Venues, &bytes).unwrap();
        assert_eq!(rows[0].cells[1], "会议室");
        assert_eq!(
            read(Resource::Venues, b"org_code,name,capacity\n1,\xff\xff,2\n"),
            Err(SheetError::Encoding)
        );
    }

    #[test]
    fn a_row_keeps_its_line_and_says_what_stands_beside_it() {
        let text = "org_code,name,capacity\n\n1,\"a\nb\",2\n3,c,4,5\n6\n";
        let rows = read(Resource::Venues, text.as_bytes()).unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.line, row.ragged)).collect();
        assert_eq!(told, [(3, false), (5, true), (6, false)]);
        assert_eq!(rows[2].cells, ["6", "", ""]);
    }

    #[test]
    fn a_wrong_header_is_told() {
        let columns = Resource::Venues.columns();
        for (text, wrong) in [
            ("", SheetError::Empty),
            ("# 说明\n\n", SheetError::Empty),
            ("org_code,name\n", SheetError::Missing(vec![&columns[2]])),
            (
                "org_code,name,capacity,colour\n",
                SheetError::Unknown(vec!["colour".to_owned()]),
            ),
            (
                "org_code,name,名称,capacity\n",
                SheetError::Twice(&columns[1]),
            ),
        ] {
            assert_eq!(venues(text), Err(wrong), "{text}");
        }
        assert_eq!(venues(&"a,".repeat(65)), Err(SheetError::TooManyColumns));
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_worked_on() {
        let large = vec![b'a'; MOST_BYTES + 1];
        assert_eq!(read(Resource::Venues, &large), Err(SheetError::TooLarge));
        let many = format!(
            "org_code,name,capacity\n{}",
            "1,b,2\n".repeat(MOST_ROWS + 1)
        );
        assert_eq!(venues(&many), Err(SheetError::TooManyRows));
        let long = format!("org_code,name,capacity\n1,{},2\n", "长".repeat(5_000));
        let rows = venues(&long).unwrap();
        assert_eq!(rows[0][1].chars().count(), MOST_LETTERS + 1);
        assert_eq!(
            read(Resource::Venues, &[0xD0, 0xCF, 0x11, 0xE0, 1]),
            Err(SheetError::OldExcel)
        );
    }
}
