#![doc = include_str!("../README.md")]

mod api;
mod figures;
mod fill;
mod lifecycle;
mod people;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use serde_json::json;

use crate::figures::Figures;
use crate::people::People;
use crate::server::Server;

/// 压测：通过公开接口走完整的五单 / load: whole five-order loops through the public API
#[derive(Debug, Parser)]
struct Flags {
    /// 并发数 / clients at once
    #[arg(long, value_delimiter = ',', default_value = "1,8,64")]
    clients: Vec<usize>,
    /// 已存工单数 / stored orders
    #[arg(long, value_delimiter = ',', default_value = "1000,100000")]
    orders: Vec<u64>,
    /// 每组秒数 / seconds for each figure
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// 提交耐久性 / durability of a commit: normal, full
    #[arg(long, default_value = "normal")]
    synchronous: String,
    /// linli 程序（默认与本程序同目录）/ the linli program, by default beside this one
    #[arg(long)]
    program: Option<PathBuf>,
    /// 机器可读输出 / output for machines
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    match run(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(flags: &Flags) -> anyhow::Result<()> {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    let folder = tempfile::tempdir()?;
    let program = match &flags.program {
        Some(program) => program.clone(),
        None => server::beside_this_program()?,
    };
    let mut server = Server::start(&program, folder.path(), &flags.synchronous).await?;
    let people = People::make(&server).await?;
    let mut stored = 0;
    for orders in &flags.orders {
        stored += fill::to(&server, stored, *orders).await?;
        for clients in &flags.clients {
            // Signed in anew: a fill may outlast a token.
            let compounds = people.sign_in(&server).await?;
            let window = Duration::from_secs(flags.seconds);
            let figures = lifecycle::run(&server, &compounds, *clients, window).await?;
            stored += figures.lifecycles();
            show(flags, *orders, *clients, &figures);
        }
        server.stop().await?;
        server = Server::start(&program, folder.path(), &flags.synchronous).await?;
        let memory = server.idle_memory_mib().await?;
        show_start(flags, *orders, &server, memory);
    }
    server.stop().await
}

fn show(flags: &Flags, orders: u64, clients: usize, figures: &Figures) {
    if flags.json {
        println!("{}", figures.to_json(orders, clients));
    } else {
        print!("{}", figures.to_text(orders, clients));
    }
}

fn show_start(flags: &Flags, orders: u64, server: &Server, memory: f64) {
    let start = server.start_millis();
    if flags.json {
        println!(
            "{}",
            json!({"orders": orders, "start_ms": start, "idle_mib": memory})
        );
    } else {
        println!(
            "{orders} orders: start to first answer {start:.0} ms, idle memory {memory:.1} MiB\n"
        );
    }
}
