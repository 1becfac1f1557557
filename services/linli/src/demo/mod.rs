//! `linli demo`: whole loops over HTTP against a running demo, step by step.

mod five_order;
mod six_step;
mod stage;

use std::path::Path;

use crate::cli::ClientFlags;
use crate::client::demo_accounts;
use stage::Stage;

/// Drives one five-order loop and one six-step loop.
pub(crate) async fn run(flags: &ClientFlags, data: &Path) -> anyhow::Result<()> {
    let accounts = demo_accounts(data)?;
    let mut stage = Stage::new(flags.server.clone(), accounts, flags.json);
    stage.title("五单 five orders: 点单 → 派单 → 接单 → 办单 → 评单 → 晒单");
    five_order::play(&mut stage).await?;
    stage.title("六步闭环 six steps: 上报 → 受理派遣 → 处置反馈 → 核查 → 归档 → 考核评价");
    six_step::play(&mut stage).await?;
    stage.title("完成 (done)");
    Ok(())
}
