use std::path::Path;

use serde::Serialize;
use store::{Database, MigrationState};

use super::Settings;
use crate::MODULES;
use crate::outcome::Stop;

/// Smallest year that a clock in order can show.
const EARLIEST_YEAR: i16 = 2026;

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Finding {
    name: String,
    ok: bool,
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
            detail,
        }
    }
}

/// Looks at configuration, disk, clock, databases, migrations and messages.
pub(super) async fn run(settings: &Settings, json: bool) -> anyhow::Result<()> {
    let data = &settings.config.data;
    let mut findings = vec![
        Finding::new("配置 config", Ok("有效 (valid)".to_owned())),
        Finding::new("磁盘 disk", disk(data)),
        Finding::new("时钟 clock", clock()),
    ];
    for module in MODULES {
        let file = settings.config.database_file(module.name);
        let name = module.name;
        if file.exists() {
            findings.extend(database(settings, name, &file, module.migrations).await);
        } else {
            let absent = Ok("尚未建立 (not made yet)".to_owned());
            findings.push(Finding::new(format!("数据库 database {name}"), absent));
        }
    }
    let bad = findings.iter().filter(|finding| !finding.ok).count();
    if json {
        println!("{}", serde_json::to_string(&findings)?);
    } else {
        for finding in &findings {
            let mark = if finding.ok { "✓" } else { "✗" };
            println!("{mark} {:<28} {}", finding.name, finding.detail);
        }
    }
    if bad == 0 {
        Ok(())
    } else {
        Err(Stop::Failed(format!("{bad} 项有问题 (things are wrong)")).into())
    }
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

async fn database(
    settings: &Settings,
    name: &str,
    file: &Path,
    migrations: store::Migrations,
) -> Vec<Finding> {
    let database = match Database::open_file(file, &settings.config.store).await {
        Ok(database) => database,
        Err(error) => {
            return vec![Finding::new(
                format!("数据库 database {name}"),
                Err(error.to_string()),
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
