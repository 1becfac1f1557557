//! Tables to export (导出表) as data: which columns each has and what they are called.

use std::collections::{BTreeMap, BTreeSet};

use kernel::named;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use utoipa::ToSchema;

use super::rules::{Reader, RulesRefused};

/// The tables that come with the service.
const BUILT_IN: &str = include_str!("../../rules/exports.toml");
/// Their name in refusals.
const FILE: &str = "exports.toml";

named! {
    /// What a table is made of.
    #[derive(Serialize, Deserialize)]
    pub(crate) enum ExportSource {
        /// 志愿者
        Volunteers = "volunteers",
        /// 服务时长
        Hours = "hours",
        /// 报名
        SignUps = "sign_ups",
        /// 组织登记的培训
        Training = "training",
        /// 组织登记的表彰奖励
        Awards = "awards",
        /// 评价
        Ratings = "ratings",
        /// 服务记录证明
        Certificates = "certificates",
        /// 队伍
        Teams = "teams",
        /// 活动
        Activities = "activities",
    }
}

named! {
    /// Form of a file (文件格式).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ServiceExportFormat {
        /// 逗号分隔文本
        Csv = "csv",
        /// Excel 工作簿
        Xlsx = "xlsx",
        /// JSON 数组
        Json = "json",
    }
}

impl ExportSource {
    /// What it has to show: no name, no contact, no free text of anybody.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Volunteers => &[
                "number",
                "home",
                "state",
                "registered_on",
                "stars",
                "hours",
                "minutes",
            ],
            Self::Hours => &[
                "record",
                "number",
                "place",
                "title",
                "kind",
                "kind_title",
                "began_at",
                "ended_at",
                "minutes",
                "hours",
                "state",
            ],
            Self::SignUps => &[
                "sign_up",
                "number",
                "place",
                "title",
                "kind",
                "kind_title",
                "begins_at",
                "ends_at",
                "state",
            ],
            Self::Training | Self::Awards => &[
                "entry", "number", "place", "title", "from", "until", "minutes", "hours", "level",
                "state",
            ],
            Self::Ratings => &[
                "record",
                "number",
                "place",
                "kind",
                "kind_title",
                "rated_by",
                "score",
                "rated_on",
            ],
            Self::Certificates => &[
                "serial",
                "number",
                "place",
                "office",
                "from",
                "until",
                "minutes",
                "hours",
                "state",
                "issued_on",
                "good_until",
            ],
            Self::Teams => &[
                "team",
                "place",
                "kind",
                "kind_title",
                "name",
                "members",
                "founded_on",
            ],
            Self::Activities => &[
                "activity",
                "place",
                "kind",
                "kind_title",
                "title",
                "team",
                "state",
                "opened_on",
            ],
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnSpec {
    field: Spanned<String>,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableSpec {
    name: Spanned<String>,
    source: ExportSource,
    columns: Vec<ColumnSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    version: Spanned<u32>,
    table: Vec<TableSpec>,
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct ExportColumn {
    pub(crate) field: String,
    pub(crate) zh: String,
    /// The key in JSON as well.
    pub(crate) en: String,
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct ExportTable {
    pub(crate) source: ExportSource,
    pub(crate) columns: Vec<ExportColumn>,
}

impl ExportTable {
    /// Returns the headers.
    pub(crate) fn headers(&self, english: bool) -> Vec<String> {
        let columns = self.columns.iter();
        columns
            .map(|column| if english { &column.en } else { &column.zh })
            .cloned()
            .collect()
    }
}

/// All tables by name.
pub(crate) type ExportTables = BTreeMap<String, ExportTable>;

/// Reads the tables that come with the service.
pub(crate) fn built_in() -> Result<ExportTables, RulesRefused> {
    read(FILE, BUILT_IN)
}

/// Reads tables.
pub(crate) fn read(file: &str, text: &str) -> Result<ExportTables, RulesRefused> {
    let mut reader = Reader::new(file, text);
    let spec: Spec = reader.parse()?;
    if *spec.version.get_ref() != 1 {
        reader.refuse(&spec.version, "only version 1 is known");
    }
    let mut tables = ExportTables::new();
    for table in spec.table {
        let name = table.name.get_ref().clone();
        let mut keys = BTreeSet::new();
        let known = table.source.fields();
        let mut columns = Vec::with_capacity(table.columns.len());
        for column in table.columns {
            let field = column.field.get_ref().clone();
            if !known.contains(&field.as_str()) {
                let has = known.join(" ");
                reader.refuse(
                    &column.field,
                    format_args!("{name}: no field {field}; there are {has}"),
                );
            }
            if column.zh.trim().is_empty()
                || !keys.insert(column.en.clone())
                || column.en.is_empty()
            {
                reader.refuse(
                    &column.field,
                    format_args!("{name}: {field} lacks a name of its own"),
                );
            }
            columns.push(ExportColumn {
                field,
                zh: column.zh,
                en: column.en,
            });
        }
        let table_of = ExportTable {
            source: table.source,
            columns,
        };
        if tables.insert(name.clone(), table_of).is_some() {
            reader.refuse(&table.name, format_args!("{name} is there twice"));
        }
    }
    reader.finish(tables)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{BUILT_IN, built_in, read};

    #[test]
    fn the_built_in_tables_are_read_and_wrong_ones_refused_with_line_and_reason() {
        let tables = built_in().unwrap();
        let national = tables.get("national_hours").unwrap();
        assert_eq!(national.headers(true).first().unwrap(), "recordNo");
        let refusal = |from: &str, to: &str| {
            assert!(BUILT_IN.contains(from), "{from}");
            let changed = BUILT_IN.replacen(from, to, 1);
            read("x.toml", &changed).unwrap_err().to_string()
        };
        let said = refusal("field = \"stars\"", "field = \"phone\"");
        assert!(
            said.contains("x.toml:27: volunteers: no field phone"),
            "{said}"
        );
        assert!(refusal("en = \"home\"", "en = \"state\"").contains("lacks a name of its own"));
        assert!(refusal("name = \"hours\"", "name = \"volunteers\"").contains("twice"));
        assert!(refusal("source = \"hours\"", "source = \"people\"").contains("people"));
        assert!(refusal("version = 1", "version = 2").contains("only version 1"));
    }
}
