//! One whole five-order loop, and many of them at once.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::api::{Api, text};
use crate::figures::Figures;
use crate::people::Compound;

/// A small photo.
const PHOTO: &[u8] = include_bytes!("../../../../services/linli/demo/photo.png");

/// Looks for another service's answer before a lifecycle counts as failed.
const LOOKS: u32 = 200;

/// Pause after the first look; each further one is three times as long.
const FIRST_PAUSE: Duration = Duration::from_millis(2);

/// Longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Runs `clients` clients for the length of `window`.
pub(crate) async fn run(
    api: &Api,
    compounds: &[Compound],
    clients: usize,
    window: Duration,
) -> anyhow::Result<Figures> {
    let begun = Instant::now();
    let until = begun + window;
    let running = (0..clients).map(|number| {
        let (api, compounds) = (api.clone(), compounds.to_vec());
        tokio::spawn(async move {
            let index = number
                .checked_rem(compounds.len())
                .context("no compounds")?;
            let compound = compounds.get(index).context("no compounds")?;
            client(&api, compound, number, until).await
        })
    });
    let mut total = Figures::new()?;
    for figures in try_join_all(running).await? {
        total.add(&figures?)?;
    }
    total.finish(begun.elapsed());
    Ok(total)
}

async fn client(
    api: &Api,
    compound: &Compound,
    number: usize,
    until: Instant,
) -> anyhow::Result<Figures> {
    let mut figures = Figures::new()?;
    while Instant::now() < until {
        let begun = Instant::now();
        lifecycle(api, compound, number, &mut figures).await?;
        figures.lifecycle(begun.elapsed());
    }
    Ok(figures)
}

/// Runs one loop to its end; returns the order.
pub(crate) async fn lifecycle(
    api: &Api,
    compound: &Compound,
    number: usize,
    figures: &mut Figures,
) -> anyhow::Result<String> {
    let turn = number
        .checked_rem(compound.residents.len())
        .context("no residents")?;
    let resident = compound
        .residents
        .get(turn)
        .context("no residents")?
        .as_str();
    let (dispatcher, member) = (compound.dispatcher.as_str(), compound.member.as_str());

    let order = json!({
        "workflow": "five-order",
        "title": "楼道照明灯不亮",
        "content": "楼道里的照明灯坏了几天，晚上出入不便，希望尽快修好。",
        "org_code": compound.code,
    });
    let create = api.post(resident, "/api/ticketing/v1/orders").json(&order);
    let order = api.timed(figures, "create", create).await?;
    let path = format!("/api/ticketing/v1/orders/{}", text(&order, "id"));
    let act = |token: &str, action: &str, body: Value| {
        api.post(token, &format!("{path}/actions/{action}"))
            .json(&body)
    };

    api.timed(figures, "dispatch", act(dispatcher, "dispatch", json!({})))
        .await?;
    claim(api, figures, member, text(&order, "id")).await?;
    await_action(api, figures, member, &path, "handle").await?;

    let upload = api
        .post(member, &format!("{path}/attachments"))
        .header("content-type", "image/png")
        .body(PHOTO);
    api.timed(figures, "photo", upload).await?;
    let handled = json!({"note": "更换了灯泡，并检查了线路，现已恢复照明。"});
    api.timed(figures, "handle", act(member, "handle", handled))
        .await?;

    review(api, figures, compound, turn, &path).await?;

    let publication = json!({
        "title": "楼道照明灯已修复",
        "summary": "居民反映楼道照明灯不亮，志愿力量当日更换灯泡并检查线路，居民评议满意。",
    });
    api.timed(figures, "publish", act(dispatcher, "publish", publication))
        .await?;
    let read = api.timed(figures, "read", api.get(resident, &path)).await?;
    if text(&read, "state") != "published" {
        bail!("the order ended as {}", text(&read, "state"));
    }
    Ok(text(&order, "id").to_owned())
}

/// Finds the task behind an order and takes it.
async fn claim(api: &Api, figures: &mut Figures, member: &str, order: &str) -> anyhow::Result<()> {
    let path = format!("/api/volunteering/v1/tasks?order_id={order}");
    let mut pause = FIRST_PAUSE;
    for _ in 0..LOOKS {
        let tasks = api.timed(figures, "tasks", api.get(member, &path)).await?;
        if let Some(task) = tasks.pointer("/items/0") {
            let path = format!("/api/volunteering/v1/tasks/{}/claim", text(task, "id"));
            let claim = api.post(member, &path).json(&json!({}));
            api.timed(figures, "claim", claim).await?;
            return Ok(());
        }
        rest(&mut pause).await;
    }
    bail!("no task for {order}")
}

/// Leaves the server to itself for a while, the next time for longer.
async fn rest(pause: &mut Duration) {
    tokio::time::sleep(*pause).await;
    *pause = LONGEST_PAUSE.min(*pause * 3);
}

/// Waits until an order offers an action to the holder of `token`.
async fn await_action(
    api: &Api,
    figures: &mut Figures,
    token: &str,
    path: &str,
    action: &str,
) -> anyhow::Result<()> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..LOOKS {
        let order = api.timed(figures, "look", api.get(token, path)).await?;
        let offers = order.get("actions").and_then(Value::as_array);
        if offers
            .into_iter()
            .flatten()
            .any(|offer| text(offer, "name") == action)
        {
            return Ok(());
        }
        rest(&mut pause).await;
    }
    bail!("{action} was never offered")
}

/// The requester and the other residents, all of whom were drawn, score until the quorum is reached.
async fn review(
    api: &Api,
    figures: &mut Figures,
    compound: &Compound,
    requester: usize,
    path: &str,
) -> anyhow::Result<()> {
    let vote = json!({"score": 5, "solved": true});
    let (before, from) = compound.residents.split_at(requester);
    for resident in from.iter().chain(before) {
        let review = api
            .post(resident, &format!("{path}/actions/review"))
            .json(&vote);
        let after = api
            .timed(figures, "review", review)
            .await
            .context("review")?;
        if text(&after, "state") == "reviewed" {
            return Ok(());
        }
    }
    bail!("the residents were too few for a quorum")
}
