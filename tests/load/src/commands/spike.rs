//! Ten times the rate that can be sustained, and the way back.

use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use crate::Verdict;
use crate::cli::{Common, Form, ServerFlags};
use crate::installation::{self, Installation};
use crate::latencies::{Latencies, float};
use crate::people::People;
use crate::workload::closed;
use crate::workload::intake::Intake;
use crate::workload::open::{self, Pace, Sample, WINDOW};

/// Share of the sustainable rate that counts as normal load.
const NORMAL: f64 = 0.5;

/// p95 is back when it is at most this much above the former one.
const BACK: f64 = 1.5;

/// Windows in a row in which p95 must be back.
const STEADY: usize = 3;

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// 部署形式 / how the services run
    #[arg(long, value_enum, default_value = "embedded")]
    form: Form,
    /// 突发秒数（默认 30）/ seconds of the spike, by default 30
    #[arg(long)]
    seconds: Option<u64>,
    /// 突发前测量与突发后观察秒数（默认 15 与 40）/ seconds before and after it, by default 15,40
    #[arg(long, value_delimiter = ',', num_args = 2)]
    around: Option<Vec<u64>>,
    /// 倍数 / times the sustainable rate
    #[arg(long, default_value_t = 10.0)]
    times: f64,
    /// 测可持续速率的并发数 / clients that find the sustainable rate
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// 同时在途的请求上限 / most requests under way
    #[arg(long, default_value_t = 8_192)]
    under_way: usize,
    #[command(flatten)]
    servers: ServerFlags,
}

pub(crate) async fn run(common: &Common, flags: &Flags) -> anyhow::Result<Verdict> {
    let seconds = common.or(flags.seconds.as_ref(), 30, 2);
    let around = common.or(flags.around.as_ref(), vec![15, 40], vec![2, 4]);
    let [before, after] = around.as_slice() else {
        anyhow::bail!("--around 须为两个数 / takes two numbers");
    };
    let (_servers, mut installation) =
        installation::prepare(common, flags.form, &flags.servers).await?;
    common.say("启动 / starting");
    installation.start().await?;
    let people = People::make(&installation).await?;
    let intake = Intake::new(&installation.api, &people.sign_in(&installation).await?);

    common.say("预热与可持续速率 / warming up, sustainable rate");
    let window = Duration::from_secs(*before);
    closed::run(&intake, flags.clients, window / 2).await?;
    let sustainable = closed::run(&intake, flags.clients, window)
        .await?
        .per_second();
    installation.settled().await?;

    let pace = |rate, seconds| Pace {
        rate,
        window: Duration::from_secs(seconds),
        under_way: flags.under_way,
    };
    common.say(&format!("平常负载 / normal load, {before} s"));
    let normal = open::run(&intake, pace(sustainable * NORMAL, *before)).await?;
    common.say(&format!("突发 / spike, {seconds} s"));
    // both begin at their times: what is still under way of the spike does not delay normal load
    let spike = open::run(&intake, pace(sustainable * flags.times, seconds));
    let recovery = async {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        common.say(&format!("恢复平常负载 / normal load again, {after} s"));
        open::run(&intake, pace(sustainable * NORMAL, *after)).await
    };
    let (spike, recovery) = tokio::try_join!(spike, recovery)?;
    common.say("核对已确认的工单 / looking up every acknowledged order");
    let lost = count_lost(&installation, &people, [&normal, &spike, &recovery]).await?;
    installation.stop().await?;

    let figures = Figures {
        form: flags.form,
        sustainable,
        normal,
        spike,
        recovery,
        lost,
    };
    if common.json {
        println!("{}", figures.to_json());
    } else {
        print!("{}", figures.to_text());
    }
    Ok(match lost {
        0 => Verdict::Holds,
        lost => Verdict::Broken(format!("{lost} acknowledged orders are lost")),
    })
}

