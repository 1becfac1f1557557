use std::collections::BTreeSet;

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DistrictSpec;

/// ConfigMap 中的一个键 (a key of a ConfigMap of this namespace).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigMapKey {
    /// ConfigMap.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// 键 (key).
    #[schemars(length(min = 1, max = 253), regex(pattern = r"^[-._a-zA-Z0-9]+$"))]
    pub key: String,
}

/// 工作日历，二选一 (calendar of working time, one of the two). 内容为 TOML，写法同
/// `services/ticketing/rules/calendar.toml` (TOML, written like that file).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.configMap) != has(self.profile)")
        .message("configMap 与 profile 须且只能有一个 (exactly one of configMap and profile)")
)]
pub struct Calendar {
    /// 日历所在的 ConfigMap 与键 (where the calendar is).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map: Option<ConfigMapKey>,
    /// 名为此的 ConfigMap，键 `calendar` (the ConfigMap of this name, key `calendar`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub profile: Option<String>,
}

impl Calendar {
    /// Key of a profile's calendar.
    pub const PROFILE_KEY: &str = "calendar";

    /// Where it is; none only where the schema was not asked.
    #[must_use]
    pub fn source(&self) -> Option<ConfigMapKey> {
        let profile = || {
            self.profile.as_ref().map(|profile| ConfigMapKey {
                name: profile.clone(),
                key: Self::PROFILE_KEY.to_owned(),
            })
        };
        self.config_map.clone().or_else(profile)
    }
}

/// 本区对一个流程的调整 (what the district does otherwise than a workflow's file).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowOverride {
    /// 流程名称 (name of the workflow).
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub name: String,
    /// 调整所在的 ConfigMap，内容为 TOML：`max_rounds`、`limits`、`review`…… (where the changes are, TOML).
    pub config_map: ConfigMapKey,
}

impl DistrictSpec {
    /// Names of the `ConfigMaps` that the district is made of.
    #[must_use]
    pub fn config_maps(&self) -> BTreeSet<String> {
        let divisions = self.divisions.as_ref();
        let divisions = divisions.and_then(|divisions| divisions.config_map.clone());
        let calendar = self.calendar.as_ref().and_then(Calendar::source);
        let workflows = self.workflows.iter().map(|one| one.config_map.clone());
        let keys = divisions.into_iter().chain(calendar).chain(workflows);
        let names = keys.map(|key| key.name);
        names.chain(self.sla_profile.clone()).collect()
    }
}
