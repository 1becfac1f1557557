//! A city's own channels, rules of figures and thresholds, in the place of the built-in ones.

use std::path::Path;

use serde_json::{Value, json};

use crate::world::{ORDERS, World, act, matter};

const INTAKE: &str = include_str!("../../rules/intake.toml");
const FIGURES: &str = include_str!("../../rules/figures.toml");
const FLAGS: &str = include_str!("../../rules/flags.toml");

/// Writes a file of rules and names it in the settings.
fn named(folder: &Path, key: &str, text: &str) -> Value {
    let file = folder.join(format!("{key}.toml"));
    std::fs::write(&file, text).unwrap();
    json!({ key: file })
}

/// The same rules as version 77.
fn newer(text: &str) -> String {
    let lines = text.lines().map(|line| {
        if line.starts_with("version = ") {
            "version = 77"
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_has_channels_of_its_own() {
    let text = format!(
        "{INTAKE}\n[[channels]]\nname = \"kiosk\"\ntitle = {{ zh = \"自助终端\", en = \"Kiosk\" }}\n"
    );
    let world = World::start_set(|folder| named(folder, "intake", &text)).await;
    let mut body = matter("six-step");
    body["channel"] = json!("kiosk");
    let view = world.resident.post(ORDERS, &body).await.expect(201);
    assert_eq!(view["channel"], "kiosk");
    world.host.stop().await;
    let world = World::start().await;
    world.resident.post(ORDERS, &body).await.expect(422);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_flags_say_which_rules_they_are_made_by() {
    let (figures, flags) = (newer(FIGURES), newer(FLAGS));
    let world = World::start_set(|folder| {
        let mut section = named(folder, "figures", &figures);
        section["flags"] = named(folder, "flags", &flags)["flags"].clone();
        section
    })
    .await;
    let shown = world.operator.get("/api/ticketing/v1/statistics").await;
    assert_eq!(shown.expect(200)["rules_version"], 77);
    let flags = world
        .operator
        .get("/api/ticketing/v1/statistics/flags")
        .await;
    assert_eq!(flags.expect(200)["version"], 77);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_scores_a_workflow_by_deductions() {
    let scheme = "[scoring]\nworkflows = { six-step = \"deductions\" }\n\
                  deductions = [{ count = \"declined\", points = 15 }]";
    let figures = FIGURES.replacen("[scoring]\ndefault = \"three_rates\"", scheme, 1);
    let world = World::start_set(|folder| named(folder, "figures", &figures)).await;
    let (kept, declined) = (world.open("six-step").await, world.open("six-step").await);
    let reason = json!({"reason": "已由法院受理"});
    act(&world.operator, &declined, "decline", &reason)
        .await
        .expect(200);
    act(&world.operator, &kept, "accept", &json!({}))
        .await
        .expect(200);
    let path = "/api/ticketing/v1/statistics?by=workflow";
    let shown = world.operator.get(path).await.expect(200);
    let own = &shown["groups"][0];
    assert_eq!(own["value"], "six-step");
    let score = |figures: &Value| {
        let measures = &figures["measures"];
        (measures["scheme"].clone(), measures["score"].clone())
    };
    assert_eq!(score(own), (json!("deductions"), json!(85.0)));
    assert_eq!(score(&shown), (json!("three_rates"), Value::Null));
    world.host.stop().await;
}
