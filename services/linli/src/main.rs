#![doc = include_str!("../README.md")]

mod cli;
mod client;
mod commands;
mod demo;
mod import;
mod outcome;
mod seed;

use std::process::ExitCode;

use chassis::Module;
use clap::Parser;

use crate::cli::Cli;
use crate::outcome::Stop;

/// Every service, in the order of the arrows between them.
const MODULES: [Module; 5] = [
    identity::MODULE,
    registry::MODULE,
    ticketing::MODULE,
    volunteering::MODULE,
    notifications::MODULE,
];

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linli: {error:#}");
            Stop::exit_code(&error)
        }
    }
}

#[tokio::main]
async fn run(cli: Cli) -> anyhow::Result<()> {
    // The only provider in the tree; a second call cannot happen.
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    commands::dispatch(cli).await
}
