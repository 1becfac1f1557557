use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Calendar, ConfigMapKey, DistrictStatus, Hotline, WorkflowOverride};

/// 一个区县的期望状态 (what a district should be).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[kube(
    group = "linli.city",
    version = "v1alpha1",
    kind = "District",
    plural = "districts",
    shortname = "dist",
    category = "linli",
    namespaced,
    status = "DistrictStatus",
    derive = "PartialEq",
    doc = "邻里平台上的一个区县 (a district on the Linli platform).",
    annotation("helm.sh/resource-policy", "keep"),
    selectable = ".spec.code",
    printcolumn(name = "Code", type_ = "string", json_path = ".spec.code"),
    printcolumn(name = "Name", type_ = "string", json_path = ".spec.name"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason"
    ),
    printcolumn(name = "Units", type_ = "integer", json_path = ".status.units"),
    printcolumn(name = "Open", type_ = "integer", json_path = ".status.orders.open"),
    printcolumn(
        name = "Overdue",
        type_ = "integer",
        json_path = ".status.orders.overdue"
    ),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.code == oldSelf.code").message("code 不可更改 (code cannot change)"),
    validation = Rule::new("!has(self.parentCode) || self.parentCode == self.code.substring(0, 4) + '00000000'")
        .message("parentCode 须为本市代码 (parentCode must be the city of the code)"),
    validation = Rule::new("!has(self.administrators) || self.administrators.all(a, self.administrators.exists_one(b, a == b))")
        .message("administrators 不得重复 (administrators must be distinct)"),
    validation = Rule::new("!has(self.workflows) || self.workflows.all(a, self.workflows.exists_one(b, a.name == b.name))")
        .message("workflows 按 name 不得重复 (workflows must have distinct names)")
)]
pub struct DistrictSpec {
    /// 12 位区划代码，区县级 (12-digit code of a district, GB/T 2260).
    #[schemars(
        length(equal = 12),
        regex(pattern = r"^[1-9][0-9]{3}(0[1-9]|[1-9][0-9])000000$")
    )]
    pub code: String,
    /// 名称 (name).
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// 所属市的代码；省去则为根 (code of the city; without it the district is a root).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(equal = 12), regex(pattern = r"^[1-9][0-9]{3}00000000$"))]
    pub parent_code: Option<String>,
    /// 区划数据来源 (where the streets and communities come from).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divisions: Option<Divisions>,
    /// 区级运营员的账号编号，至多 20 个 (ids of the accounts that run the district, at most 20).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 20),
        inner(length(max = 40), regex(pattern = r"^acc_[0-9a-z]{26}$"))
    )]
    pub administrators: Vec<String>,
    /// 机器账号的凭据写到何处 (where the credentials of the district's machine account go).
    #[serde(default)]
    pub credentials: Credentials,
    /// 工作日历 (calendar of working time).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
    /// 时限方案：名为此的 ConfigMap，每个键是流程名称，内容为 TOML，只写 `limits` (profile of limits: the ConfigMap of
    /// this name; each key is a workflow's name, its content TOML with `limits` alone).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub sla_profile: Option<String>,
    /// 本区对流程的调整，至多 20 个；优先于时限方案 (what the district does otherwise than the workflows' files, at most 20;
    /// they go before the profile of limits).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub workflows: Vec<WorkflowOverride>,
    /// 热线对接 (connection to a hotline).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hotline: Option<Hotline>,
    /// 配额 (quotas).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotas: Option<Quotas>,
    /// 删除本资源时如何处理平台上的数据 (what becomes of the platform's data when this resource is deleted).
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
}

/// 区划数据来源，二选一 (one of the two).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.configMap) != has(self.url)")
        .message("configMap 与 url 须且只能有一个 (exactly one of configMap and url)")
)]
pub struct Divisions {
    /// 同一命名空间中的 ConfigMap；键的内容为 CSV：`code,name,level,parent_code` (a ConfigMap of this namespace; the
    /// key's content is CSV with these columns).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map: Option<ConfigMapKey>,
    /// 集群内地址 (an address within the cluster).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512), regex(pattern = r"^https?://[^\s@]+$"))]
    pub url: Option<String>,
}

/// 机器账号的凭据 (credentials of the district's machine account).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// 写入的 Secret，默认为 `<资源名>-machine` (the Secret; `<name>-machine` by default).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 253),
        regex(pattern = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
    )]
    pub secret_name: Option<String>,
}

/// 配额；省去的不限 (quotas; what is absent has no limit).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quotas {
    /// 每日新工单上限；紧急事项与工作人员代为登记的不受限 (most new orders a day; matters of danger, and those that staff
    /// file, are taken beyond it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000_000))]
    pub orders_per_day: Option<i64>,
    /// 附件存储上限，GiB (most storage of attachments, in GiB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub attachments_gib: Option<i64>,
}

/// 删除本资源时如何处理平台上的数据 (what becomes of the platform's data).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DeletionPolicy {
    /// 保留一切数据，只收回机器凭据 (all data stay; only the machine's credentials are revoked).
    #[default]
    Retain,
    /// 另撤销其下区划；须有注解 `linli.city/confirm-purge: <代码>` (divisions are withdrawn as well; the annotation
    /// must name the district).
    Purge,
}
