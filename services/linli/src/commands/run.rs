use std::time::Instant;

use anyhow::Context;
use chassis::{Host, Module, Parts, stop_signal, telemetry};
use store::Location;

use super::{Settings, choose_or_all};
use crate::MODULES;
use crate::outcome::Stop;
use crate::seed::{self, Demo};

/// Runs services until a stop signal.
pub(super) async fn run(settings: &Settings, names: &[String]) -> anyhow::Result<()> {
    let modules = choose_or_all(names)?;
    let services = modules.iter().map(|module| module.name);
    let process = telemetry::Process::of("linli", services);
    let telemetry = telemetry::start(&settings.config.telemetry, &process)?;
    let done = serve(settings, names, modules).await;
    telemetry.stop().await;
    done
}

async fn serve(settings: &Settings, names: &[String], modules: Vec<Module>) -> anyhow::Result<()> {
    let config = &settings.config;
    if modules.len() < MODULES.len() {
        config
            .check_subset()
            .map_err(|error| Stop::Usage(error.to_string()))?;
    }
    let begun = Instant::now();
    say(&format!("邻里 Linli {}", env!("CARGO_PKG_VERSION")));
    say(&format!(
        "数据目录 data folder: {}（{}）",
        config.data.display(),
        places(settings)
    ));
    let host = Host::start(&modules, config, &settings.sources, Parts::default()).await?;
    // A city's database gets no demo because somebody forgot to say so.
    let mut demo = !config.empty && names.is_empty() && on_files(settings);
    if demo {
        let deps = |name: &str| host.deps(name).context("the demo needs it");
        let (registry, identity) = (deps("registry")?, deps("identity")?);
        let made = seed::seed(registry, identity, &config.data, &say).await?;
        demo = made != Demo::Elsewhere;
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

/// Whether every database is a file of this data folder.
fn on_files(settings: &Settings) -> bool {
    let location = |module: &chassis::Module| settings.config.location(module.name);
    MODULES
        .iter()
        .all(|module| matches!(location(module), Location::File(_)))
}

/// Which engines are in use.
fn places(settings: &Settings) -> &'static str {
    match (on_files(settings), !settings.config.bus.url.is_empty()) {
        (true, false) => "SQLite",
        (true, true) => "SQLite, RabbitMQ",
        (false, false) => "PostgreSQL",
        (false, true) => "PostgreSQL, RabbitMQ",
    }
}

fn say(line: &str) {
    println!("{line}");
}
