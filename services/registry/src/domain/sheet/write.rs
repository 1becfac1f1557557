//! Files that are written: header first, and nothing that a spreadsheet would work out.

use problem::Locale;
use serde::{Deserialize, Serialize};
pub(crate) use tables::{BOM, csv_line};
use utoipa::ToSchema;

use super::columns::Resource;

kernel::named! {
    /// Form of a file.
    #[derive(Default, Serialize, Deserialize, ToSchema)]
    pub(crate) enum Format {
        /// 逗号分隔文本
        #[default]
        Csv = "csv",
        /// Excel 工作簿
        Xlsx = "xlsx",
    }
}

impl Format {
    /// Media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// Writes the header of a resource.
pub(crate) fn csv_header(resource: Resource, locale: Locale) -> String {
    tables::sheet::csv_header(resource.columns(), locale)
}

/// Makes the file that people fill in.
pub(crate) fn template(resource: Resource, locale: Locale) -> String {
    tables::sheet::template(resource.columns(), locale)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use kernel::Named;
    use problem::Locale;
    use proptest::prelude::*;

    use super::super::content::read;
    use super::{Resource, csv_header, csv_line, template};

    #[test]
    fn a_template_is_read_and_holds_no_rows() {
        for resource in Resource::ALL {
            for locale in [Locale::Zh, Locale::En] {
                let text = template(*resource, locale);
                assert_eq!(read(*resource, text.as_bytes()), Ok(Vec::new()), "{text}");
                // without its marks the example is a row
                let lines: Vec<&str> = text.lines().collect();
                let filled = format!("{}\n{}\n", lines[0], lines[2].trim_start_matches('#'));
                assert_eq!(read(*resource, filled.as_bytes()).unwrap().len(), 1);
            }
        }
    }

    #[test]
    fn nothing_exported_is_a_formula() {
        for cell in [
            "=cmd|' /C calc'!A0",
            "+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1",
            "＝1",
        ] {
            let line = csv_line([cell, "x"]);
            let first = line.trim_start_matches('"');
            assert!(first.starts_with('\''), "{line}");
        }
        assert_eq!(
            csv_line(["a", "b,c", "\"d\""]),
            "a,\"b,c\",\"\"\"d\"\"\"\r\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(code in "[a-z0-9=+@.-]{1,20}", name in "[^\\p{C}\\s]{1,30}") {
            prop_assume!(!code.starts_with('#'));
            let header = csv_header(Resource::Venues, Locale::Zh);
            let text = format!("{header}{}", csv_line([code.as_str(), &name, "4"]));
            let rows = read(Resource::Venues, text.as_bytes()).unwrap();
            // a name that begins like an escaped formula is the one thing that changes
            prop_assume!(!name.starts_with('\''));
            prop_assert_eq!(&rows[0].cells, &vec![code, name, "4".to_owned()]);
        }
    }
}
