//! Commands and flags.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help text, shown as they are"
)]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// 邻里：一座城市的基层治理平台 / Linli: the platform a city's neighbourhoods run on
///
/// 不带命令时启动全部服务 / without a command all services run.
/// 退出码 / exit codes: 0 成功 done, 1 失败 failed, 2 用法或输入有误 wrong usage or input, 3 完成但有坏行或事件在途 done, but some rows were refused or events are under way.
#[derive(Debug, Parser)]
#[command(name = "linli", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) process: ProcessFlags,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Flags of commands that work on a data folder; each is also a variable `LINLI_*`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ProcessFlags {
    /// 数据目录 / data folder [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// 监听地址，端口 0 为任意空闲端口 / address to serve on, port 0 takes any free one [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// 不建示范区 / start without the demo district
    #[arg(long, global = true)]
    pub(crate) empty: bool,
}

/// Flags of commands that talk to a running server.
#[derive(Debug, Clone, Args)]
pub(crate) struct ClientFlags {
    /// 服务地址 / server
    #[arg(
        long,
        env = "LINLI_SERVER",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub(crate) server: String,
    /// 用户名；口令取自 LINLI_PASSWORD 或提示输入；示范区可省略 / password from LINLI_PASSWORD or a prompt; may be left out on the demo
    #[arg(long, env = "LINLI_USERNAME", value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// 机器可读输出 / output for machines
    #[arg(long)]
    pub(crate) json: bool,
}

/// Flags of the demo.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoFlags {
    /// 示范账号与服务尚未就绪时等待的秒数 / seconds to wait for the demo's accounts and the server, which may be starting
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=3600))]
    pub(crate) wait: u64,
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 启动服务（默认全部；部分服务须有 bus.url）/ run services, all by default; some of them need bus.url
    Run {
        /// 服务名 / names of services
        services: Vec<String>,
    },
    /// 建立或升级数据库结构；可重复、可同时执行 / make the databases and bring their schema up to date; may be repeated, and run twice at once
    Migrate {
        /// 服务名（默认全部）/ names of services, all by default
        services: Vec<String>,
    },
    /// 建立示范区（在任意数据库上；服务不必运行）/ make the demo district, on any database, while nothing needs to run
    Seed,
    /// 管理员 / administrators
    #[command(subcommand)]
    Admin(AdminCommand),
    /// 导入数据到运行中的服务 / import data into a running server
    #[command(subcommand)]
    Import(ImportCommand),
    /// 在运行中的示范区走完一次五单和一次六步闭环 / drive one five-order and one six-step loop on a running demo
    Demo(DemoFlags),
    /// 检查配置、数据库、迁移、消息、时钟、磁盘 / check configuration, databases, migrations, messages, clock, disk
    Doctor {
        /// 服务名（默认为本安装所有的，即不在 bus.amqp.without 中的）/ names of services; by default those that this installation has: all that bus.amqp.without does not name
        services: Vec<String>,
        /// 机器可读输出 / output for machines
        #[arg(long)]
        json: bool,
    },
    /// 核对各服务的账是否相符（服务可以在运行）/ compare what the services keep of each other's facts, while they run or not
    ///
    /// 退出码 / exit codes: 0 相符 balanced, 1 不符 not balanced, 3 不符但有事件在途，请再查 not balanced yet: events are under way, ask again.
    #[command(verbatim_doc_comment)]
    Audit {
        /// 机器可读输出 / output for machines
        #[arg(long)]
        json: bool,
    },
    /// 备份：把全部数据按同一时刻复制到新目录（SQLite；服务可以在运行）/ copy everything as of one moment into a new folder (on SQLite, while the services run or not)
    ///
    /// 其中含主密钥与个人信息，须妥善保管 / it holds the sealing keys and personal data: keep it as safe as the original.
    #[command(verbatim_doc_comment)]
    Backup {
        /// 新目录 / a folder that is not there yet
        to: PathBuf,
        /// 机器可读输出 / output for machines
        #[arg(long)]
        json: bool,
    },
    /// 恢复：把备份放回没有数据的数据目录（服务须停止）/ bring a backup back into a data folder without data (while the services are stopped)
    Restore {
        /// 备份目录 / folder of the backup
        from: PathBuf,
        /// 机器可读输出 / output for machines
        #[arg(long)]
        json: bool,
    },
    /// 配置 / configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// 流程定义 / workflow definitions
    #[command(subcommand)]
    Workflow(WorkflowCommand),
    /// 统计数（用 SQLite 时服务须停止）/ figures (on SQLite while the server is stopped)
    #[command(subcommand)]
    Statistics(StatisticsCommand),
    /// 核验已公开的公报：哈希链、月度根、每个数与事件日志（用 SQLite 时服务须停止）/ check the published bulletins: chain, roots of months, every figure against the event log (on SQLite while the server is stopped)
    ///
    /// 退出码 / exit codes: 0 相符 all agree, 1 不符 something differs; the first difference is named.
    #[command(verbatim_doc_comment)]
    Verify,
    /// 打印 OpenAPI 文档 / print the OpenAPI document
    Openapi {
        /// 只要这个服务的 / of this service only
        service: Option<String>,
    },
    /// 打印 AsyncAPI 文档 / print the AsyncAPI document
    Asyncapi,
    /// 事件 / events
    #[command(subcommand)]
    Events(EventsCommand),
    /// 排班与派单计划：读实例文件，写方案文件，不需要服务 / plans of dispatch and rosters: from file to file, nothing has to run
    ///
    /// 进度写到标准错误；Ctrl-C 与 SIGTERM 写出目前最好的方案。退出码 / exit codes: 0 完成 done, 1 没有合法方案 there is no legal plan, 2 实例有误 malformed instance.
    #[command(subcommand, verbatim_doc_comment)]
    Plan(PlanCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// 批量派单 dispatch/1 / batch dispatch
    Dispatch(PlanFlags),
    /// 排班 roster/1 / rosters
    Roster(PlanFlags),
    /// 修补已公布的排班 roster-repair/1 / repair of a published roster after cancellations
    Repair {
        /// 原实例 roster/1 / instance of the roster
        #[arg(long, value_name = "FILE")]
        roster: PathBuf,
        #[command(flatten)]
        flags: PlanFlags,
    },
    /// 班次排班（Curtois–Qu 文本格式）/ shift scheduling, text format of Curtois and Qu
    Shift24(PlanFlags),
}

