use anyhow::Context;
use chassis::{Offline, Parts};

use super::{Settings, choose};
use crate::outcome::Stop;
use crate::seed::{self, Demo};

/// Makes the demo district. What the others are to hear of it waits in the outboxes until the
/// services run.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let config = &settings.config;
    let modules = choose(["identity", "registry"].into_iter())?;
    let offline = Offline::open(&modules, config, &settings.sources, &Parts::default()).await?;
    let deps = |name: &str| offline.deps(name).cloned().context("the demo needs it");
    let (registry, identity) = (deps("registry")?, deps("identity")?);
    let seeded = seed::seed(&registry, &identity, &config.data, &|line| {
        println!("{line}");
    })
    .await;
    offline.close().await;
    let file = config.data.join(crate::client::ACCOUNTS_FILE);
    match seeded? {
        Demo::Made | Demo::There => {
            println!("示范账号 demo logins: {}", file.display());
            Ok(())
        }
        Demo::Elsewhere => {
            let reason = "示范账号由另一个数据目录建立 (another data folder has the logins)";
            Err(Stop::Failed(reason.to_owned()).into())
        }
    }
}
