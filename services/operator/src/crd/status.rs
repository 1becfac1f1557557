use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Quotas;

/// 一个区县的现状 (what a district is).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DistrictStatus {
    /// 所见的 generation (generation that this tells of).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// 在组织树中的路径 (its place in the tree of organisations).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// 区划导入 (import of the divisions).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub divisions: Option<DivisionsStatus>,
    /// 本区及以下的组织数 (organisations at or below it).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<i64>,
    /// 工单 (orders).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders: Option<OrdersStatus>,
    /// 机器账号 (the machine account).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<CredentialsStatus>,
    /// 已授权的运营员 (administrators that hold their role).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub administrators: Vec<AdministratorStatus>,
    /// 本资源所发布的工作日历 (the calendar that was published for this resource).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarStatus>,
    /// 本资源所发布的流程调整 (what was published for this resource that the district does otherwise).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<WorkflowStatus>,
    /// 本资源所设的配额 (the quotas that were set for this resource).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quotas: Option<QuotasStatus>,
    /// 消息队列 (queues of the installation).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queues: Option<QueuesStatus>,
    /// 最近一次错误 (the last error; absent while all is well).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// 状况 (conditions).
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

/// 状况，形同 `metav1.Condition` (a condition, shaped like `metav1.Condition`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// 类型 (what it is about).
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`、`False`、`Unknown`.
    pub status: String,
    /// 原因，一个词 (why, in one word).
    pub reason: String,
    /// 说明 (why, for people).
    pub message: String,
    /// 状态变化的时间 (when the status last changed).
    pub last_transition_time: String,
    /// 所见的 generation (generation that it tells of).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}

/// 区划导入 (import of the divisions).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DivisionsStatus {
    /// 数据摘要 (digest of the data).
    pub digest: String,
    /// 行数 (rows).
    pub rows: i64,
    /// 未接受的行数 (rows that were not taken).
    pub refused: i64,
    /// 上次有变动的时间 (when an import last changed something).
    pub changed_at: String,
}

/// 工单数 (counts of orders).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrdersStatus {
    /// 近 366 天受理 (opened in the last 366 days).
    pub opened: i64,
    /// 其中在办 (of these, under way).
    pub open: i64,
    /// 其中超期在办 (of these, overdue).
    pub overdue: i64,
}

/// 机器账号 (the machine account).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsStatus {
    /// OAuth `client_id`.
    pub client_id: String,
    /// 账号编号 (its account).
    pub account_id: String,
    /// 所在的 Secret (the Secret with the secret).
    pub secret_name: String,
}

/// 已授权的运营员 (an administrator that holds the role).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdministratorStatus {
    /// 账号编号 (account).
    pub account_id: String,
    /// 本资源所授的授权编号；原已有者为空 (grant made for this resource; absent where the account held the role
    /// before, which is then never revoked).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
}

/// 所发布的工作日历 (a calendar that was published).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarStatus {
    /// 内容摘要 (digest of what was published).
    pub digest: String,
    /// 平台上的版本 (version on the platform).
    pub version: i64,
}

/// 所发布的流程调整 (an override that was published).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowStatus {
    /// 流程名称 (name of the workflow).
    pub name: String,
    /// 内容摘要 (digest of what was published).
    pub digest: String,
    /// 平台上的版本 (version on the platform).
    pub version: i64,
}

/// 所设的配额 (quotas that were set).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuotasStatus {
    /// 上限 (the limits).
    #[serde(flatten)]
    pub limits: Quotas,
    /// 平台上的版本 (version on the platform).
    pub version: i64,
}

/// 消息队列，全安装共用 (queues, which all districts of the installation share).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueuesStatus {
    /// 有队列的服务数 (services that have one).
    pub consumers: i64,
    /// 待处理的消息数 (messages that wait).
    pub waiting: i64,
    /// 死信数 (dead letters).
    pub dead: i64,
}
