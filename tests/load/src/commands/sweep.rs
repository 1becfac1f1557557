//! A sweep of the clocks over many open orders: the service's own job, on both engines.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use auth::KeyRing;
use chassis::{Deps, Schedule};
use clap::{Args, ValueEnum};
use figment::Figment;
use kernel::{Clock, SystemClock, SystemIds};
use sea_orm::ConnectionTrait;
use serde_json::json;
use store::{Database, Location, StoreConfig};
use tokio_util::sync::CancellationToken;

use crate::cli::{Common, ServerFlags};
use crate::fill::copies::{self, Models, Place};
use crate::installation::{Installation, Servers, connect};
use crate::people::People;
use crate::workload::intake::{Intake, Outcome};

/// The service whose clocks are swept.
const SERVICE: &str = "ticketing";

/// Orders that are opened through the API and copied.
const MODELS: u64 = 8;

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// 未结工单数（默认 500000）/ open orders, by default 500000
    #[arg(long)]
    open: Option<u64>,
    /// 其中已超时数（默认 1000）/ how many of them have missed their limit, by default 1000
    #[arg(long)]
    missed: Option<u64>,
    /// 数据库（默认两种）/ engines, by default both
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "sqlite,postgres"
    )]
    on: Vec<Engine>,
    #[command(flatten)]
    servers: ServerFlags,
}

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    Sqlite,
    Postgres,
}

pub(crate) async fn run(common: &Common, flags: &Flags) -> anyhow::Result<()> {
    let open = common.or(flags.open.as_ref(), 500_000, 500);
    let missed = common.or(flags.missed.as_ref(), 1_000, 20);
    for engine in &flags.on {
        let (name, figures) = match engine {
            Engine::Sqlite => {
                let installation = Installation::embedded(common)?;
                ("sqlite", measure(common, installation, open, missed).await?)
            }
            Engine::Postgres => {
                let servers = Servers::get(common, &flags.servers).await?;
                let installation = Installation::embedded_on(common, &servers).await?;
                (
                    "postgres",
                    measure(common, installation, open, missed).await?,
                )
            }
        };
        let Figures {
            idle,
            due,
            flagged,
            turns,
        } = figures;
        if common.json {
            let figures = json!({
                "engine": name,
                "open": open,
                "nothing_missed_ms": idle.as_secs_f64() * 1000.0,
                "missed": flagged,
                "missed_ms": due.as_secs_f64() * 1000.0,
                "turns": turns,
            });
            println!("{figures}");
        } else {
            println!(
                "{name}, {open} open orders: a sweep that finds nothing {idle:.1?}; {flagged} missed limits flagged in {due:.1?} ({turns} turns)"
            );
        }
    }
    Ok(())
}

struct Figures {
    /// A sweep that finds nothing.
    idle: Duration,
    /// All sweeps until nothing is left.
    due: Duration,
    flagged: u64,
    turns: u64,
}

async fn measure(
    common: &Common,
    mut installation: Installation,
    open: u64,
    missed: u64,
) -> anyhow::Result<Figures> {
    common.say("启动 / starting");
    installation.start().await?;
    let people = People::make(&installation).await?;
    let models = models(&installation, &people).await?;
    // swept by nobody else from here on
    installation.stop().await?;
    common.say(&format!("填充至 {open} 单 / filling up to {open} orders"));
    let data = installation.data();
    let server = installation.database_url().ok();
    let place = server.map_or(Place::Files(&data), Place::Server);
    let copied = open.saturating_sub(MODELS);
    copies::fill(place, &[SERVICE], &models, 0, copied).await?;
    let db = database(server, &data).await?;
    set_limits(server, &data, 0).await?;
    let sweep = sweep(&db, installation.folder())?;
    let run = async || sweep.run_once().await.map_err(anyhow::Error::from_boxed);

    common.say("扫描 / sweeping");
    run().await?;
    let begun = Instant::now();
    run().await?;
    let idle = begun.elapsed();
    set_limits(server, &data, missed).await?;
    let (begun, mut flagged, mut turns) = (Instant::now(), 0, 0);
    loop {
        turns += 1;
        match run().await? {
            0 => break,
            some => flagged += some,
        }
    }
    let due = begun.elapsed();
    db.close().await?;
    Ok(Figures {
        idle,
        due,
        flagged,
        turns,
    })
}

/// Opens a few orders.
async fn models(installation: &Installation, people: &People) -> anyhow::Result<Models> {
    let since = SystemClock.now();
    let intake = Intake::new(&installation.api, &people.sign_in(installation).await?);
    let mut orders = Vec::new();
    for turn in 0..MODELS {
        match intake.open(turn).await {
            Outcome::Acknowledged(order) => orders.push(order),
            outcome => anyhow::bail!("an order was not opened: {outcome:?}"),
        }
    }
    installation.settled().await?;
    Ok(Models { orders, since })
}

async fn database(server: Option<&str>, data: &Path) -> anyhow::Result<Database> {
    let location = match server {
        Some(url) => Location::Server {
            url: url.to_owned(),
            schema: SERVICE.to_owned(),
        },
        None => Location::File(data.join(format!("{SERVICE}.sqlite"))),
    };
    Ok(Database::open(&location, &StoreConfig::default()).await?)
}

/// Gives every order a limit that lies ahead, and the oldest ones another that was missed.
async fn set_limits(server: Option<&str>, data: &Path, missed: u64) -> anyhow::Result<()> {
    let file = format!(
        "sqlite://{}",
        data.join(format!("{SERVICE}.sqlite")).display()
    );
    let db = connect(server.unwrap_or(&file)).await?;
    let table = match server {
        Some(_) => format!("{SERVICE}.work_order"),
        None => "work_order".to_owned(),
    };
    let now = SystemClock.now();
    let ahead = now.plus(Duration::from_hours(24)).micros();
    let missed_at = now.minus(Duration::from_hours(1));
    let before = missed_at.micros();
    let clocks = format!(r#"[{{"name":"limit","due_at":"{missed_at}"}}]"#);
    let oldest = format!("SELECT id FROM {table} ORDER BY id LIMIT {missed}");
    for statement in [
        format!(
            "UPDATE {table} SET due_at = {ahead} + version, wake_at = {ahead} + version WHERE due_at IS NULL OR due_at < {ahead} - 3600000000"
        ),
        format!(
            "UPDATE {table} SET due_at = {before}, wake_at = {before}, clocks = '{clocks}' WHERE id IN ({oldest})"
        ),
        "ANALYZE".to_owned(),
    ] {
        db.execute_unprepared(&statement).await.context(statement)?;
    }
    Ok(db.close().await?)
}

/// The service's job.
fn sweep(db: &Database, folder: &Path) -> anyhow::Result<Schedule> {
    let service = ticketing::service(Deps {
        db: db.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::default()),
        keys: Arc::new(KeyRing::default()),
        config: Figment::new(),
        data_dir: folder.to_owned(),
        stop: CancellationToken::new(),
    })?;
    let mut schedules = service.schedules().iter();
    let sweep = schedules.find(|schedule| schedule.name() == "overdue_sweep");
    sweep.cloned().context("the service has no such schedule")
}
