use anyhow::Context;
use chassis::{Offline, Parts};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ticketing::{App, BulletinState, FigureState};
use ticketing::{rebuild_figures, verify_bulletins, verify_figures};

use super::Settings;
use crate::cli::StatisticsCommand;
use crate::outcome::Stop;

/// Makes figures anew from the event log, or compares them with it.
pub(super) async fn run(settings: &Settings, command: &StatisticsCommand) -> anyhow::Result<()> {
    let (offline, app) = open(settings).await?;
    let done = match command {
        StatisticsCommand::Rebuild => rebuild(&app).await,
        StatisticsCommand::Verify => compare(&app).await,
    };
    offline.close().await;
    done
}

/// Checks the published bulletins.
pub(super) async fn verify(settings: &Settings) -> anyhow::Result<()> {
    let (offline, app) = open(settings).await?;
    let state = verify_bulletins(&app).await;
    offline.close().await;
    match state? {
        BulletinState::Whole { bulletins, roots } => {
            println!(
                "公报相符 (the bulletins are what the event log gives): {bulletins} 份 bulletins, {roots} 个月度根 roots"
            );
            Ok(())
        }
        BulletinState::Differs(what) => {
            Err(Stop::Failed(format!("公报不符 (a bulletin differs): {what}")).into())
        }
    }
}

/// Opens ticketing's database alone.
async fn open(settings: &Settings) -> anyhow::Result<(Offline, App)> {
    let (mut config, sources) = (settings.config.clone(), &settings.sources);
    config.store = config.store.unhurried();
    let offline = Offline::open(&[ticketing::MODULE], &config, sources, &Parts::default()).await?;
    let app = App::new(offline.deps("ticketing").context("ticketing")?.clone())?;
    Ok((offline, app))
}

/// Counts orders where somebody looks on.
fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} 工单 orders  {per_sec}") {
        bar.set_style(style);
    }
    bar
}

async fn rebuild(app: &App) -> anyhow::Result<()> {
    let bar = bar();
    let orders = rebuild_figures(app, &|orders| bar.set_position(orders)).await?;
    bar.finish_and_clear();
    println!("已重算 (made anew): {orders}");
    Ok(())
}

async fn compare(app: &App) -> anyhow::Result<()> {
    let bar = bar();
    let state = verify_figures(app, &|orders| bar.set_position(orders)).await?;
    bar.finish_and_clear();
    match state {
        FigureState::Whole { orders, cells } => {
            println!(
                "统计数与事件日志相符 (the figures agree with the event log): {orders} 工单 orders, {cells} 项 sums"
            );
            Ok(())
        }
        FigureState::Differs(what) => Err(Stop::Failed(format!(
            "统计数与事件日志不符 (the figures differ from the event log): {what}"
        ))
        .into()),
    }
}
