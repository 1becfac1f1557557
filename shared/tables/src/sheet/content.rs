use kernel::telltale;
use problem::Message;

use super::column::Column;
use super::{MOST_BYTES, MOST_COLUMNS, MOST_LETTERS, REMARK, csv_file, workbook};

/// Why a file is not read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetError {
    /// It has more than [`MOST_BYTES`].
    TooLarge,
    /// It has more rows than these.
    TooManyRows(usize),
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
    /// Headers that ask for a person: no sheet takes them.
    Personal(Vec<String>),
}

/// What headers are called that ask for a person.
const PERSONAL: [&str; 16] = [
    "身份证",
    "证件号",
    "手机",
    "电话",
    "联系方式",
    "姓名",
    "住址",
    "邮箱",
    "idcard",
    "idnumber",
    "idno",
    "phone",
    "mobile",
    "telephone",
    "email",
    "fullname",
];

impl SheetError {
    /// Explains it to the caller.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::TooLarge => {
                let mib = MOST_BYTES / 1024 / 1024;
                Message::new(
                    format!("文件超过 {mib} MiB，请分成几个文件"),
                    format!("the file exceeds {mib} MiB; split it"),
                )
            }
            Self::TooManyRows(most) => Message::new(
                format!("超过 {most} 行，请分成几个文件"),
                format!("more than {most} rows; split the file"),
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
            Self::Personal(headers) => Message::new(
                format!("不接收个人信息列，请删除后再导入：{}", headers.join("、")),
                format!(
                    "columns about a person are not taken; remove them: {}",
                    headers.join(", ")
                ),
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
pub struct SheetRow {
    /// Line in the file, from 1, where the row begins.
    pub line: u32,
    /// A text for each known column; empty where nothing stands.
    pub cells: Vec<String>,
    /// Whether something stands beside the header's columns.
    pub ragged: bool,
}

/// A row as a file has it.
pub(super) struct Raw {
    pub(super) line: u32,
    pub(super) cells: Vec<String>,
}

/// Takes the rows of a file one after the other: the first one is the header.
pub(super) struct Collector {
    columns: &'static [Column],
    most_rows: usize,
    /// For each column of the file the column it is.
    header: Option<Vec<Option<usize>>>,
    rows: Vec<SheetRow>,
}

impl Collector {
    fn new(columns: &'static [Column], most_rows: usize) -> Self {
        Self {
            columns,
            most_rows,
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
            self.header = Some(find_columns(self.columns, &raw.cells)?);
            return Ok(());
        };
        if self.rows.len() == self.most_rows {
            return Err(SheetError::TooManyRows(self.most_rows));
        }
        let mut cells = vec![String::new(); self.columns.len()];
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
        Some(rest) if crate::is_formula(rest) => rest,
        _ => cell,
    };
    let end = cell.char_indices().nth(MOST_LETTERS + 1);
    end.and_then(|(end, _)| cell.get(..end)).unwrap_or(cell)
}

fn find_columns(
    columns: &'static [Column],
    header: &[String],
) -> Result<Vec<Option<usize>>, SheetError> {
    let mut found = Vec::with_capacity(header.len());
    let (mut unknown, mut personal) = (Vec::new(), Vec::new());
    for (name, number) in header.iter().zip(1..) {
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
            let told = called(name, number);
            if asks_for_a_person(name) {
                personal.push(told);
            } else {
                unknown.push(told);
            }
        }
        found.push(place);
    }
    if !personal.is_empty() {
        return Err(SheetError::Personal(personal));
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

/// How a header is told; where the file has no header, what stands in its place may be somebody's number, which is
/// not said again.
fn called(name: &str, number: usize) -> String {
    if telltale(name).is_some() {
        return format!("#{number}");
    }
    name.chars().take(40).collect()
}

fn asks_for_a_person(name: &str) -> bool {
    let plain = name.chars().filter(|letter| letter.is_alphanumeric());
    let plain: String = plain.flat_map(char::to_lowercase).collect();
    PERSONAL.iter().any(|word| plain.contains(word))
}

/// Reads a file, CSV or XLSX by its content. Columns stand in any order, their headers are Chinese or
/// English.
///
/// # Errors
/// The file is none of these, too large, or has no header with these columns.
pub fn read(
    columns: &'static [Column],
    most_rows: usize,
    bytes: &[u8],
) -> Result<Vec<SheetRow>, SheetError> {
    if bytes.len() > MOST_BYTES {
        return Err(SheetError::TooLarge);
    }
    let mut collector = Collector::new(columns, most_rows);
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
mod tests {
    use super::{Column, SheetError, read};
    use crate::sheet::{may, must};

    const COLUMNS: &[Column] = &[
        must("number", "编号", ("", ""), "1"),
        may("tail", "证件号尾号", ("", ""), ""),
    ];

    #[test]
    fn columns_about_a_person_are_refused_by_name_and_never_by_content() {
        for header in [
            "手机号码",
            "联系电话",
            "身份证号",
            "Phone Number",
            "ID_NUMBER",
            "姓名",
        ] {
            let refused = read(COLUMNS, 10, format!("{header}\n13900001234\n").as_bytes());
            assert_eq!(refused, Err(SheetError::Personal(vec![header.to_owned()])));
        }
        // a known column may be called so
        let fine = read(COLUMNS, 10, "编号,证件号尾号\n1,12\n".as_bytes());
        assert_eq!(fine.map(|rows| rows.len()), Ok(1));
        // no header at all: what stands there is not told again
        let headless = read(COLUMNS, 10, "编号,13900001234\n".as_bytes());
        assert_eq!(headless, Err(SheetError::Unknown(vec!["#2".to_owned()])));
    }

    #[test]
    fn no_more_rows_are_read_than_were_asked_for() {
        let many = read(COLUMNS, 2, "编号\n1\n2\n3\n".as_bytes());
        assert_eq!(many, Err(SheetError::TooManyRows(2)));
    }
}
