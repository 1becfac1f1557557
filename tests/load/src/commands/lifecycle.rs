//! Whole five-order loops, at several sizes and with several clients.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use kernel::{Clock, SystemClock};
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::cli::{Common, Form, ServerFlags};
use crate::figures::Figures;
use crate::fill::copies::{KEEPERS, Models, Place};
use crate::fill::{copies, import};
use crate::installation::{self, Installation, Needs};
use crate::people::{Compound, People};
use crate::workload::lifecycle;

/// What each process needs.
type AllNeeds = BTreeMap<&'static str, Needs>;

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// 部署形式 / how the services run
    #[arg(long, value_enum, default_value = "embedded")]
    form: Form,
    /// 并发数（默认 1,8,64）/ clients at once, by default 1,8,64
    #[arg(long, value_delimiter = ',')]
    clients: Option<Vec<usize>>,
    /// 已存工单数（默认 embedded 1000,100000，processes 0,100000,1000000）/ stored orders
    #[arg(long, value_delimiter = ',')]
    orders: Option<Vec<u64>>,
    /// 每组秒数（默认 15）/ seconds for each figure, by default 15
    #[arg(long)]
    seconds: Option<u64>,
    /// SQLite 提交耐久性 / durability of a commit on SQLite: normal, full
    #[arg(long, default_value = "normal")]
    synchronous: String,
    /// 只在计量时独占此锁文件，供他人避让 / take this lock file while a figure is measured, for others to wait for
    #[arg(long)]
    lock: Option<PathBuf>,
    #[command(flatten)]
    servers: ServerFlags,
}

impl Flags {
    /// Waits until nobody else has the lock file; it is ours as long as what this gives lives.
    async fn quiet(&self) -> anyhow::Result<Option<File>> {
        let Some(path) = &self.lock else {
            return Ok(None);
        };
        let file = File::create(path).with_context(|| path.display().to_string())?;
        let locked = spawn_blocking(move || file.lock().map(|()| file));
        Ok(Some(locked.await??))
    }
}

pub(crate) async fn run(common: &Common, flags: &Flags) -> anyhow::Result<()> {
    let usual = match flags.form {
        Form::Embedded => vec![1_000, 100_000],
        Form::Processes => vec![0, 100_000, 1_000_000],
    };
    let sizes = common.or(flags.orders.as_ref(), usual, vec![0, 200]);
    let clients = common.or(flags.clients.as_ref(), vec![1, 8, 64], vec![1, 4]);
    let seconds = common.or(flags.seconds.as_ref(), 15, 2);
    let (_servers, mut installation) =
        installation::prepare(common, flags.form, &flags.servers).await?;
    installation.set("LINLI_STORE__SYNCHRONOUS", &flags.synchronous);
    common.say("启动 / starting");
    installation.start().await?;
    let people = People::make(&installation).await?;
    let mut stock = Stock::default();
    for size in sizes {
        common.say(&format!("填充至 {size} 单 / filling up to {size} orders"));
        stock.fill(&installation, &people, size).await?;
        for clients in &clients {
            let quiet = flags.quiet().await?;
            // Signed in anew: a fill, or a wait, may outlast a token.
            let compounds = people.sign_in(&installation).await?;
            common.say(&format!(
                "{clients} 个并发 / {clients} clients, {seconds} s"
            ));
            let window = Duration::from_secs(seconds);
            let before = installation.needs().await?;
            let figures = lifecycle::run(&installation.api, &compounds, *clients, window).await?;
            let after = installation.needs().await?;
            drop(quiet);
            stock.stored += figures.lifecycles();
            show(common, flags.form, size, *clients, &figures);
            show_processors(common, (&before, &after), window);
            installation.settled().await?;
        }
        if flags.form == Form::Embedded {
            installation.restart().await?;
        }
        show_idle(common, size, &installation).await?;
    }
    installation.stop().await
}

/// The orders that are there.
#[derive(Default)]
struct Stock {
    stored: u64,
    /// Number of the last copy.
    copied: u64,
    models: Option<Models>,
}

impl Stock {
    async fn fill(
        &mut self,
        installation: &Installation,
        people: &People,
        wanted: u64,
    ) -> anyhow::Result<()> {
        if installation.form() == Form::Embedded {
            self.stored += import::to(installation, self.stored, wanted).await?;
            return Ok(());
        }
        let missing = wanted.saturating_sub(self.stored);
        if missing == 0 {
            return Ok(());
        }
        let models = match &self.models {
            Some(models) => models.clone(),
            None => models(installation, &people.sign_in(installation).await?).await?,
        };
        let place = Place::Server(installation.database_url()?);
        let end = self.copied + missing;
        copies::fill(place, &KEEPERS, &models, self.copied, end).await?;
        self.copied = end;
        self.stored += missing;
        self.models = Some(models);
        Ok(())
    }
}

/// Lets an order go all its way in every compound.
async fn models(installation: &Installation, compounds: &[Compound]) -> anyhow::Result<Models> {
    let since = SystemClock.now();
    let mut orders = Vec::new();
    let mut unseen = Figures::new()?;
    for (number, compound) in compounds.iter().enumerate() {
        let order = lifecycle::lifecycle(&installation.api, compound, number, &mut unseen).await?;
        orders.push(order.parse()?);
    }
    installation.settled().await?;
    Ok(Models { orders, since })
}

fn show(common: &Common, form: Form, orders: u64, clients: usize, figures: &Figures) {
    if common.json {
        println!("{}", figures.to_json(form.name(), orders, clients));
    } else {
        print!("{}", figures.to_text(form.name(), orders, clients));
    }
}

/// Shows how many processors each process kept busy.
fn show_processors(common: &Common, (before, after): (&AllNeeds, &AllNeeds), window: Duration) {
    for (process, needs) in after {
        let begun = before.get(process).map_or(0.0, |needs| needs.cpu_s);
        let busy = (needs.cpu_s - begun) / window.as_secs_f64();
        let memory = needs.memory_mib;
        if common.json {
            println!(
                "{}",
                json!({"process": process, "processors": busy, "busy_mib": memory})
            );
        } else {
            println!("  {process:<14} {busy:.2} processors, {memory:.1} MiB");
        }
    }
}

async fn show_idle(
    common: &Common,
    orders: u64,
    installation: &Installation,
) -> anyhow::Result<()> {
    let (start, needs) = (
        installation.start_millis(),
        installation.idle_needs().await?,
    );
    let memory: f64 = needs.values().map(|needs| needs.memory_mib).sum();
    let form = installation.form().name();
    for (process, needs) in &needs {
        let (idle, peak) = (needs.memory_mib, needs.peak_mib);
        if common.json {
            println!(
                "{}",
                json!({"process": process, "orders": orders, "idle_mib": idle, "peak_mib": peak})
            );
        } else {
            println!("  {process:<14} idle {idle:.1} MiB, at most {peak:.1} MiB");
        }
    }
    if common.json {
        println!(
            "{}",
            json!({"form": form, "orders": orders, "start_ms": start, "idle_mib": memory})
        );
    } else {
        println!(
            "{form}, {orders} orders: start to first answer {start:.0} ms, idle memory {memory:.1} MiB\n"
        );
    }
    Ok(())
}
