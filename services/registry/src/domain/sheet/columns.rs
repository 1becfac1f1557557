use serde::{Deserialize, Serialize};
use tables::sheet::{Column, may, must};
use utoipa::ToSchema;

kernel::named! {
    /// What is kept in a sheet.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum Resource {
        /// 组织
        Organisations = "organisations",
        /// 网格（属性；边界用 GeoJSON）
        Grids = "grids",
        /// 任职
        Posts = "posts",
        /// 场地
        Venues = "venues",
    }
}

const CODE: (&str, &str) = (
    "组织代码：12 位区划代码，其下各加一段",
    "organisation code: area code and segments",
);
const NAME: (&str, &str) = ("1 至 100 个字", "1 to 100 characters");
const COUNT: (&str, &str) = ("0 至 10000000 的整数", "whole number, 0 to 10000000");
const DAY: (&str, &str) = ("日期，如 2026-11-22", "day, as 2026-11-22");

const ORGANISATIONS: &[Column] = &[
    must("code", "代码", CODE, "420105011010.X01"),
    must("name", "名称", NAME, "江欣苑小区"),
    must(
        "kind",
        "类型",
        ("类型名称，如 小区、党支部", "kind, as compound"),
        "小区",
    ),
    may("parent_code", "上级代码", CODE, "420105011010"),
    may(
        "uscc",
        "统一社会信用代码",
        ("18 位，仅法人组织", "18 characters, legal persons only"),
        "",
    ),
];

const GRIDS: &[Column] = &[
    must("code", "网格代码", CODE, "420105011010.G001"),
    may("households", "户数", COUNT, "420"),
    may("party_members", "党员数", COUNT, "25"),
    may(
        "duties",
        "职责",
        ("职责名称，以顿号或分号分隔", "duties, parted by semicolons"),
        "党建、综治",
    ),
];

const POSTS: &[Column] = &[
    must("org_code", "组织代码", CODE, "420105011010.G001"),
    must(
        "kind",
        "岗位",
        ("岗位名称，如 网格长", "kind of post, as grid_chief"),
        "网格长",
    ),
    must(
        "account_id",
        "账号编号",
        ("acc_ 开头的账号编号", "id of an account"),
        "acc_01jcgb2r00e8arc5tmvkbzqy7x",
    ),
    may("since", "任职日期", DAY, "2026-01-01"),
    may("term_until", "任期届满日", DAY, "2028-12-31"),
];

const VENUES: &[Column] = &[
    must("org_code", "管理组织代码", CODE, "420105011010"),
    must("name", "名称", NAME, "党群服务中心会议室"),
    must(
        "capacity",
        "可容纳人数",
        ("1 至 100000 的整数", "whole number, 1 to 100000"),
        "40",
    ),
];

impl Resource {
    /// Its columns, in the order of templates and exports.
    pub(crate) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Organisations => ORGANISATIONS,
            Self::Grids => GRIDS,
            Self::Posts => POSTS,
            Self::Venues => VENUES,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use kernel::Named;

    use super::Resource;

    #[test]
    fn a_header_names_one_column_in_either_language() {
        for resource in Resource::ALL {
            let columns = resource.columns();
            let headers: HashSet<&str> = columns
                .iter()
                .flat_map(|column| [column.en, column.zh])
                .collect();
            assert_eq!(headers.len(), columns.len() * 2, "{resource:?}");
            assert!(columns.first().is_some_and(|column| column.required));
        }
    }
}
