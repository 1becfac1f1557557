use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 热线对接 (connection to a 12345 or 110 desk).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hotline {
    /// 同一命名空间中的 Secret，须有键 `endpoint`、`token` (Secret of this namespace with the keys `endpoint`
    /// and `token`).
    #[schemars(length(min = 1, max = 253))]
    pub secret_name: String,
}

impl Hotline {
    /// Keys that the Secret must have.
    pub const KEYS: [&str; 2] = ["endpoint", "token"];
}
