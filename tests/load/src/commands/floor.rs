//! Intake through the API against the same statements sent by pgbench: what the service adds to what
//! the database costs.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use kernel::{Clock, SystemClock};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use crate::cli::{Common, Form, ServerFlags};
use crate::installation::{self, Installation, connect};
use crate::latencies::float;
use crate::people::People;
use crate::pgbench::{Run, Script};
use crate::recorder::{Recorder, Sent};
use crate::workload::closed;
use crate::workload::intake::{Intake, Outcome};

/// The service that takes orders in.
const SERVICE: &str = "ticketing";

/// Its database, as the process is told.
const DATABASE: &str = "LINLI_TICKETING__DATABASE__URL";

/// What a transaction of intake has.
const INTAKE: &str = "INSERT INTO \"work_order\"";

/// Orders opened to be recorded, the first of which may differ by what it fills.
const RECORDED: u64 = 6;

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// 并发数 / clients of both
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// 各自秒数（默认 30）/ seconds of each, by default 30
    #[arg(long)]
    seconds: Option<u64>,
    /// 同时写出脚本 / also write the script here
    #[arg(long)]
    script: Option<PathBuf>,
    /// pgbench 程序（默认最新版本）/ the program pgbench, by default the newest
    #[arg(long)]
    pgbench: Option<PathBuf>,
    #[command(flatten)]
    servers: ServerFlags,
}

pub(crate) async fn run(common: &Common, flags: &Flags) -> anyhow::Result<()> {
    let seconds = common.or(flags.seconds.as_ref(), 30, 2);
    let window = Duration::from_secs(seconds);
    let (_servers, mut installation) =
        installation::prepare(common, Form::Processes, &flags.servers).await?;
    common.say("启动 / starting");
    let recorder = Recorder::start(installation.database_url()?, INTAKE).await?;
    installation.set(DATABASE, &recorder.url);
    installation.start().await?;
    let people = People::make(&installation).await?;
    let script = record(&installation, &people, &recorder).await?;
    if let Some(path) = &flags.script {
        tokio::fs::write(path, &script.text).await?;
    }
    installation.unset(DATABASE);
    installation.restart_one(SERVICE).await?;
    drop(recorder);

    common.say("预热 / warming up");
    let intake = Intake::new(&installation.api, &people.sign_in(&installation).await?);
    closed::run(&intake, flags.clients, window / 4).await?;
    common.say(&format!(
        "通过接口受理 / intake through the API, {seconds} s"
    ));
    let api = closed::run(&intake, flags.clients, window).await?;
    installation.stop().await?;

    common.say(&format!("pgbench, {seconds} s"));
    let before = count(&installation).await?;
    let run = Run {
        program: flags.pgbench.as_deref(),
        url: installation.database_url()?,
        schema: SERVICE,
        clients: flags.clients,
        seconds,
        base: SystemClock.now().micros(),
    };
    let floor = run.run(&script, installation.folder()).await?;
    let added = count(&installation).await? - before;
    ensure!(
        u64::try_from(added)? == floor.transactions,
        "pgbench counts {} transactions, and {added} orders were added",
        floor.transactions
    );
    let ratio = api.per_second() / floor.per_second;
    if common.json {
        let figures = json!({
            "clients": flags.clients,
            "intake_per_s": api.per_second(),
            "intake_us": api.latencies.to_json(),
            "intake_refused": api.refused,
            "pgbench_per_s": floor.per_second,
            "pgbench_ms": floor.latency_ms,
            "statements": script.statements,
            "ratio": ratio,
        });
        println!("{figures}");
    } else {
        println!(
            "{} clients, {} statements a transaction",
            flags.clients, script.statements
        );
        println!(
            "  intake   {:>9.1}/s   {}   {} refused",
            api.per_second(),
            api.latencies.to_text(),
            float(api.refused)
        );
        println!(
            "  pgbench  {:>9.1}/s   mean {:.2} ms",
            floor.per_second, floor.latency_ms
        );
        println!("  ratio    {ratio:>9.2}");
    }
    Ok(())
}

/// Lets one resident open some orders and makes the script of two that sent the same statements.
async fn record(
    installation: &Installation,
    people: &People,
    recorder: &Recorder,
) -> anyhow::Result<Script> {
    let intake = Intake::new(&installation.api, &people.sign_in(installation).await?);
    for _ in 0..RECORDED {
        let outcome = intake.open(0).await;
        let opened = matches!(outcome, Outcome::Acknowledged(_));
        ensure!(opened, "an order was not opened: {outcome:?}");
    }
    installation.settled().await?;
    let all = recorder.transactions();
    // the service has work of its own beside
    let opens = |sent: &Sent| sent.sql.starts_with("INSERT INTO \"work_order\"");
    let mut latest = all.iter().rev().filter(|all| all.iter().any(opens));
    let last: &Vec<Sent> = latest.next().context("no transaction was recorded")?;
    let twin = latest.find_map(|other| Script::new(last, other).ok());
    twin.context("no two transactions have the same statements")
}

async fn count(installation: &Installation) -> anyhow::Result<i64> {
    let db = connect(installation.database_url()?).await?;
    let query = format!("SELECT count(*) FROM {SERVICE}.work_order");
    let query = Statement::from_string(db.get_database_backend(), query);
    let row = db.query_one_raw(query).await?.context("a count")?;
    db.close().await?;
    Ok(row.try_get_by_index(0)?)
}
