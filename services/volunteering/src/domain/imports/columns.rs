use tables::sheet::{Column, may, must};

use super::ServiceImportKind;

const NUMBER: (&str, &str) = ("14 位志愿者编号", "volunteer number, 14 digits");
const DAY: (&str, &str) = ("日期，如 2026-11-22", "day, as 2026-11-22");
const TIME: (&str, &str) = ("时刻，如 09:00", "time of day, as 09:00");
const KIND: (&str, &str) = (
    "服务类别，见规则，如 清洁家园",
    "kind of service of the rules, as clean_up",
);

const PROOFS: &[Column] = &[
    must("volunteer_number", "志愿者编号", NUMBER, "42010500000001"),
    may(
        "kind",
        "证明种类",
        (
            "技能证书（默认）、保险、监护人同意书、培训、表彰奖励",
            "skill (by default), insurance, guardian_consent, training, award",
        ),
        "技能证书",
    ),
    may(
        "skill",
        "技能",
        (
            "技能证书必填，见规则，如 急救",
            "of a proof of a skill, of the rules, as first_aid",
        ),
        "急救",
    ),
    may(
        "paper",
        "证书名称",
        ("1 至 60 个字", "1 to 60 characters"),
        "红十字救护员证",
    ),
    may(
        "tail",
        "证号末位",
        (
            "最后 1 至 4 位，不收全号",
            "its last 1 to 4 characters, never the whole",
        ),
        "0123",
    ),
    must("valid_from", "生效日", DAY, "2026-01-01"),
    may("valid_until", "到期日", DAY, "2028-12-31"),
];

const HOURS: &[Column] = &[
    must("volunteer_number", "志愿者编号", NUMBER, "42010500000001"),
    must(
        "activity",
        "活动名称",
        ("1 至 100 个字", "1 to 100 characters"),
        "敬老院陪伴",
    ),
    must("kind", "服务类别", KIND, "入户关怀"),
    must("date", "日期", DAY, "2026-10-18"),
    must("begin", "开始时间", TIME, "09:00"),
    must(
        "minutes",
        "时长（分钟）",
        ("1 至 1440 的整数", "whole number, 1 to 1440"),
        "120",
    ),
];

const ACTIVITIES: &[Column] = &[
    must(
        "title",
        "活动名称",
        (
            "1 至 100 个字；同名各行是同一活动的班次",
            "1 to 100 characters; lines of one title are shifts of one activity",
        ),
        "清洁家园",
    ),
    must("kind", "服务类别", KIND, "清洁家园"),
    may(
        "org_path",
        "组织路径",
        (
            "举办组织，默认为导入的组织",
            "path of its organisation; that of the import by default",
        ),
        "",
    ),
    may(
        "risks",
        "风险告知",
        (
            "较高风险的服务必填，1 至 1000 个字",
            "of all but ordinary service, 1 to 1000 characters",
        ),
        "",
    ),
    may(
        "admission",
        "录用方式",
        ("先到先得（默认）、审核录用", "open (by default), review"),
        "先到先得",
    ),
    must("date", "日期", DAY, "2026-12-06"),
    must("begin", "开始时间", TIME, "09:00"),
    must(
        "end",
        "结束时间",
        (
            "时刻；不晚于开始则为次日",
            "time of day; on the next day if not later than the beginning",
        ),
        "11:00",
    ),
    must(
        "needed",
        "人数",
        ("1 至 1000 的整数", "whole number, 1 to 1000"),
        "10",
    ),
    may(
        "skill",
        "所需技能",
        ("见规则，如 急救", "of the rules, as first_aid"),
        "",
    ),
];

impl ServiceImportKind {
    /// Its columns, in the order of templates.
    pub(crate) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Proofs => PROOFS,
            Self::Hours => HOURS,
            Self::Activities => ACTIVITIES,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use std::collections::HashSet;

    use kernel::Named;
    use problem::Locale;
    use tables::sheet::{read, template, workbook};

    use super::ServiceImportKind;

    #[test]
    fn a_template_is_read_and_holds_no_rows() {
        for kind in ServiceImportKind::ALL.iter().copied() {
            let columns = kind.columns();
            let headers: HashSet<&str> = columns
                .iter()
                .flat_map(|column| [column.en, column.zh])
                .collect();
            assert_eq!(headers.len(), columns.len() * 2, "{kind:?}");
            for locale in [Locale::Zh, Locale::En] {
                let text = template(columns, locale);
                assert_eq!(read(columns, 1, text.as_bytes()), Ok(Vec::new()));
                // without its mark the example is a row
                let lines: Vec<&str> = text.lines().collect();
                let filled = format!("{}\n{}\n", lines[0], lines[2].trim_start_matches('#'));
                assert_eq!(read(columns, 1, filled.as_bytes()).unwrap().len(), 1);
                let book = workbook(columns, &[], locale).unwrap();
                assert_eq!(read(columns, 1, &book), Ok(Vec::new()));
            }
        }
    }
}
