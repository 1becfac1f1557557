use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use figment::Figment;
use figment::providers::Serialized;

use crate::{Config, Host, Module, Parts, stop_signal, telemetry};

/// Flags of a service that runs alone.
#[derive(Debug, Parser)]
struct Flags {
    /// 数据目录 / data folder
    #[arg(long)]
    data: Option<PathBuf>,
    /// 监听地址，端口 0 表示任意空闲端口 / address to serve on, port 0 takes any free one
    #[arg(long)]
    listen: Option<SocketAddr>,
}

/// Runs one service as a process of its own until a stop signal.
#[must_use]
pub fn main(module: Module) -> ExitCode {
    let flags = Flags::parse();
    match run(module, flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", module.name);
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(module: Module, flags: Flags) -> anyhow::Result<()> {
    let mut sources = Config::sources();
    if let Some(data) = flags.data {
        sources = sources.merge(Serialized::default("data", data));
    }
    if let Some(listen) = flags.listen {
        sources = sources.merge(Serialized::default("listen", listen));
    }
    let config = Config::read(&sources)?;
    config.check_subset()?;
    // A second call in one process is refused; the first one's provider stays.
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    let process = telemetry::Process::alone(module.name);
    let telemetry = telemetry::start(&config.telemetry, &process)?;
    let done = serve(module, &config, &sources).await;
    telemetry.stop().await;
    done
}

async fn serve(module: Module, config: &Config, sources: &Figment) -> anyhow::Result<()> {
    let host = Host::start(&[module], config, sources, Parts::default()).await?;
    tracing::info!(service = module.name, address = %host.address(), "serving");
    stop_signal().await;
    host.stop().await;
    Ok(())
}
