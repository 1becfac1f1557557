use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// Name of the file in the data folder that says how to sign in to the demo.
pub(crate) const ACCOUNTS_FILE: &str = "demo-accounts.json";

/// One account of the demo district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DemoAccount {
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) scope: String,
}

/// Reads the demo's accounts of a data folder.
pub(crate) fn demo_accounts(data: &Path) -> anyhow::Result<Vec<DemoAccount>> {
    read_accounts(&data.join(ACCOUNTS_FILE))
}

/// Reads a file of accounts.
pub(crate) fn read_accounts(path: &Path) -> anyhow::Result<Vec<DemoAccount>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("读不到示范账号 {} (no demo accounts)", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{}", path.display()))
}
