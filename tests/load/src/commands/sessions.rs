//! Sign-ins by password beside the bare hash on the same cores, and refreshes of sessions.

use std::num::NonZero;
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use clap::Args;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::api::{Api, read, text};
use crate::cli::{Common, Form, ServerFlags};
use crate::installation::{self, Installation, connect};
use crate::latencies::float;
use crate::people::demo;
use crate::workload::turns::{self, Client, Turns};

const SESSIONS: &str = "/api/identity/v1/sessions";
const REFRESH: &str = "/api/identity/v1/sessions/refresh";

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// 部署形式 / how the services run
    #[arg(long, value_enum, default_value = "embedded")]
    form: Form,
    /// 每组秒数（默认 15）/ seconds for each figure, by default 15
    #[arg(long)]
    seconds: Option<u64>,
    /// 刷新令牌的并发数 / clients that refresh
    #[arg(long, default_value_t = 32)]
    clients: usize,
    #[command(flatten)]
    servers: ServerFlags,
}

pub(crate) async fn run(common: &Common, flags: &Flags) -> anyhow::Result<()> {
    let window = Duration::from_secs(common.or(flags.seconds.as_ref(), 15, 2));
    let cores = available_parallelism().map_or(1, NonZero::get);
    let (_servers, mut installation) =
        installation::prepare(common, flags.form, &flags.servers).await?;
    common.say("启动 / starting");
    installation.start().await?;
    let somebody = Somebody::register(&installation).await?;
    let hash = stored_hash(&installation, &somebody.username).await?;
    common.say("裸散列 / the bare hash");
    let password = somebody.password.clone();
    let bare = tokio::task::spawn_blocking(move || bare(&hash, &password, cores, window)).await??;
    common.say("登录 / sign-ins");
    // one more than the cores, so that none is idle while an answer is on its way
    let signing_in = vec![somebody.clone(); cores + 1];
    let sign_ins = turns::run(signing_in, window).await?;
    common.say("刷新 / refreshes");
    let mut refreshing = Vec::new();
    for _ in 0..flags.clients {
        refreshing.push(Refreshing {
            api: installation.api.clone(),
            token: text(&somebody.sign_in().await?, "refresh_token").to_owned(),
        });
    }
    let refreshes = turns::run(refreshing, window).await?;
    installation.stop().await?;
    show(common, flags, cores, bare, &sign_ins, &refreshes);
    Ok(())
}

fn show(
    common: &Common,
    flags: &Flags,
    cores: usize,
    bare: f64,
    sign_ins: &Turns,
    refreshes: &Turns,
) {
    let form = flags.form.name();
    let per_core = |rate: f64| rate / u32::try_from(cores).map_or(1.0, f64::from);
    let (entered, renewed) = (sign_ins.per_second(), refreshes.per_second());
    if common.json {
        println!(
            "{}",
            json!({
                "form": form,
                "cores": cores,
                "bare_hashes_per_s_and_core": per_core(bare),
                "sign_ins_per_s_and_core": per_core(entered),
                "sign_ins_to_bare_hashes": entered / bare,
                "sign_in_us": sign_ins.latencies.to_json(),
                "clients": flags.clients,
                "refreshes_per_s_and_core": per_core(renewed),
                "refresh_us": refreshes.latencies.to_json(),
            })
        );
        return;
    }
    println!("{form}, {cores} cores; a second and core:");
    println!("  bare hashes {:>8.1}", per_core(bare));
    println!(
        "  sign-ins    {:>8.1}   {:.2} of that   {}",
        per_core(entered),
        entered / bare,
        sign_ins.latencies.to_text()
    );
    println!(
        "  refreshes   {:>8.1}   {} clients   {}",
        per_core(renewed),
        flags.clients,
        refreshes.latencies.to_text()
    );
}

/// An account of the run's own, which signs in at each turn.
#[derive(Clone)]
struct Somebody {
    api: Api,
    username: String,
    password: String,
}

impl Somebody {
    async fn register(installation: &Installation) -> anyhow::Result<Self> {
        let system = demo(installation, "system_admin").await?;
        let api = installation.api.clone();
        let username = "load-sessions";
        let body = json!({"username": username, "display_name": "压测"});
        let asked = api.post(&system, "/api/identity/v1/accounts").json(&body);
        let account = read(asked.send().await?).await?;
        Ok(Self {
            api,
            username: username.to_owned(),
            password: text(&account, "generated_password").to_owned(),
        })
    }

    async fn sign_in(&self) -> anyhow::Result<Value> {
        let body = json!({"username": self.username, "password": self.password});
        self.api.post_public(SESSIONS, &body).await
    }
}

impl Client for Somebody {
    async fn turn(&mut self) -> anyhow::Result<()> {
        self.sign_in().await.map(|_| ())
    }
}

/// A session that is renewed at each turn.
struct Refreshing {
    api: Api,
    token: String,
}

impl Client for Refreshing {
    async fn turn(&mut self) -> anyhow::Result<()> {
        let body = json!({"refresh_token": self.token});
        let session = self.api.post_public(REFRESH, &body).await?;
        text(&session, "refresh_token").clone_into(&mut self.token);
        ensure!(!self.token.is_empty(), "no refresh token came back");
        Ok(())
    }
}

/// The hash as the installation keeps it: with the cost that sign-ins have.
async fn stored_hash(installation: &Installation, username: &str) -> anyhow::Result<String> {
    let (url, table) = match installation.form() {
        Form::Embedded => {
            let file = installation.data().join("identity.sqlite");
            (format!("sqlite://{}", file.display()), "account")
        }
        Form::Processes => (installation.database_url()?.to_owned(), "identity.account"),
    };
    let db = connect(&url).await?;
    let query = format!("SELECT password_hash FROM {table} WHERE username = '{username}'");
    let query = Statement::from_string(db.get_database_backend(), query);
    let row = db.query_one_raw(query).await?.context("the account")?;
    let hash = row.try_get_by_index(0)?;
    db.close().await?;
    Ok(hash)
}

/// Checks the password against the hash on so many threads; returns how often a second.
fn bare(hash: &str, password: &str, threads: usize, window: Duration) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let until = begun + window;
    let check = || {
        let mut checked = 0_u64;
        while Instant::now() < until {
            let stored = PasswordHash::new(hash).map_err(|error| anyhow::anyhow!("{error}"))?;
            let right = Argon2::default().verify_password(password.as_bytes(), &stored);
            ensure!(right.is_ok(), "the stored hash is not the password's");
            checked += 1;
        }
        Ok(checked)
    };
    let checked = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(check)).collect();
        let mut all = 0;
        for thread in running {
            let done = thread.join();
            all += done.map_err(|_| anyhow::anyhow!("a thread broke off"))??;
        }
        anyhow::Ok(all)
    })?;
    Ok(float(checked) / begun.elapsed().as_secs_f64())
}
