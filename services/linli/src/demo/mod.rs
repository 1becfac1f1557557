//! `linli demo`: whole loops over HTTP against a running demo, step by step.

mod five_order;
mod six_step;
mod stage;

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::cli::DemoFlags;
use crate::client::{DemoAccount, demo_accounts};
use stage::Stage;

/// Pause between two looks at what is starting.
const LOOK: Duration = Duration::from_millis(250);

/// Longest that one look at the server may take.
const ANSWER: Duration = Duration::from_secs(5);

/// What anybody may ask of the service that the demo signs in to.
const OPEN: &str = "/api/identity/.well-known/jwks.json";

/// Drives one five-order loop and one six-step loop.
pub(crate) async fn run(flags: &DemoFlags, data: &Path) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(flags.wait);
    let accounts = await_accounts(data, until).await?;
    await_server(&flags.client.server, until).await?;
    let mut stage = Stage::new(flags.client.server.clone(), accounts, flags.client.json);
    stage.title("五单 five orders: 点单 → 派单 → 接单 → 办单 → 评单 → 晒单");
    five_order::play(&mut stage).await?;
    stage.title("六步闭环 six steps: 上报 → 受理派遣 → 处置反馈 → 核查 → 归档 → 考核评价");
    six_step::play(&mut stage).await?;
    stage.title("完成 (done)");
    Ok(())
}

/// Reads the demo's accounts; their file is there once they are made.
async fn await_accounts(data: &Path, until: Instant) -> anyhow::Result<Vec<DemoAccount>> {
    let mut told = false;
    loop {
        let error = match demo_accounts(data) {
            Ok(accounts) => return Ok(accounts),
            Err(error) => error,
        };
        let cause = error.downcast_ref::<std::io::Error>();
        let missing = cause.is_some_and(|cause| cause.kind() == ErrorKind::NotFound);
        if !missing || Instant::now() + LOOK > until {
            return Err(error);
        }
        tell(&mut told, "示范账号 (the demo's accounts)");
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until the server answers.
async fn await_server(server: &str, until: Instant) -> anyhow::Result<()> {
    let server = server.trim_end_matches('/');
    let http = reqwest::Client::builder().timeout(ANSWER).build()?;
    let mut told = false;
    loop {
        let asked = http.get(format!("{server}{OPEN}")).send().await;
        let answered = asked.and_then(reqwest::Response::error_for_status);
        let Err(error) = answered else {
            return Ok(());
        };
        // an address that makes no sense, and whoever says that there is no such thing, will not change their mind
        let wrong = error.is_builder() || error.status().is_some_and(|it| it.is_client_error());
        if wrong || Instant::now() + LOOK > until {
            let lost = || format!("连不上 {server} (server out of reach)");
            return Err(error).with_context(lost);
        }
        tell(&mut told, server);
        tokio::time::sleep(LOOK).await;
    }
}

/// Says once what is waited for; standard output is for the steps.
fn tell(told: &mut bool, what: &str) {
    if !*told {
        eprintln!("等待 (waiting for): {what}");
        *told = true;
    }
}
