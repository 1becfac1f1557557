use std::net::SocketAddr;

use anyhow::Context;
use chassis::{Config, Parts, openapi};
use figment::Figment;
use figment::providers::Serialized;
use serde_json::Value;

use super::temporary;
use crate::MODULES;
use crate::outcome::Stop;

/// Prints one service's OpenAPI document, or the merged one.
pub(super) async fn openapi(service: Option<&str>) -> anyhow::Result<()> {
    let documents = describe().await?;
    let document = match service {
        None => openapi::merge(documents.iter().map(|(_, document)| document)),
        Some(name) => documents
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, document)| document)
            .ok_or_else(|| Stop::Usage(format!("没有服务 {name} (no such service)")))?,
    };
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}

/// Prints the AsyncAPI document.
pub(super) fn asyncapi() -> anyhow::Result<()> {
    let entries = contracts::catalogue::entries().context("event examples")?;
    let document = bus::asyncapi::document(&entries, env!("CARGO_PKG_VERSION"));
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}

/// Builds the services on empty databases that go away again.
async fn describe() -> anyhow::Result<Vec<(&'static str, Value)>> {
    let folder = temporary("openapi");
    let config = Config {
        data: folder.clone(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..Config::default()
    };
    let sources = Figment::from(Serialized::defaults(&config));
    let described = chassis::describe(&MODULES, &config, &sources, Parts::default()).await;
    std::fs::remove_dir_all(&folder).ok();
    Ok(described?)
}
