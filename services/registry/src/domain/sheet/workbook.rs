use problem::Locale;
use rust_xlsxwriter::XlsxError;

use super::columns::Resource;

/// Makes a workbook of a resource: its header, its rows, and beside it what the columns take.
///
/// # Errors
/// The rows do not fit into a workbook.
pub(crate) fn workbook(
    resource: Resource,
    rows: &[Vec<String>],
    locale: Locale,
) -> Result<Vec<u8>, XlsxError> {
    tables::sheet::workbook(resource.columns(), rows, locale)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use problem::Locale;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    use super::super::content::{SheetError, read};
    use super::super::{MOST_COLUMNS, Resource};
    use super::workbook;

    #[test]
    fn what_is_written_is_read() {
        let row = ["420105011010", "=1+1", "40"].map(str::to_owned).to_vec();
        for locale in [Locale::Zh, Locale::En] {
            let bytes = workbook(Resource::Venues, std::slice::from_ref(&row), locale).unwrap();
            let rows = read(Resource::Venues, &bytes).unwrap();
            assert_eq!((rows.len(), rows[0].line), (1, 2));
            assert_eq!(rows[0].cells, row);
        }
    }

    #[test]
    fn numbers_and_days_are_read_as_they_were_meant() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (place, header) in ["岗位", "组织代码", "账号编号", "任职日期"]
            .iter()
            .enumerate()
        {
            let place = u16::try_from(place).unwrap();
            sheet.write_string(0, place, *header).unwrap();
        }
        sheet.write_string(4, 0, "网格长").unwrap();
        sheet.write_number(4, 1, 420_105_011_010.0).unwrap();
        let day = ExcelDateTime::parse_from_str("2026-01-31").unwrap();
        let format = Format::new().set_num_format("yyyy/m/d");
        sheet
            .write_datetime_with_format(4, 3, &day, &format)
            .unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        let rows = read(Resource::Posts, &bytes).unwrap();
        assert_eq!(rows[0].line, 5);
        assert_eq!(
            rows[0].cells,
            ["420105011010", "网格长", "", "2026-01-31", ""]
        );
    }

    #[test]
    fn a_cell_far_off_takes_no_room_and_a_broken_file_no_time() {
        let mut far = Workbook::new();
        let sheet = far.add_worksheet();
        sheet.write_string(1_048_575, 16_383, "x").unwrap();
        let bytes = far.save_to_buffer().unwrap();
        assert_eq!(
            read(Resource::Venues, &bytes),
            Err(SheetError::TooManyColumns)
        );
        let mut low = Workbook::new();
        let column = u16::try_from(MOST_COLUMNS).unwrap() - 1;
        low.add_worksheet()
            .write_string(1_048_575, column, "x")
            .unwrap();
        let bytes = low.save_to_buffer().unwrap();
        assert!(matches!(
            read(Resource::Venues, &bytes),
            Err(SheetError::Missing(_))
        ));
        for end in [4, 30, bytes.len() / 2, bytes.len() - 1] {
            let broken = read(Resource::Venues, &bytes[..end]);
            assert_eq!(broken, Err(SheetError::Workbook), "{end}");
        }
    }
}
