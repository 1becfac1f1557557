//! Who has read what of persons here (个人信息查阅记录).

use kernel::{AccountId, EventId, OrgCode, Timestamp, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// What was read.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ReadKind {
        /// 楼栋各户
        Households = "households",
        /// 组织的任职
        Posts = "posts",
        /// 包保联系人
        Contacts = "contacts",
        /// 社区的报到
        ReportIns = "report_ins",
        /// 场地的预约
        Bookings = "bookings",
        /// 表格导出
        Export = "export",
        /// 查阅记录本身
        Notes = "notes",
    }
}

/// Somebody has read what is about persons. It is added and never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadNote {
    /// Its id.
    pub(crate) id: EventId,
    /// Who.
    pub(crate) account: AccountId,
    /// What.
    pub(crate) kind: ReadKind,
    /// Of which organisation; none for all of them.
    pub(crate) org_code: Option<OrgCode>,
    /// How many items; none where they went out as they were read.
    pub(crate) items: Option<u32>,
    /// When.
    pub(crate) at: Timestamp,
}
