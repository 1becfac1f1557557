use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use store::{Database, Location, MigrationState};

use super::{Settings, broker, choose_or_all};
use crate::MODULES;
use crate::outcome::Stop;

/// Smallest year that a clock in order can show.
const EARLIEST_YEAR: i16 = 2026;

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Finding {
    name: String,
    ok: bool,
    /// It was not looked at, for a reason that is no fault.
    skipped: bool,
    detail: String,
}

impl Finding {
    fn new(name: impl Into<String>, result: Result<String, String>) -> Self {
        let (ok, detail) = match result {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        Self {
            name: name.into(),
            ok,
            skipped: false,
            detail,
        }
    }

    fn skipped(name: impl Into<String>, why: &str) -> Self {
        let found = Self::new(name, Ok(format!("跳过 (skipped): {why}")));
        Self {
            skipped: true,
            ..found
        }
    }

    fn mark(&self) -> char {
        match (self.ok, self.skipped) {
            (false, _) => '✗',
            (true, true) => '–',
            (true, false) => '✓',
        }
    }
}

/// Looks at configuration, disk, clock, databases, migrations and messages of the services that are named, or of those
/// that this installation has.
pub(super) async fn run(settings: &Settings, names: &[String], json: bool) -> anyhow::Result<()> {
    let wanted = choose_or_all(names)?;
    let is_wanted = |name: &str| wanted.iter().any(|module| module.name == name);
    let data = &settings.config.data;
    let mut findings = vec![
        Finding::new("配置 config", Ok("有效 (valid)".to_owned())),
        Finding::new("磁盘 disk", disk(data)),
        Finding::new("时钟 clock", clock()),
    ];
    for module in MODULES {
        let (name, location) = (module.name, settings.config.location(module.name));
        let of = format!("数据库 database {name}");
        if !is_wanted(name) {
            findings.push(Finding::skipped(of, "没有要求 (not asked for)"));
        } else if names.is_empty() && has_left_out(settings, name) {
            let why = "本安装没有该服务 (this installation does without the service)";
            findings.push(Finding::skipped(of, why));
        } else if !matches!(&location, Location::File(file) if !file.exists()) {
            findings.extend(database(settings, name, &location, module.migrations).await);
        } else if names.is_empty() && is_of_servers(settings) {
            let why = "此处没有配置它的数据库 (its database is not configured here)";
            findings.push(Finding::skipped(of, why));
        } else {
            let absent = Ok("尚未建立 (not made yet)".to_owned());
            findings.push(Finding::new(of, absent));
        }
    }
    match broker::connect(settings).await {
        Ok(None) => {}
        Ok(Some(amqp)) => {
            amqp.close().await;
            let reached = Ok(format!("{} 已连接 (connected)", settings.config.bus.url));
            findings.push(Finding::new("消息服务器 broker", reached));
        }
        Err(reason) => {
            let reason = format!("{}: {reason}", settings.config.bus.url);
            findings.push(Finding::new("消息服务器 broker", Err(reason)));
        }
    }
    if let Some(url) = &settings.config.auth.jwks_url {
        findings.push(Finding::new("密钥 keys", keys(url).await));
    }
    let bad = findings.iter().filter(|finding| !finding.ok).count();
    if json {
        println!("{}", serde_json::to_string(&findings)?);
    } else {
        for finding in &findings {
            println!("{} {:<28} {}", finding.mark(), finding.name, finding.detail);
        }
    }
    if bad == 0 {
        Ok(())
    } else {
        Err(Stop::Failed(format!("{bad} 项有问题 (things are wrong)")).into())
    }
}

/// Whether the installation does without a service.
fn has_left_out(settings: &Settings, name: &str) -> bool {
    let mut without = settings.config.bus.amqp.without.iter();
    without.any(|absent| absent == name)
}

/// Whether any service's database is on a server: a file that isn't there is then none that will be made here.
fn is_of_servers(settings: &Settings) -> bool {
    let mut modules = MODULES.iter();
    modules.any(|module| !matches!(settings.config.location(module.name), Location::File(_)))
}

/// Writes a probe where the data are, or would be made.
fn disk(data: &Path) -> Result<String, String> {
    let there = data.ancestors().find(|folder| folder.exists());
    let probe = there.unwrap_or(Path::new(".")).join(".linli-doctor");
    let written = std::fs::write(&probe, b"probe");
    std::fs::remove_file(&probe).ok();
    match written {
        Ok(()) => Ok(format!("{} 可写 (writable)", data.display())),
        Err(error) => Err(format!("{} 不可写 (not writable): {error}", data.display())),
    }
}

fn clock() -> Result<String, String> {
    use kernel::Clock;
    let now = kernel::SystemClock.now();
    let date = now.date_in(&jiff::tz::TimeZone::UTC);
    if date.year() >= EARLIEST_YEAR {
        Ok(now.to_string())
    } else {
        Err(format!("{now} 太早 (too early)"))
    }
}

/// Asks for the published keys once.
async fn keys(url: &str) -> Result<String, String> {
    let asked = async {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(5))
            .build()?;
        let set: auth::JwkSet = client
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        Ok(set.keys.len())
    };
    match asked.await {
        Ok(0) => Err("没有密钥 (the set is empty)".to_owned()),
        Ok(keys) => Ok(format!("{keys}")),
        Err(error) => {
            let error: reqwest::Error = error;
            Err(format!("{:#}", anyhow::Error::from(error.without_url())))
        }
    }
}

async fn database(
    settings: &Settings,
    name: &str,
    location: &Location,
    migrations: store::Migrations,
) -> Vec<Finding> {
    let database = match Database::open(location, &settings.config.store).await {
        Ok(database) => database,
        Err(error) => {
            let reason = format!("{location}: {:#}", anyhow::Error::from(error));
            return vec![Finding::new(
                format!("数据库 database {name}"),
                Err(format!(
                    "{reason}；linli migrate 可建立 (makes what is missing)"
                )),
            )];
        }
    };
    let state = match store::migration_state(&database, migrations).await {
        Ok(MigrationState::Current) => Ok("结构最新 (schema up to date)".to_owned()),
        Ok(MigrationState::Pending(count)) => {
            Err(format!("{count} 项迁移未执行 (migrations to run)"))
        }
        Ok(MigrationState::Newer(_)) => {
            Err("由更新的版本建立 (made by a newer version)".to_owned())
        }
        Err(error) => Err(error.to_string()),
    };
    let pending = store::outbox::count_pending(&database)
        .await
        .unwrap_or_default();
    let dead = store::dead_letter::count(&database)
        .await
        .unwrap_or_default();
    let messages = format!("待发 pending {pending}，死信 dead {dead}");
    vec![
        Finding::new(format!("数据库 database {name}"), state),
        Finding::new(
            format!("消息 messages {name}"),
            if dead == 0 {
                Ok(messages)
            } else {
                Err(messages)
            },
        ),
    ]
}
