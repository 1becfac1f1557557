//! One file per command.

mod admin;
mod audit;
mod backup;
mod broker;
mod config;
mod doctor;
mod documents;
mod events;
mod migrate;
mod plan;
mod run;
mod seed;
mod statistics;
mod workflow;

use std::path::PathBuf;

use chassis::{Config, Module};
use figment::Figment;
use figment::providers::Serialized;

use crate::cli::{Cli, Command, ProcessFlags};
use crate::outcome::Stop;
use crate::{MODULES, demo, import};

/// Configuration with the flags on top, and what it was read from.
struct Settings {
    config: Config,
    sources: Figment,
}

pub(crate) async fn dispatch(cli: Cli) -> anyhow::Result<()> {
    let settings = settings(&cli.process)?;
    let data = settings.config.data.clone();
    if works_on_data(cli.command.as_ref()) {
        backup::refuse_unfinished(&settings.config)?;
    }
    match cli.command {
        None => run::run(&settings, &[]).await,
        Some(Command::Run { services }) => run::run(&settings, &services).await,
        Some(Command::Migrate { services }) => migrate::run(&settings, &services).await,
        Some(Command::Seed) => seed::run(&settings).await,
        Some(Command::Admin(command)) => admin::run(&settings, command).await,
        Some(Command::Import(command)) => import::run(command, &data).await,
        Some(Command::Demo(flags)) => demo::run(&flags, &data).await,
        Some(Command::Doctor { services, json }) => doctor::run(&settings, &services, json).await,
        Some(Command::Audit { json }) => audit::run(&settings, json).await,
        Some(Command::Backup { to, json }) => backup::backup(&settings, &to, json).await,
        Some(Command::Restore { from, json }) => backup::restore(&settings, &from, json).await,
        Some(Command::Config(command)) => config::run(&settings, &command).await,
        Some(Command::Workflow(command)) => workflow::run(&command, &data).await,
        Some(Command::Statistics(command)) => statistics::run(&settings, &command).await,
        Some(Command::Verify) => statistics::verify(&settings).await,
        Some(Command::Openapi { service }) => documents::openapi(service.as_deref()).await,
        Some(Command::Asyncapi) => documents::asyncapi(),
        Some(Command::Events(command)) => events::run(&settings, command).await,
        Some(Command::Plan(command)) => plan::run(command).await,
    }
}

/// Whether a command opens the databases, and would make those that are not there.
fn works_on_data(command: Option<&Command>) -> bool {
    match command {
        None
        | Some(
            Command::Run { .. }
            | Command::Migrate { .. }
            | Command::Seed
            | Command::Admin(_)
            | Command::Doctor { .. }
            | Command::Audit { .. }
            | Command::Backup { .. }
            | Command::Statistics(_)
            | Command::Verify
            | Command::Events(_),
        ) => true,
        Some(
            Command::Import(_)
            | Command::Demo(_)
            | Command::Restore { .. }
            | Command::Config(_)
            | Command::Workflow(_)
            | Command::Openapi { .. }
            | Command::Asyncapi
            | Command::Plan(_),
        ) => false,
    }
}

fn settings(flags: &ProcessFlags) -> anyhow::Result<Settings> {
    let mut sources = Config::sources();
    if let Some(data) = &flags.data {
        sources = sources.merge(Serialized::default("data", data));
    }
    if let Some(listen) = flags.listen {
        sources = sources.merge(Serialized::default("listen", listen));
    }
    if flags.empty {
        sources = sources.merge(Serialized::default("empty", true));
    }
    let config = Config::read(&sources).map_err(|error| Stop::Usage(error.to_string()))?;
    // a misspelt service would quietly use the other databases
    choose(config.databases.keys().map(String::as_str))?;
    Ok(Settings { config, sources })
}

/// A folder that no other process uses, to be removed by whoever asked for it.
fn temporary(what: &str) -> PathBuf {
    std::env::temp_dir().join(format!("linli-{what}-{}", std::process::id()))
}

/// Modules of these names, in the order of all.
fn choose<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Module>, Stop> {
    let names: Vec<&str> = names.collect();
    let known = MODULES.map(|module| module.name);
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        return Err(Stop::Usage(format!(
            "没有服务 {name} (no such service); {}",
            known.join(", ")
        )));
    }
    let chosen = MODULES
        .into_iter()
        .filter(|module| names.contains(&module.name));
    Ok(chosen.collect())
}

/// The same, all where none is named.
fn choose_or_all(names: &[String]) -> Result<Vec<Module>, Stop> {
    if names.is_empty() {
        return Ok(MODULES.to_vec());
    }
    choose(names.iter().map(String::as_str))
}
