pub(crate) use tables::sheet::{SheetError, SheetRow};

use super::MOST_ROWS;
use super::columns::Resource;

/// Reads a file of a resource.
///
/// # Errors
/// The file does not read, is too large, or has no header for the resource.
pub(crate) fn read(resource: Resource, bytes: &[u8]) -> Result<Vec<SheetRow>, SheetError> {
    tables::sheet::read(resource.columns(), MOST_ROWS, bytes)
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
        assert_eq!(venues(&many), Err(SheetError::TooManyRows(MOST_ROWS)));
        let long = format!("org_code,name,capacity\n1,{},2\n", "长".repeat(5_000));
        let rows = venues(&long).unwrap();
        assert_eq!(rows[0][1].chars().count(), MOST_LETTERS + 1);
        assert_eq!(
            read(Resource::Venues, &[0xD0, 0xCF, 0x11, 0xE0, 1]),
            Err(SheetError::OldExcel)
        );
    }
}
