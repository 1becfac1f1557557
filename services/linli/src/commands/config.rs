use super::Settings;
use crate::cli::ConfigCommand;

/// Shows or checks the configuration; it was read and checked on the way here.
pub(super) fn run(settings: &Settings, command: &ConfigCommand) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show => show(settings)?,
        ConfigCommand::Check => println!("配置有效 (the configuration is valid)"),
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
