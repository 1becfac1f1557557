//! A whole city imported, and whether what is asked of its tree costs the same as in a small one.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::api::{Api, read};

use crate::cli::{Common, Form, ServerFlags};
use crate::installation::{self, Installation};
use crate::latencies::{Latencies, float};
use crate::people::demo;
use crate::territory::City;

/// Rows of a request.
const CHUNK: usize = 500;

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// 部署形式 / how the services run
    #[arg(long, value_enum, default_value = "embedded")]
    form: Form,
    /// 区划文件 `code,name,level,parent_code`（默认生成一座城市）/ divisions; by default a made-up city
    #[arg(long)]
    divisions: Option<PathBuf>,
    /// 网格数（默认 20000）/ grids, by default 20000
    #[arg(long)]
    grids: Option<usize>,
    /// 每项询问次数（默认 2000）/ questions of each kind, by default 2000
    #[arg(long)]
    questions: Option<usize>,
    #[command(flatten)]
    servers: ServerFlags,
}

pub(crate) async fn run(common: &Common, flags: &Flags) -> anyhow::Result<()> {
    let city = match &flags.divisions {
        Some(file) => City::read(file)?,
        None => City::made(),
    };
    let count = common.or(flags.grids.as_ref(), 20_000, 200);
    let questions = common.or(flags.questions.as_ref(), 2_000, 50);
    let (_servers, mut installation) =
        installation::prepare(common, flags.form, &flags.servers).await?;
    common.say("启动 / starting");
    installation.start().await?;
    common.say("小树上的询问 / questions of the small tree");
    let small = ask(&installation, questions).await?;
    common.say("区划 / divisions");
    let divisions = Import {
        path: "/api/registry/v1/divisions/imports",
        member: "rows",
        rows: &city.divisions,
    };
    let divisions_took = divisions.send(&installation).await?;
    common.say("网格 / grids");
    let features = city.grids(count);
    let grids = Import {
        path: "/api/registry/v1/grids/imports",
        member: "features",
        rows: &features,
    };
    let grids_took = grids.send(&installation).await?;
    let settling = Instant::now();
    installation.settled().await?;
    let settled = settling.elapsed();
    common.say("大树上的询问 / questions of the whole tree");
    let whole = ask(&installation, questions).await?;
    let located = locate(&installation, count, questions).await?;
    installation.stop().await?;
    let imports = [
        ("divisions", city.divisions.len(), divisions_took),
        ("grids", features.len(), grids_took),
    ];
    show(
        common,
        flags.form,
        imports,
        settled,
        [&small, &whole],
        &located,
    );
    Ok(())
}

/// Answers to the questions asked of a tree.
struct Answers {
    /// The first page of what lies at or below a community.
    sub_tree: Latencies,
    /// Whether somebody may act at a place.
    scope: Latencies,
}

async fn ask(installation: &Installation, questions: usize) -> anyhow::Result<Answers> {
    let token = demo(installation, "community_dispatcher").await?;
    let api = &installation.api;
    let sub_tree = "/api/registry/v1/organisations?below=420105011010&limit=50";
    let scope = "/api/identity/v1/me/permissions?operation=list_orders\
        &org_path=/420105000000/420105011000/420105011010/";
    Ok(Answers {
        sub_tree: time(api, &token, questions, |_| sub_tree.to_owned()).await?,
        scope: time(api, &token, questions, |_| scope.to_owned()).await?,
    })
}

async fn locate(
    installation: &Installation,
    grids: usize,
    questions: usize,
) -> anyhow::Result<Latencies> {
    let token = demo(installation, "community_dispatcher").await?;
    time(&installation.api, &token, questions, |number| {
        // far apart, so that no two questions in a row lead to the same cell
        let [lon, lat] = City::point_in(grids, number * 7_919 % grids.max(1));
        format!("/api/registry/v1/locate?lon={lon}&lat={lat}")
    })
    .await
}

/// Asks one question after the other.
async fn time(
    api: &Api,
    token: &str,
    questions: usize,
    question: impl Fn(usize) -> String,
) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::new()?;
    for number in 0..questions {
        let asked = Instant::now();
        read(api.get(token, &question(number)).send().await?).await?;
        latencies.record(asked.elapsed());
    }
    Ok(latencies)
}

/// Rows for one of the registry's imports.
struct Import<'a> {
    path: &'a str,
    member: &'a str,
    rows: &'a [Value],
}

impl Import<'_> {
    /// Sends them in chunks; returns what it took.
    async fn send(&self, installation: &Installation) -> anyhow::Result<Duration> {
        let bar = ProgressBar::new(u64::try_from(self.rows.len())?);
        let mut took = Duration::ZERO;
        for rows in self.rows.chunks(CHUNK) {
            // signed in anew each time: a long import outlasts a token
            let token = demo(installation, "platform_operator").await?;
            let begun = Instant::now();
            let body = json!({self.member: rows});
            let asked = installation.api.post(&token, self.path).json(&body);
            let report = read(asked.send().await?).await?;
            took += begun.elapsed();
            let refused = report.get("refused").and_then(Value::as_u64);
            ensure!(refused == Some(0), "refused rows: {report}");
            bar.inc(u64::try_from(rows.len())?);
        }
        bar.finish_and_clear();
        Ok(took)
    }
}

fn show(
    common: &Common,
    form: Form,
    imports: [(&str, usize, Duration); 2],
    settled: Duration,
    [small, whole]: [&Answers; 2],
    located: &Latencies,
) {
    let form = form.name();
    let rate = |rows: usize, took: Duration| {
        float(u64::try_from(rows).unwrap_or(u64::MAX)) / took.as_secs_f64()
    };
    if common.json {
        let [divisions, grids] = imports.map(|(_, rows, took)| {
            json!({"rows": rows, "took_ms": took.as_secs_f64() * 1000.0, "rows_per_s": rate(rows, took)})
        });
        let questions = |answers: &Answers| json!({"sub_tree_us": answers.sub_tree.to_json(), "scope_us": answers.scope.to_json()});
        println!(
            "{}",
            json!({
                "form": form,
                "divisions": divisions,
                "grids": grids,
                "settled_ms": settled.as_secs_f64() * 1000.0,
                "small": questions(small),
                "whole": questions(whole),
                "locate_us": located.to_json(),
            })
        );
        return;
    }
    println!("{form}");
    for (what, rows, took) in imports {
        println!(
            "  {rows} {what} in {:.1} s: {:.0} a second",
            took.as_secs_f64(),
            rate(rows, took)
        );
    }
    println!(
        "  every projection right {:.1} s later",
        settled.as_secs_f64()
    );
    for (what, answers) in [("small tree", small), ("whole tree", whole)] {
        println!("  {what}: sub-tree  {}", answers.sub_tree.to_text());
        println!("  {what}: scope     {}", answers.scope.to_text());
    }
    println!("  whole tree: locate    {}", located.to_text());
}
