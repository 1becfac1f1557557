//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::config::OperatorConfig;
use crate::health::{self, Health};
use crate::{controller, crd};

/// 邻里的 Kubernetes 控制器 / the Kubernetes controller of Linli
#[derive(Debug, Parser)]
#[command(name = "operator", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 运行（默认）/ keep the districts until a stop signal (default)
    Run,
    /// 打印 CRD / print the CustomResourceDefinition
    Crd,
}

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Some(Command::Crd) => print_definition(),
        Some(Command::Run) | None => run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("operator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_definition() -> anyhow::Result<()> {
    print!("{}", crd::definition()?);
    Ok(())
}

#[tokio::main]
async fn run() -> anyhow::Result<()> {
    let sources = chassis::Config::sources();
    let process = chassis::Config::read(&sources)?;
    let config = OperatorConfig {
        broker: process.bus.broker(),
        ..OperatorConfig::read(&sources)?
    };
    // A second call in one process is refused; the first one's provider stays.
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    let name = chassis::telemetry::Process::alone("operator");
    let telemetry = chassis::telemetry::start(&process.telemetry, &name)?;
    chassis::metrics::start();
    let done = watch(config).await;
    telemetry.stop().await;
    done
}

async fn watch(config: OperatorConfig) -> anyhow::Result<()> {
    let cluster = kube::Client::try_default().await?;
    let health = Health::default();
    let (address, server) = health::serve(config.listen, health.clone())?;
    let handle = server.handle();
    let serving = tokio::spawn(server);
    tracing::info!(%address, namespace = config.namespace, "operator is up");
    let stop = CancellationToken::new();
    let signal = stop.clone();
    tokio::spawn(async move {
        chassis::stop_signal().await;
        signal.cancel();
    });
    controller::run(cluster, config, health, stop).await?;
    handle.stop(true).await;
    serving.await??;
    Ok(())
}
