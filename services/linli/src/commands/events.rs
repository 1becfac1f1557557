use chassis::{Offline, Parts};
use kernel::{Clock, EventId, SystemClock};
use serde_json::{Value, json};
use store::{Database, Location, dead_letter};

use super::{Settings, broker, choose};
use crate::MODULES;
use crate::cli::{DeadCommand, EventsCommand};
use crate::outcome::Stop;

/// Most dead letters read from one service.
const MOST: u64 = 1_000;

/// Works on the dead letters of a data folder.
pub(super) async fn run(settings: &Settings, command: EventsCommand) -> anyhow::Result<()> {
    let command = match command {
        EventsCommand::Dead(command) => command,
        EventsCommand::ReplayState { service } => return replay_state(settings, &service).await,
    };
    match command {
        DeadCommand::List { json } => list(settings, json).await,
        DeadCommand::Show { event } => show(settings, id(&event)?).await,
        DeadCommand::Replay { event } => replay(settings, id(&event)?).await,
    }
}

/// Tells the present state of a service once more; what it tells waits in its outbox for the services.
async fn replay_state(settings: &Settings, service: &str) -> anyhow::Result<()> {
    if service != "registry" {
        let reason = format!("{service} 不能重述现状，只有 registry 能 (only registry can)");
        return Err(Stop::Usage(reason).into());
    }
    let modules = choose([service].into_iter())?;
    let parts = Parts::default();
    let offline = Offline::open(&modules, &settings.config, &settings.sources, &parts).await?;
    let told = match offline.deps(service) {
        Some(deps) => registry::replay::replay_state(deps, |_| ()).await,
        None => Ok(registry::replay::Replayed::default()),
    };
    offline.close().await;
    let told = told.map_err(|error| Stop::Failed(error.to_string()))?;
    println!(
        "已重述 {} 个组织，{} 个已撤销；服务运行时送达 (told again; the services hear of it while they run)",
        told.established, told.closed
    );
    Ok(())
}

fn id(text: &str) -> Result<EventId, Stop> {
    text.parse()
        .map_err(|error| Stop::Usage(format!("{text}：{error}")))
}

async fn databases(settings: &Settings) -> anyhow::Result<Vec<Database>> {
    let mut databases = Vec::new();
    for module in MODULES {
        let location = settings.config.location(module.name);
        if matches!(&location, Location::File(file) if !file.exists()) {
            continue;
        }
        databases.push(Database::open(&location, &settings.config.store).await?);
    }
    Ok(databases)
}

/// The broker, if there is one.
async fn connect(settings: &Settings) -> anyhow::Result<Option<std::sync::Arc<bus::Amqp>>> {
    let connected = broker::connect(settings).await;
    Ok(connected
        .map_err(|reason| Stop::Failed(format!("{}: {reason}", settings.config.bus.url)))?)
}

async fn list(settings: &Settings, as_json: bool) -> anyhow::Result<()> {
    let mut letters = Vec::new();
    for database in databases(settings).await? {
        letters.extend(dead_letter::list(&database, MOST).await?);
    }
    for letter in &letters {
        if as_json {
            let row = json!({
                "event_id": letter.event_id,
                "consumer": letter.consumer,
                "reason": letter.reason,
                "died_at": letter.died_at,
            });
            println!("{row}");
        } else {
            println!(
                "{}  {:<14} {}",
                letter.event_id, letter.consumer, letter.reason
            );
        }
    }
    let mut on_broker = Vec::new();
    if let Some(amqp) = connect(settings).await? {
        on_broker = broker::dead(&amqp).await?;
        amqp.close().await;
    }
    for letter in &on_broker {
        let id = letter.id.as_deref().unwrap_or("-");
        if as_json {
            let row = json!({
                "event_id": letter.id,
                "consumer": letter.consumer,
                "reason": letter.reason,
                "on_broker": true,
            });
            println!("{row}");
        } else {
            println!("{id}  {:<14} {} (broker)", letter.consumer, letter.reason);
        }
    }
    if letters.is_empty() && on_broker.is_empty() && !as_json {
        println!("没有死信 (no dead letters)");
    }
    Ok(())
}

async fn show(settings: &Settings, event: EventId) -> anyhow::Result<()> {
    for database in databases(settings).await? {
        let letters = dead_letter::list(&database, MOST).await?;
        if let Some(letter) = letters.into_iter().find(|letter| letter.event_id == event) {
            let body: Value = serde_json::from_str(&letter.body)?;
            println!("{}", serde_json::to_string_pretty(&body)?);
            return Ok(());
        }
    }
    if let Some(amqp) = connect(settings).await? {
        let letters = broker::dead(&amqp).await?;
        amqp.close().await;
        let id = event.to_string();
        let letter = letters
            .into_iter()
            .find(|letter| letter.id.as_ref() == Some(&id));
        if let Some(letter) = letter {
            println!("{}", String::from_utf8_lossy(&letter.body));
            return Ok(());
        }
    }
    Err(Stop::Usage(format!("没有死信 {event} (no such dead letter)")).into())
}

async fn replay(settings: &Settings, event: EventId) -> anyhow::Result<()> {
    for database in databases(settings).await? {
        if dead_letter::replay(&database, event, SystemClock.now()).await? {
            database.close().await?;
            println!("已放回，服务运行时重放 (put back; it runs again while the services run)");
            return Ok(());
        }
    }
    if let Some(amqp) = connect(settings).await? {
        let replayed = broker::replay(&amqp, &event.to_string()).await;
        amqp.close().await;
        let replayed = replayed?;
        if replayed > 0 {
            println!("已放回 {replayed} 条，含更早的 (put back, with those that died before it)");
            return Ok(());
        }
    }
    Err(Stop::Usage(format!("没有死信 {event} (no such dead letter)")).into())
}
