//! 导出: which columns of an order an export has.
//!
//! There is no title, no content and no person in it: what a resident wrote stays in the order.

pub use tables::{BOM, ExportFormat, ExportState, csv_line};

use super::wording::Bilingual;

/// The headers, in the order of the columns.
#[must_use]
pub fn headers() -> [Bilingual; 14] {
    [
        ("工单编号", "number"),
        ("流程", "workflow"),
        ("状态", "state"),
        ("类别代码", "category"),
        ("类别", "category title"),
        ("渠道", "channel"),
        ("地点代码", "place"),
        ("地点", "place name"),
        ("承办单位代码", "unit"),
        ("轮次", "round"),
        ("是否超期", "overdue"),
        ("时限", "due at"),
        ("登记时间", "opened at"),
        ("最近变动", "changed at"),
    ]
    .map(|(zh, en)| Bilingual::new(zh, en))
}
