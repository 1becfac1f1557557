//! The bus by itself: rates, latencies, and a long queue drained.

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::{Common, ServerFlags};
use crate::installation::Servers;
use crate::messages::{Place, Rig};

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// 总线（默认两种）/ buses, by default both
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "in-process,rabbitmq"
    )]
    on: Vec<Bus>,
    /// 测吞吐的事件数（默认 20000）/ events whose rate is measured, by default 20000
    #[arg(long)]
    events: Option<u64>,
    /// 测时延的每秒事件数（默认 50,200,400）/ rates at which latency is measured, by default 50,200,400
    #[arg(long, value_delimiter = ',')]
    rates: Option<Vec<u32>>,
    /// 每个速率的秒数（默认 10）/ seconds of each rate, by default 10
    #[arg(long)]
    seconds: Option<u64>,
    /// 只测：积压这么多事件并清空 / instead: let so many events queue up, and drain them
    #[arg(long)]
    queue: Option<u64>,
    #[command(flatten)]
    servers: ServerFlags,
}

/// What lies between those who tell and those who hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bus {
    /// 进程内，SQLite / within a process, on SQLite
    InProcess,
    /// RabbitMQ 与 PostgreSQL / RabbitMQ and PostgreSQL
    Rabbitmq,
}

pub(crate) async fn run(common: &Common, flags: &Flags) -> anyhow::Result<()> {
    for bus in &flags.on {
        // servers of our own go away behind what was on them
        let (place, _servers) = match bus {
            Bus::InProcess => (Place::process()?, None),
            Bus::Rabbitmq => {
                let servers = Servers::get(common, &flags.servers).await?;
                (Place::servers(&servers).await?, Some(servers))
            }
        };
        let mut rig = Rig::new(place).await?;
        match flags.queue {
            Some(count) => queue(common, &mut rig, count).await?,
            None => rates_and_latencies(common, flags, &mut rig).await?,
        }
        rig.stop().await?;
    }
    Ok(())
}

async fn rates_and_latencies(common: &Common, flags: &Flags, rig: &mut Rig) -> anyhow::Result<()> {
    let events = common.or(flags.events.as_ref(), 20_000, 500);
    let rates = common.or(flags.rates.as_ref(), vec![50, 200, 400], vec![50]);
    let seconds = common.or(flags.seconds.as_ref(), 10, 1);
    common.say(&format!("发布 {events} 条 / publishing {events} events"));
    if rig.keeps() {
        let published = rig.publish(events).await?;
        let begun = Instant::now();
        rig.start_consumer();
        let consumed = rig.effects_reach(events, begun).await?;
        tell(
            common,
            rig,
            json!({"published_per_s": published, "consumed_per_s": consumed}),
        );
    } else {
        // within a process an event is taken over when its effect is committed
        rig.start_consumer();
        let both = rig.publish(events).await?;
        // the bus hears of a commit before the watch does
        rig.effects_reach(events, Instant::now()).await?;
        tell(common, rig, json!({"published_and_consumed_per_s": both}));
    }
    rig.start_relay();
    for rate in rates {
        common.say(&format!(
            "每秒 {rate} 条 / {rate} events a second, {seconds} s"
        ));
        let ages = rig.latencies(rate, Duration::from_secs(seconds)).await?;
        if common.json {
            tell(
                common,
                rig,
                json!({"rate": rate, "emit_to_effect_us": ages.to_json()}),
            );
        } else {
            println!(
                "{}: emit to effect at {rate}/s: {}",
                rig.name(),
                ages.to_text()
            );
        }
    }
    Ok(())
}

async fn queue(common: &Common, rig: &mut Rig, count: u64) -> anyhow::Result<()> {
    common.say(&format!(
        "积压 {count} 条 / letting {count} events queue up"
    ));
    rig.fill_outbox(count).await?;
    let begun = Instant::now();
    if rig.keeps() {
        common.say("发件箱到消息服务器 / from the outbox to the broker");
        let status = rig.start_relay();
        let relayed = rig.relayed(&status, count).await?;
        common.say("清空队列 / draining the queue");
        let drained = Instant::now();
        rig.start_consumer();
        let consumed = rig.effects_reach(count, drained).await?;
        tell(
            common,
            rig,
            json!({"queue": count, "relayed_per_s": relayed, "drained_per_s": consumed, "seconds": begun.elapsed().as_secs_f64()}),
        );
    } else {
        rig.start_consumer();
        rig.start_relay();
        let drained = rig.effects_reach(count, begun).await?;
        tell(
            common,
            rig,
            json!({"queue": count, "drained_per_s": drained, "seconds": begun.elapsed().as_secs_f64()}),
        );
    }
    Ok(())
}

fn tell(common: &Common, rig: &Rig, mut figures: Value) {
    if common.json {
        if let Some(figures) = figures.as_object_mut() {
            figures.insert("bus".to_owned(), rig.name().into());
        }
        println!("{figures}");
        return;
    }
    for (name, value) in figures.as_object().into_iter().flatten() {
        let value = value.as_f64().unwrap_or_default();
        println!("{}: {name} {value:.1}", rig.name());
    }
}