async fn count_lost(
    installation: &Installation,
    people: &People,
    samples: [&Sample; 3],
) -> anyhow::Result<u64> {
    // signed in anew: tokens may have run out
    let compounds = people.sign_in(installation).await;
    let compounds = compounds.context("nobody can sign in after the spike")?;
    let intake = Intake::new(&installation.api, &compounds);
    let mut lost = 0;
    for sample in samples {
        lost += intake.count_lost(&sample.opened).await?;
    }
    Ok(lost)
}

struct Figures {
    form: Form,
    sustainable: f64,
    normal: Sample,
    spike: Sample,
    recovery: Sample,
    lost: u64,
}

impl Figures {
    /// Seconds from the end of the spike until p95 was normal again and stayed so for a while; none
    /// when it was not.
    fn recovered_after(&self) -> Option<u64> {
        let limit = self.normal.latencies.at(0.95).mul_f64(BACK);
        let back = first_steady(&self.recovery.windows, limit)?;
        Some(u64::try_from(back).ok()? * WINDOW.as_secs())
    }

    fn to_json(&self) -> Value {
        let sample = |sample: &Sample| {
            json!({
                "intended": sample.intended,
                "answered": sample.latencies.count(),
                "shed": sample.shed,
                "failed": sample.failed,
                "unsent": sample.unsent,
                "answered_us": sample.latencies.to_json(),
                "p95_us_each_second": sample.windows.iter().map(|window| window.at(0.95).as_micros()).collect::<Vec<_>>(),
            })
        };
        json!({
            "form": self.form.name(),
            "sustainable_per_s": self.sustainable,
            "normal": sample(&self.normal),
            "spike": sample(&self.spike),
            "recovery": sample(&self.recovery),
            "recovered_after_s": self.recovered_after(),
            "lost": self.lost,
        })
    }

    fn to_text(&self) -> String {
        let line = |name: &str, sample: &Sample| {
            let share = |part: u64| 100.0 * float(part) / float(sample.intended).max(1.0);
            format!(
                "  {name:<9} {:>8} due: {:>5.1} % answered, {:>5.1} % shed, {:>5.1} % failed, {:>5.1} % unsent   {}\n",
                sample.intended,
                share(sample.latencies.count()),
                share(sample.shed),
                share(sample.failed),
                share(sample.unsent),
                sample.latencies.to_text(),
            )
        };
        let back = self.recovered_after();
        let back = back.map_or("not within the time".to_owned(), |after| {
            format!("{after} s")
        });
        format!(
            "{}: sustainable {:.1} orders/s\n{}{}{}  p95 normal again after: {back}; lost: {}\n",
            self.form.name(),
            self.sustainable,
            line("normal", &self.normal),
            line("spike", &self.spike),
            line("recovery", &self.recovery),
            self.lost,
        )
    }
}

/// The first of several windows in a row that have answers, and p95 within the limit.
fn first_steady(windows: &[Latencies], limit: Duration) -> Option<usize> {
    let good = |window: &Latencies| window.count() > 0 && window.at(0.95) <= limit;
    windows
        .windows(STEADY)
        .position(|some| some.iter().all(good))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use std::time::Duration;

    use super::first_steady;
    use crate::latencies::Latencies;

    #[test]
    fn recovery_begins_where_p95_is_low_and_stays_low() {
        let windows: Vec<Latencies> = [90, 4, 80, 5, 4, 6, 70]
            .into_iter()
            .map(|millis| {
                let mut window = Latencies::new().unwrap();
                window.record(Duration::from_millis(millis));
                window
            })
            .collect();
        assert_eq!(first_steady(&windows, Duration::from_millis(10)), Some(3));
        assert_eq!(first_steady(&windows, Duration::from_millis(5)), None);
        let silent = vec![Latencies::new().unwrap(); 5];
        assert_eq!(first_steady(&silent, Duration::from_secs(1)), None);
    }
}
