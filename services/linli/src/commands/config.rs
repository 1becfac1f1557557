use std::net::SocketAddr;

use chassis::{Config, DatabaseConfig, HostError, Module, Parts, StartError};
use figment::value::Value;

use super::{Settings, temporary};
use crate::MODULES;
use crate::cli::ConfigCommand;
use crate::outcome::Stop;

/// Section of the operator, which is a program of its own.
const OPERATOR: &str = "operator";

/// Shows or checks the configuration; that of the process was read and checked on the way here.
pub(super) async fn run(settings: &Settings, command: &ConfigCommand) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show => show(settings)?,
        ConfigCommand::Check => {
            check_sections(settings)?;
            for module in MODULES {
                check_section(settings, module).await?;
            }
            println!("配置有效 (the configuration is valid)");
        }
    }
    Ok(())
}

fn show(settings: &Settings) -> anyhow::Result<()> {
    let shown = settings.config.shown();
    print!("{}", toml::to_string_pretty(&shown)?);
    for (service, own) in &shown.databases {
        print!("\n[{service}.database]\n{}", toml::to_string_pretty(own)?);
    }
    Ok(())
}

/// Refuses sections of nobody: what stands in them would quietly have no effect.
fn check_sections(settings: &Settings) -> anyhow::Result<()> {
    let own = Value::serialize(Config::default())?;
    let read: figment::value::Dict = settings.sources.extract()?;
    for (name, section) in read {
        let known = MODULES.iter().any(|module| module.name == name)
            || name == OPERATOR
            || own.find_ref(&name).is_some();
        if !known && matches!(section, Value::Dict(..)) {
            let told = format!("{name}: 没有这一节 (no such section)");
            return Err(Stop::Usage(told).into());
        }
    }
    Ok(())
}

/// Lets a service read its section, if it has one, on an empty database that goes away again.
async fn check_section(settings: &Settings, module: Module) -> anyhow::Result<()> {
    match settings.sources.find_value(module.name) {
        Ok(Value::Dict(_, section)) if section.keys().any(|key| key != "database") => {}
        _ => return Ok(()),
    }
    let folder = temporary("config");
    let config = Config {
        data: folder.clone(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        database: DatabaseConfig::default(),
        databases: std::collections::BTreeMap::default(),
        ..settings.config.clone()
    };
    let read = chassis::describe(&[module], &config, &settings.sources, Parts::default()).await;
    std::fs::remove_dir_all(&folder).ok();
    match read {
        Ok(_) => Ok(()),
        Err(HostError::Service {
            name,
            source: StartError::Config(error),
        }) => Err(Stop::Usage(format!("{name}: {error}")).into()),
        // files and servers that it names may be elsewhere: here only what is written is judged
        Err(error) => {
            eprintln!(
                "{}: 此处无法检查到底 (not checked to its end here): {error}",
                module.name
            );
            Ok(())
        }
    }
}
