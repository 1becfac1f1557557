use anyhow::Context;
use chassis::{Offline, Parts};
use identity::Identity;
use identity::bootstrap::{self, NewAdministrator};
use identity::domain::{Password, UsernameError};
use kernel::{Role, RoleError, TextError};

use super::Settings;
use crate::cli::AdminCommand;
use crate::outcome::Stop;

/// Makes the first administrator of an installation.
pub(super) async fn run(settings: &Settings, command: AdminCommand) -> anyhow::Result<()> {
    let AdminCommand::Create {
        username,
        display_name,
        role,
    } = command;
    let role: Role = role
        .parse()
        .map_err(|error: RoleError| Stop::Usage(format!("--role {role}：{error}")))?;
    let password = match std::env::var("LINLI_PASSWORD") {
        Ok(password) => password,
        Err(_) => ask()?,
    };
    let usage = |error: &dyn std::fmt::Display| Stop::Usage(error.to_string());
    let new = NewAdministrator {
        username: username
            .parse()
            .map_err(|error: UsernameError| usage(&error))?,
        display_name: display_name
            .parse()
            .map_err(|error: TextError| usage(&error))?,
        password: Some(Password::new(password)),
        role: Some(role),
    };
    let (config, sources) = (&settings.config, &settings.sources);
    let offline = Offline::open(&[identity::MODULE], config, sources, &Parts::default()).await?;
    let identity = Identity::new(offline.deps("identity").context("identity")?)?;
    let made = bootstrap::create_first_administrator(&identity, new).await;
    offline.close().await;
    made.map_err(|error| Stop::Failed(error.to_string()))?;
    println!("已建立管理员 (administrator made): {username} ({role})");
    Ok(())
}

fn ask() -> anyhow::Result<String> {
    let first = rpassword::prompt_password("口令 / password: ").context("password prompt")?;
    let again = rpassword::prompt_password("再输一次 / again: ").context("password prompt")?;
    if first == again {
        Ok(first)
    } else {
        Err(Stop::Usage("两次输入不同 (the two differ)".to_owned()).into())
    }
}
