//! Flags that commands share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{bus, city, floor, latency, lifecycle, sessions, spike, sweep};

/// 压测与度量 / load: measures an installation from outside
///
/// 退出码 / exit codes: 0 已测 measured, 1 未能测量 not measured, 2 参数有误 wrong flags,
/// 3 已测但必须成立的未成立 measured, and something that must hold does not
#[derive(Debug, Parser)]
#[command(name = "load", verbatim_doc_comment)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 完整五单的吞吐与时延 / whole five-order loops: throughput and latency
    Lifecycle(lifecycle::Flags),
    /// 受理与数据库极限（pgbench）之比 / intake against what the database alone can do (pgbench)
    Floor(floor::Flags),
    /// 跨消息总线：提交到生效 / across the bus: from commit to committed effect
    Latency(latency::Flags),
    /// 时限扫描 / a sweep of the clocks over many open orders
    Sweep(sweep::Flags),
    /// 十倍突发 / ten times the sustainable rate, and back
    Spike(spike::Flags),
    /// 消息总线本身 / the bus by itself
    Bus(bus::Flags),
    /// 登录与刷新 / sign-ins and refreshes
    Sessions(sessions::Flags),
    /// 一座城市的区划与网格 / the divisions and grids of a whole city
    City(city::Flags),
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// 机器可读输出，每行一个 JSON / output for machines, a JSON document a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// 小规模试跑 / small numbers, to try the command
    #[arg(long, global = true)]
    pub(crate) quick: bool,
    /// linli 程序（默认与本程序同目录）/ the linli program, by default beside this one
    #[arg(long, global = true, env = "LINLI_BIN")]
    pub(crate) program: Option<PathBuf>,
}

impl Common {
    /// What a flag says; without it the usual value, or the small one of a quick run.
    pub(crate) fn or<T: Clone>(&self, flag: Option<&T>, usual: T, small: T) -> T {
        let default = if self.quick { small } else { usual };
        flag.cloned().unwrap_or(default)
    }

    /// Says what goes on; standard output is for figures.
    #[expect(clippy::unused_self, reason = "reads as who says it")]
    pub(crate) fn say(&self, what: &str) {
        eprintln!("· {what}");
    }
}

/// How the services run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// 一个进程，SQLite / one process on SQLite
    Embedded,
    /// 每个服务一个进程，PostgreSQL 与 RabbitMQ / a process for each service, on PostgreSQL and RabbitMQ
    Processes,
}

impl Form {
    /// Its name in figures.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Processes => "processes",
        }
    }
}

/// Servers to measure on.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServerFlags {
    /// PostgreSQL，须可建库（默认自行启动）/ a PostgreSQL that lets databases be made; by default one of our own
    #[arg(long, env = "LINLI_TEST_POSTGRES", hide_env_values = true)]
    pub(crate) postgres: Option<String>,
    /// RabbitMQ（默认自行启动）/ a RabbitMQ; by default one of our own
    #[arg(long, env = "LINLI_TEST_AMQP", hide_env_values = true)]
    pub(crate) amqp: Option<String>,
    /// 自行启动的 PostgreSQL 是否落盘 / whether a PostgreSQL of our own waits for the disk: on, off
    #[arg(long, default_value = "on", value_parser = ["on", "off"])]
    pub(crate) fsync: String,
}
