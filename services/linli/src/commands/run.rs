use std::time::Instant;

use chassis::{Host, Module, Parts, stop_signal, telemetry};

use super::Settings;
use crate::MODULES;
use crate::outcome::Stop;
use crate::seed;

/// Runs services until a stop signal.
pub(super) async fn run(settings: &Settings, names: &[String]) -> anyhow::Result<()> {
    let config = &settings.config;
    telemetry::start(&config.telemetry)?;
    let modules = choose(names)?;
    let begun = Instant::now();
    say(&format!("邻里 Linli {}", env!("CARGO_PKG_VERSION")));
    say(&format!(
        "数据目录 data folder: {}（SQLite）",
        config.data.display()
    ));
    let host = Host::start(&modules, config, &settings.sources, Parts::default()).await?;
    let demo = !config.empty && names.is_empty();
    if demo {
        seed::seed(&host, &config.data, &say).await?;
    }
    let url = format!("http://{}", host.address());
    say(&format!(
        "服务已启动 serving: {url}（{} ms）",
        begun.elapsed().as_millis()
    ));
    say(&format!("接口说明 API page: {url}/api/docs"));
    if demo {
        let accounts = config.data.join(crate::client::ACCOUNTS_FILE);
        say(&format!("示范账号 demo logins: {}", accounts.display()));
        say("走一遍示范 see it work: linli demo");
    }
    say("按 Ctrl-C 停止 (Ctrl-C stops)");
    stop_signal().await;
    say("正在停止 (stopping)…");
    host.stop().await;
    say("已停止 (stopped)");
    Ok(())
}

fn choose(names: &[String]) -> Result<Vec<Module>, Stop> {
    if names.is_empty() {
        return Ok(MODULES.to_vec());
    }
    let unknown = names
        .iter()
        .find(|name| MODULES.iter().all(|module| module.name != **name));
    if let Some(name) = unknown {
        let known: Vec<&str> = MODULES.iter().map(|module| module.name).collect();
        return Err(Stop::Usage(format!(
            "没有服务 {name} (no such service); {}",
            known.join(", ")
        )));
    }
    Ok(MODULES
        .into_iter()
        .filter(|module| names.iter().any(|name| name == module.name))
        .collect())
}

fn say(line: &str) {
    println!("{line}");
}
