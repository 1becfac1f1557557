//! Rows of the division data: `code,name,level,parent_code`.

use aws_lc_rs::digest::{SHA256, digest};
use kernel::DivisionCode;
use serde::{Deserialize, Serialize};

/// Most rows of one import, as the registry has it.
pub(crate) const CHUNK: usize = 500;
/// Most rows of a district.
pub(crate) const MOST_ROWS: usize = 50_000;
/// Levels below a district, from the top: parents go before their children.
const LEVELS: [&str; 2] = ["street", "community"];
/// Digits of a code that name the district.
pub(crate) const OWN_DIGITS: usize = 6;

/// One division as the registry takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// 12-digit code.
    pub(crate) code: String,
    /// Name.
    pub(crate) name: String,
    /// Level: `district`, `street` or `community`.
    pub(crate) level: String,
    /// Code of the area above.
    pub(crate) parent_code: Option<String>,
    /// Whether the area is no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) withdrawn: bool,
}

/// Data that read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Data {
    /// Rows below the district, parents first.
    pub(crate) rows: Vec<Row>,
    /// Lines that do not count, with the reason.
    pub(crate) bad: Vec<(u64, String)>,
    /// Digest of the text.
    pub(crate) digest: String,
}

/// Why the data do not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DataError {
    /// A column is missing.
    #[error("第 1 行缺少列 {0} (missing column)")]
    Column(&'static str),
    /// The text is no CSV.
    #[error("第 {0} 行不是 CSV (not CSV)")]
    Broken(u64),
    /// There are too many rows.
    #[error("超过 {MOST_ROWS} 行 (too many rows)")]
    TooMany,
}

/// Reads the data of the district `code`. Its own row and those above it are left out: they are the
/// resource's business; a row of another district is bad.
///
/// # Errors
/// The text as a whole does not read.
pub(crate) fn read(text: &str, code: &str) -> Result<Data, DataError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|_| DataError::Broken(1))?.clone();
    let column = |name: &'static str| {
        let place = header.iter().position(|column| column == name);
        place.ok_or(DataError::Column(name))
    };
    let columns = [
        column("code")?,
        column("name")?,
        column("level")?,
        column("parent_code")?,
    ];
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for record in reader.records() {
        if rows.len() + bad.len() >= MOST_ROWS {
            return Err(DataError::TooMany);
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                if !matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. }) {
                    return Err(DataError::Broken(line));
                }
                bad.push((line, "列数不符 (wrong number of columns)".to_owned()));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let [own, name, level, parent] = columns.map(|at| record.get(at).unwrap_or_default());
        if own == code || level == "city" {
            continue;
        }
        match check(own, name, level, parent, code) {
            Ok(row) => rows.push(row),
            Err(reason) => bad.push((line, reason.to_owned())),
        }
    }
    rows.sort_by_key(|row| LEVELS.iter().position(|level| *level == row.level));
    Ok(Data {
        rows,
        bad,
        digest: fingerprint(text),
    })
}

fn check(
    own: &str,
    name: &str,
    level: &str,
    parent: &str,
    code: &str,
) -> Result<Row, &'static str> {
    if own.parse::<DivisionCode>().is_err() {
        return Err("代码无效 (invalid code)");
    }
    if own.get(..OWN_DIGITS) != code.get(..OWN_DIGITS) {
        return Err("不属于本区 (another district's)");
    }
    if name.is_empty() {
        return Err("名称为空 (empty name)");
    }
    if !LEVELS.contains(&level) {
        return Err("级别须为 street 或 community (level must be street or community)");
    }
    if parent.parse::<DivisionCode>().is_err() {
        return Err("上级代码无效 (invalid code of the area above)");
    }
    Ok(Row {
        code: own.to_owned(),
        name: name.to_owned(),
        level: level.to_owned(),
        parent_code: Some(parent.to_owned()),
        withdrawn: false,
    })
}

/// Half a SHA-256 in hexadecimal: enough to tell data apart.
pub(super) fn fingerprint(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    let half = digest.as_ref().iter().take(16);
    half.fold(String::with_capacity(32), |mut text, byte| {
        for nibble in [byte >> 4, byte & 0xf] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
        text
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::*;

    const CODE: &str = "420105000000";

    #[test]
    fn parents_come_first_and_the_districts_own_row_is_left_out() {
        let text = "\u{feff}code,name,level,parent_code\n\
            420105002001,钟家村社区,community,420105002000\n\
            420105000000,汉阳区,district,420100000000\n\
            420105002000,建桥街道,street,420105000000\n";
        let read = read(text, CODE).unwrap();
        let codes: Vec<_> = read.rows.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes, ["420105002000", "420105002001"]);
        assert_eq!(read.bad, []);
        assert_eq!(read.digest.len(), 32);
    }

    #[test]
    fn a_bad_row_is_named_by_its_line_and_stops_nothing() {
        let text = "code,name,level,parent_code\n\
            420106002000,别处街道,street,420106000000\n\
            42010500200x,坏街道,street,420105000000\n\
            420105002000,,street,420105000000\n\
            420105002000,建桥街道,town,420105000000\n\
            420105002000,建桥街道\n\
            420105002000,建桥街道,street,x\n\
            420105002000,建桥街道,street,420105000000\n";
        let read = read(text, CODE).unwrap();
        let lines: Vec<_> = read.bad.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7]);
        assert_eq!(read.rows.len(), 1);
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = read("code,name,level\n", CODE).unwrap_err();
        assert_eq!(error, DataError::Column("parent_code"));
        assert_eq!(
            read("code,name,level,parent_code\n", CODE)
                .unwrap()
                .rows
                .len(),
            0
        );
    }

    #[test]
    fn other_text_has_another_digest() {
        assert_eq!(fingerprint("a"), fingerprint("a"));
        assert_ne!(fingerprint("a"), fingerprint("b"));
    }
}
