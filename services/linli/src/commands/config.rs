use super::Settings;
use crate::cli::ConfigCommand;

/// Shows or checks the configuration; it was read and checked on the way here.
pub(super) fn run(settings: &Settings, command: &ConfigCommand) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show => print!("{}", toml::to_string_pretty(&settings.config)?),
        ConfigCommand::Check => println!("配置有效 (the configuration is valid)"),
    }
    Ok(())
}
