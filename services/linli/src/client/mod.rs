//! Talks to a running server as one of its accounts.

mod accounts;
mod session;

use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use crate::cli::ClientFlags;
use crate::outcome::Stop;

pub(crate) use accounts::{ACCOUNTS_FILE, DemoAccount, demo_accounts, read_accounts};
pub(crate) use session::Client;

/// Signs in with the flags: the named account, or the demo's account with `role`.
pub(crate) async fn sign_in(
    flags: &ClientFlags,
    data: &Path,
    role: &str,
) -> anyhow::Result<Client> {
    let (username, password) = credentials(flags, data, role)?;
    Client::sign_in(&flags.server, &username, &password).await
}

fn credentials(flags: &ClientFlags, data: &Path, role: &str) -> anyhow::Result<(String, String)> {
    let known = demo_accounts(data).ok();
    if let Some(username) = &flags.username {
        if let Ok(password) = std::env::var("LINLI_PASSWORD") {
            return Ok((username.clone(), password));
        }
        let known = known
            .iter()
            .flatten()
            .find(|account| account.username == *username);
        if let Some(account) = known {
            return Ok((username.clone(), account.password.clone()));
        }
        let password =
            rpassword::prompt_password("口令 / password: ").context("password prompt")?;
        return Ok((username.clone(), password));
    }
    let account = known
        .into_iter()
        .flatten()
        .find(|account| account.role == role);
    let account = account.ok_or_else(|| {
        Stop::Usage(format!(
            "请用 --username 指明账号（{} 中没有示范账号）(name an account with --username)",
            data.display()
        ))
    })?;
    Ok((account.username, account.password))
}

/// Text of a member of a JSON object, empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
