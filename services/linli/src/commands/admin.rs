mod machine;

use anyhow::Context;
use chassis::{Offline, Parts};
use identity::bootstrap::{self, BootstrapError, NewAdministrator};
use identity::domain::{Password, UsernameError};
use identity::{ChainState, Identity};
use kernel::{Role, RoleError, TextError};

use super::Settings;
use crate::cli::AdminCommand;
use crate::outcome::Stop;

pub(super) async fn run(settings: &Settings, command: AdminCommand) -> anyhow::Result<()> {
    match command {
        AdminCommand::Create {
            username,
            display_name,
            role,
            if_none,
        } => create(settings, &username, &display_name, &role, if_none).await,
        AdminCommand::Machine {
            secret,
            renew,
            json,
        } => machine::run(settings, secret.as_deref(), renew, json).await,
        AdminCommand::VerifyLog => verify_log(settings).await,
        AdminCommand::Reseal { new_key } => reseal(settings, new_key).await,
    }
}

/// Opens identity's database alone.
async fn open(settings: &Settings) -> anyhow::Result<Offline> {
    let (config, sources) = (&settings.config, &settings.sources);
    Ok(Offline::open(&[identity::MODULE], config, sources, &Parts::default()).await?)
}

/// Recomputes the chain of the access log.
async fn verify_log(settings: &Settings) -> anyhow::Result<()> {
    let offline = open(settings).await?;
    let identity = Identity::new(offline.deps("identity").context("identity")?)?;
    let state = identity.verify_access_log().await;
    offline.close().await;
    match state? {
        ChainState::Whole(count) => {
            println!("访问日志完整 (the access log is whole): {count}");
            Ok(())
        }
        ChainState::Broken(place) => Err(Stop::Failed(format!(
            "访问日志自第 {place} 条起不完整 (the access log is broken from entry {place} on)"
        ))
        .into()),
    }
}

/// Seals the keys of all contacts anew.
async fn reseal(settings: &Settings, new_key: bool) -> anyhow::Result<()> {
    let offline = open(settings).await?;
    let deps = offline.deps("identity").context("identity")?;
    if new_key {
        Identity::add_sealing_key(deps)?;
    }
    let resealed = Identity::new(deps)?.reseal_contacts().await;
    offline.close().await;
    println!("已重新封存 (sealed anew): {}", resealed?);
    Ok(())
}

/// Makes the first administrator of an installation.
async fn create(
    settings: &Settings,
    username: &str,
    display_name: &str,
    role: &str,
    if_none: bool,
) -> anyhow::Result<()> {
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
    let offline = open(settings).await?;
    let identity = Identity::new(offline.deps("identity").context("identity")?)?;
    let made = bootstrap::create_first_administrator(&identity, new).await;
    offline.close().await;
    match made {
        Ok(_) => println!("已建立管理员 (administrator made): {username} ({role})"),
        // whoever installs asks for one each time: the first time it is made
        Err(BootstrapError::AdministratorExists) if if_none => {
            println!("已有管理员，未作改动 (there is one already; nothing was changed): {role}");
        }
        Err(error) => return Err(Stop::Failed(error.to_string()).into()),
    }
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
