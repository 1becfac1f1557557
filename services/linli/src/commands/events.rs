use kernel::{Clock, EventId, SystemClock};
use serde_json::{Value, json};
use store::{Database, Location, dead_letter};

use super::Settings;
use crate::MODULES;
use crate::cli::{DeadCommand, EventsCommand};
use crate::outcome::Stop;

/// Most dead letters read from one service.
const MOST: u64 = 1_000;

/// Works on the dead letters of a data folder.
pub(super) async fn run(settings: &Settings, command: EventsCommand) -> anyhow::Result<()> {
    let EventsCommand::Dead(command) = command;
    match command {
        DeadCommand::List { json } => list(settings, json).await,
        DeadCommand::Show { event } => show(settings, id(&event)?).await,
        DeadCommand::Replay { event } => replay(settings, id(&event)?).await,
    }
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
    if letters.is_empty() && !as_json {
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
    Err(Stop::Usage(format!("没有死信 {event} (no such dead letter)")).into())
}

async fn replay(settings: &Settings, event: EventId) -> anyhow::Result<()> {
    for database in databases(settings).await? {
        if dead_letter::replay(&database, event, SystemClock.now()).await? {
            database.close().await?;
            println!("已放回，下次启动时重放 (put back; it runs again on the next start)");
            return Ok(());
        }
    }
    Err(Stop::Usage(format!("没有死信 {event} (no such dead letter)")).into())
}
