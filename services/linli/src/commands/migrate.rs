use anyhow::Context;
use store::Database;

use super::Settings;
use crate::MODULES;

/// Brings every service's schema up to date.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let config = &settings.config;
    std::fs::create_dir_all(&config.data).with_context(|| {
        format!(
            "数据目录 {} 不可写 (data folder is not writable)",
            config.data.display()
        )
    })?;
    for module in MODULES {
        let file = config.database_file(module.name);
        let database = Database::open_file(&file, &config.store).await?;
        store::migrate(&database, module.migrations).await?;
        database.close().await?;
        println!("{:<14} 已是最新 (up to date)", module.name);
    }
    Ok(())
}
