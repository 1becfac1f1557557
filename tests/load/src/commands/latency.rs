//! From the commit of an opening to the commit of its effect in another service, as PostgreSQL notes
//! both: nothing that measures is in the way.

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use kernel::{Clock, SystemClock, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;

use crate::cli::{Common, Form, ServerFlags};
use crate::installation::{self, connect};
use crate::latencies::{Latencies, float};
use crate::people::People;
use crate::workload::closed;
use crate::workload::intake::Intake;
use crate::workload::open::{self, Pace};

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// 秒数（默认 30）/ seconds, by default 30
    #[arg(long)]
    seconds: Option<u64>,
    /// 每秒受理数（默认可持续速率之半）/ orders a second, by default half of what can be sustained
    #[arg(long)]
    rate: Option<f64>,
    /// 测可持续速率的并发数 / clients that find the sustainable rate
    #[arg(long, default_value_t = 32)]
    clients: usize,
    #[command(flatten)]
    servers: ServerFlags,
}

pub(crate) async fn run(common: &Common, flags: &Flags) -> anyhow::Result<()> {
    let seconds = common.or(flags.seconds.as_ref(), 30, 2);
    let window = Duration::from_secs(seconds);
    let (_servers, mut installation) =
        installation::prepare(common, Form::Processes, &flags.servers).await?;
    let db = connect(installation.database_url()?).await?;
    ensure!(
        one(&db, "SHOW track_commit_timestamp").await? == "on",
        "PostgreSQL 须设 track_commit_timestamp = on / PostgreSQL must have it"
    );
    common.say("启动 / starting");
    installation.start().await?;
    let people = People::make(&installation).await?;
    let intake = Intake::new(&installation.api, &people.sign_in(&installation).await?);
    common.say("预热与可持续速率 / warming up, sustainable rate");
    closed::run(&intake, flags.clients, window / 4).await?;
    let sustainable = closed::run(&intake, flags.clients, window / 2)
        .await?
        .per_second();
    installation.settled().await?;
    let rate = flags.rate.unwrap_or(sustainable / 2.0);
    common.say(&format!(
        "每秒 {rate:.0} 单 / {rate:.0} orders a second, {seconds} s"
    ));
    let since = SystemClock.now();
    let pace = Pace {
        rate,
        window,
        under_way: 4_096,
    };
    let sample = open::run(&intake, pace).await?;
    installation.settled().await?;
    let effects = effects(&db, since).await?;
    installation.stop().await?;
    let told = float(sample.latencies.count());
    ensure!(
        effects.count() >= sample.latencies.count(),
        "{told} orders were acknowledged and {} took effect",
        effects.count()
    );
    if common.json {
        let figures = json!({
            "form": Form::Processes.name(),
            "sustainable_per_s": sustainable,
            "rate_per_s": rate,
            "commit_to_effect_us": effects.to_json(),
            "answer_us": sample.latencies.to_json(),
        });
        println!("{figures}");
    } else {
        println!("sustainable {sustainable:.1} orders/s, measured at {rate:.1}/s");
        println!("  commit to effect  {}", effects.to_text());
        println!("  answer            {}", sample.latencies.to_text());
    }
    Ok(())
}

/// What ticketing has committed since then until notifications had committed what it made of it.
async fn effects(db: &DatabaseConnection, since: Timestamp) -> anyhow::Result<Latencies> {
    let query = format!(
        "SELECT (extract(epoch FROM pg_xact_commit_timestamp(p.xmin)
            - pg_xact_commit_timestamp(e.xmin)) * 1000000)::bigint
        FROM ticketing.order_event e JOIN notifications.order_party p ON p.order_id = e.order_id
        WHERE e.kind = 'opened' AND e.at >= {}",
        since.micros()
    );
    let query = Statement::from_string(db.get_database_backend(), query);
    let mut latencies = Latencies::new()?;
    for row in db.query_all_raw(query).await? {
        let micros: i64 = row.try_get_by_index(0)?;
        latencies.record(Duration::from_micros(u64::try_from(micros).unwrap_or(0)));
    }
    Ok(latencies)
}

async fn one(db: &DatabaseConnection, query: &str) -> anyhow::Result<String> {
    let query = Statement::from_string(db.get_database_backend(), query);
    let row = db.query_one_raw(query).await?;
    Ok(row.context("an answer")?.try_get_by_index(0)?)
}
