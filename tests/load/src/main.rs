#![doc = include_str!("../README.md")]

mod api;

mod cli;
mod commands;
mod figures;
mod fill;
mod installation;
mod latencies;
mod messages;
mod people;
mod pgbench;
mod recorder;
mod territory;
mod workload;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::commands::{bus, city, floor, latency, lifecycle, sessions, spike, sweep};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Broken(what)) => {
            eprintln!("load: {what}");
            ExitCode::from(3)
        }
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What a measurement says of what must hold.
pub(crate) enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Broken(String),
}

#[tokio::main]
async fn run(cli: Cli) -> anyhow::Result<Verdict> {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    // boxed: a command's future holds all that it starts
    let work = Box::pin(command(cli));
    tokio::select! {
        verdict = work => verdict,
        // what was started ends with the future that holds it
        _ = tokio::signal::ctrl_c() => anyhow::bail!("已中断 interrupted"),
    }
}

async fn command(cli: Cli) -> anyhow::Result<Verdict> {
    let common = cli.common;
    match cli.command {
        Command::Lifecycle(flags) => lifecycle::run(&common, &flags).await?,
        Command::Floor(flags) => floor::run(&common, &flags).await?,
        Command::Latency(flags) => latency::run(&common, &flags).await?,
        Command::Sweep(flags) => sweep::run(&common, &flags).await?,
        Command::Spike(flags) => return spike::run(&common, &flags).await,
        Command::Bus(flags) => bus::run(&common, &flags).await?,
        Command::Sessions(flags) => sessions::run(&common, &flags).await?,
        Command::City(flags) => city::run(&common, &flags).await?,
    }
    Ok(Verdict::Holds)
}
