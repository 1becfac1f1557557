//! Reads a CSV file row by row; a bad row is noted by its line and does not stop the others.

use std::collections::HashMap;
use std::path::Path;

use csv::ByteRecord;
use serde_json::Value;

use crate::outcome::Stop;

/// A row as the server takes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Line in the file, from 1, where the row begins.
    pub(super) line: u64,
    pub(super) body: Value,
}

/// Rows that read, and lines that do not with the reason.
pub(super) type Rows = (Vec<Row>, Vec<(u64, String)>);

/// Columns of one record by name.
pub(super) struct Record<'a> {
    columns: &'a HashMap<String, usize>,
    record: &'a ByteRecord,
}

impl Record<'_> {
    /// Text of a column, trimmed; an error where it is not UTF-8.
    pub(super) fn text(&self, column: &str) -> Result<&str, String> {
        let index = self.columns.get(column).copied().unwrap_or(usize::MAX);
        let bytes = self.record.get(index).unwrap_or_default();
        std::str::from_utf8(bytes)
            .map(str::trim)
            .map_err(|_| format!("{column} 不是有效的 UTF-8 (not UTF-8)"))
    }
}

/// Reads `file`, which must have the columns `required`.
pub(super) fn read(
    file: &Path,
    required: &[&str],
    row: impl Fn(&Record<'_>) -> Result<Value, String>,
) -> anyhow::Result<Rows> {
    let mut reader = csv::ReaderBuilder::new()
        .from_path(file)
        .map_err(|error| Stop::Usage(format!("打不开 {} ({error})", file.display())))?;
    let header = reader
        .byte_headers()
        .map_err(|error| Stop::Usage(error.to_string()))?;
    let columns: HashMap<String, usize> = header
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let name = String::from_utf8_lossy(name);
            (name.trim().trim_start_matches('\u{feff}').to_owned(), index)
        })
        .collect();
    if let Some(missing) = required.iter().find(|name| !columns.contains_key(**name)) {
        return Err(Stop::Usage(format!("第 1 行：缺少列 {missing} (missing column)")).into());
    }
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok((rows, bad)),
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                match row(&Record {
                    columns: &columns,
                    record: &record,
                }) {
                    Ok(body) => rows.push(Row { line, body }),
                    Err(reason) => bad.push((line, reason)),
                }
            }
            Err(error) => bad.push(broken(&error)?),
        }
    }
}

/// Line and reason of a record that does not read; an error where reading cannot go on.
fn broken(error: &csv::Error) -> anyhow::Result<(u64, String)> {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => Ok((
            line,
            format!("应有 {expected_len} 列，实有 {len} 列 (wrong number of columns)"),
        )),
        kind => Err(Stop::Failed(format!("第 {line} 行：{kind:?}")).into()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::io::Write;

    use serde_json::json;

    #[test]
    fn a_broken_line_in_the_middle_is_named_and_the_rest_is_read() {
        let mut file = tempfile_with("code,name\n1,甲\n2\n3,\"丙,\n丁\"\n\u{feff},x\n");
        file.flush().unwrap();
        let (rows, bad) = super::read(file.path(), &["code", "name"], |record| {
            let code = record.text("code")?;
            if code.is_empty() || code.starts_with('\u{feff}') {
                return Err("空 (empty)".to_owned());
            }
            Ok(json!({"code": code, "name": record.text("name")?}))
        })
        .unwrap();
        let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 4]);
        assert_eq!(
            bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [3, 6]
        );
    }

    #[test]
    fn a_missing_column_is_refused() {
        let file = tempfile_with("code\n1\n");
        let refused = super::read(file.path(), &["code", "name"], |_| Ok(json!({})));
        assert!(refused.unwrap_err().to_string().contains("name"));
    }

    fn tempfile_with(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }
}