/// Flags of a plan.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlanFlags {
    /// 实例文件 / instance
    pub(crate) instance: PathBuf,
    /// 方案文件 / where the plan is written
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// 方案说明：每项安排的代价、每个空缺的原因（JSON）/ why: costs of every assignment, reasons of every unfilled position
    #[arg(long, value_name = "FILE")]
    pub(crate) explain: Option<PathBuf>,
    /// 步数；同一种子、同一步数的方案逐位相同 / steps; with the same seed and steps the plan is the same bit for bit [default: by kind]
    #[arg(long, conflicts_with = "seconds")]
    pub(crate) iterations: Option<u64>,
    /// 秒数（不可重现）/ seconds instead, not reproducible
    #[arg(long, value_parser = seconds)]
    pub(crate) seconds: Option<f64>,
    /// 随机种子 / seed of all random choices
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// 机器可读输出 / output for machines
    #[arg(long)]
    pub(crate) json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if value > 0.0 && value <= 86_400.0 {
        return Ok(value);
    }
    Err("应大于 0、至多一天 (more than 0, a day at most)".to_owned())
}

/// A name that an object of Kubernetes may have (RFC 1123, subdomain).
fn object_name(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let good = (1..=253).contains(&text.len())
        && text.split('.').all(|part| {
            let mut ends = part.bytes().take(1).chain(part.bytes().rev().take(1));
            !part.is_empty()
                && ends.all(plain)
                && part.bytes().all(|byte| plain(byte) || byte == b'-')
        });
    if good {
        return Ok(text.to_owned());
    }
    Err("应为小写字母、数字、- 与 . (lower-case letters, digits, - and .)".to_owned())
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// 建立第一个管理员（用 SQLite 时服务须停止）/ make the first administrator (on SQLite while the server is stopped)
    Create {
        /// 用户名 / user name
        #[arg(long)]
        username: String,
        /// 显示名 / display name
        #[arg(long, default_value = "系统管理员")]
        display_name: String,
        /// 角色：system_admin、security_admin 或 audit_admin / which of the three administrators
        #[arg(long, default_value = "system_admin")]
        role: String,
        /// 已有该角色的管理员时什么都不做，退出码 0 / do nothing, with exit code 0, where there is one of this role already
        #[arg(long)]
        if_none: bool,
    },
    /// 建立区县控制器（operator）的两个机器账号并授权（用 SQLite 时服务须停止）/ make the two machine accounts of the controller of districts, with their grants (on SQLite while the server is stopped)
    ///
    /// `operator places` 为 platform_operator，`operator registrar` 为 system_admin；密钥只显示这一次 / the secrets are shown this once.
    /// 退出码 / exit codes: 0 已建立 made, 1 已有（未加 --renew）或失败 there already, or failed, 2 用法有误 wrong usage.
    #[command(verbatim_doc_comment)]
    Machine {
        /// 输出 Kubernetes Secret 清单，名为此 / print the manifest of a Kubernetes Secret of this name
        #[arg(long, value_name = "NAME", conflicts_with = "json", value_parser = object_name)]
        secret: Option<String>,
        /// 已有的另给密钥，旧密钥随即失效 / give those that are there other secrets; the old ones are good no longer
        #[arg(long)]
        renew: bool,
        /// 机器可读输出 / output for machines
        #[arg(long)]
        json: bool,
    },
    /// 核验访问日志的哈希链（用 SQLite 时服务须停止）/ recompute the chain of the access log (on SQLite while the server is stopped)
    ///
    /// 退出码 / exit codes: 0 完整 whole, 1 不完整 broken.
    #[command(verbatim_doc_comment)]
    VerifyLog,
    /// 用最新主密钥重新封存联系信息（用 SQLite 时服务须停止）/ seal the keys of all contacts anew with the newest sealing key (on SQLite while the server is stopped)
    Reseal {
        /// 先在密钥文件中加一把新主密钥 / add a sealing key to the key file first
        #[arg(long)]
        new_key: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum StatisticsCommand {
    /// 按事件日志全部重算；重算期间统计数不全 / make all figures anew from the event log; they are incomplete meanwhile
    Rebuild,
    /// 与事件日志核对 / compare the figures with the event log
    ///
    /// 退出码 / exit codes: 0 相符 they agree, 1 不符 they differ; the first difference is named.
    #[command(verbatim_doc_comment)]
    Verify,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// 区划：CSV 列 code,name,level,parent_code / divisions
    Divisions {
        /// CSV 文件 / file
        file: PathBuf,
        #[command(flatten)]
        options: ImportFlags,
    },
    /// 表格：组织、网格、任职、场地，CSV 或 XLSX；模板见 GET /api/registry/v1/sheets/…/template / sheets of registry
    ///
    /// 服务端逐批导入；中断后导入仍会完成。/ The server works on it chunk by chunk, whether this command waits or not.
    Sheet {
        /// 表格：organisations、grids、posts、venues / which sheet
        resource: String,
        /// CSV 或 XLSX 文件 / file
        file: PathBuf,
        #[command(flatten)]
        options: ImportFlags,
    },
    /// 撤销表格导入：此后未被修改的，恢复原状 / take a sheet back: what nobody changed since
    Undo {
        /// 导入编号 imp_… / id of the import
        import: String,
        #[command(flatten)]
        client: ClientFlags,
    },
    /// 诉求：CSV 列 id,subject,body,sent_at / residents' messages
    Messages {
        /// CSV 文件 / file
        file: PathBuf,
        /// 所属区划，6 位或 12 位 / district code of 6 or 12 digits
        #[arg(long)]
        org: String,
        /// 渠道 / channel
        #[arg(long, default_value = "12345")]
        channel: String,
        /// 列 category 所用的对照编码；省略则为本系统编码 / code set of the column `category`; ours where it is left out
        #[arg(long)]
        code_set: Option<String>,
        #[command(flatten)]
        options: ImportFlags,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ImportFlags {
    /// 只检查，不写入 / check only, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// 打印生效的配置 / print the configuration in force
    Show,
    /// 检查配置 / check the configuration
    Check,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkflowCommand {
    /// 检查定义文件 / check a definition
    Check {
        /// TOML 文件 / file
        file: PathBuf,
        /// 机器可读输出 / output for machines
        #[arg(long)]
        json: bool,
    },
    /// 画出定义（Mermaid，或 SVG 图）/ draw a definition, as Mermaid or as a picture
    Draw {
        /// TOML 文件 / file
        file: PathBuf,
        /// SVG 图 / a picture
        #[arg(long)]
        svg: bool,
    },
    /// 试运行：已记录的工单在此定义下会在哪一步被拒（服务须在运行）/ where recorded orders would be refused by a definition
    DryRun {
        /// TOML 文件 / file
        file: PathBuf,
        /// 最近多少件工单 / how many orders, the newest ones
        #[arg(long, default_value_t = 200)]
        orders: u32,
        #[command(flatten)]
        client: ClientFlags,
    },
    /// 迁移在办工单到另一版本（默认只看不动；服务须在运行）/ move running orders to another version; only looks unless --apply
    Migrate {
        /// 流程名 / workflow
        name: String,
        /// 现版本 / version that they run by
        #[arg(long)]
        from: u32,
        /// 新版本 / version that they go on by
        #[arg(long)]
        to: u32,
        /// 执行迁移 / move them
        #[arg(long)]
        apply: bool,
        #[command(flatten)]
        client: ClientFlags,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// 死信（用 SQLite 时服务须停止）/ dead letters (on SQLite while the server is stopped)
    #[command(subcommand)]
    Dead(DeadCommand),
    /// 重新告知现状，使他人的副本恢复正确（用 SQLite 时服务须停止）/ tell the present state once more, so that the copies of others are right again (on SQLite while the server is stopped)
    ReplayState {
        /// 服务：registry / service
        service: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeadCommand {
    /// 列出 / list
    List {
        /// 机器可读输出 / output for machines
        #[arg(long)]
        json: bool,
    },
    /// 查看一条 / show one
    Show {
        /// 事件编号 / event id
        event: String,
    },
    /// 重放一条 / replay one
    Replay {
        /// 事件编号 / event id
        event: String,
    },
}
