use chassis::{Offline, Parts};

use super::{Settings, choose_or_all};

/// Makes the databases of services, all by default, and brings their schema up to date.
pub(super) async fn run(settings: &Settings, names: &[String]) -> anyhow::Result<()> {
    let config = &settings.config;
    let parts = Parts::default();
    for module in choose_or_all(names)? {
        let offline = Offline::open(&[module], config, &settings.sources, &parts).await?;
        offline.close().await;
        let place = config.location(module.name);
        println!("{:<14} 已是最新 (up to date): {place}", module.name);
    }
    Ok(())
}
