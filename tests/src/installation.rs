use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::Command;

use crate::{Server, repository};

/// Variables that would change what the program does.
const VARIABLES: [&str; 12] = [
    "LINLI_AUTH__JWKS_URL",
    "LINLI_BUS__URL",
    "LINLI_CONFIG",
    "LINLI_DATA",
    "LINLI_DATABASE__URL",
    "LINLI_EMPTY",
    "LINLI_LISTEN",
    "LINLI_PASSWORD",
    "LINLI_SERVER",
    "LINLI_USERNAME",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "RUST_LOG",
];

/// A data folder of its own, and the program that works on it.
pub struct Installation {
    folder: TempDir,
}

/// One of the logins in `demo-accounts.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoAccount {
    /// Its first role.
    pub role: String,
    /// Name for others.
    pub name: String,
    /// Name to sign in with.
    pub username: String,
    /// Password.
    pub password: String,
    /// Code of the organisation that it acts for.
    pub scope: String,
}

/// What a command of the program said and how it ended.
#[derive(Debug)]
pub struct Output {
    /// Exit code; -1 where a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Checks the exit code and hands out the standard output.
    #[track_caller]
    pub fn expect(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Everything it said.
    pub fn said(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }
}

impl Default for Installation {
    fn default() -> Self {
        Self::new()
    }
}

impl Installation {
    /// Makes an empty folder; the program has not been started on it.
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder beside the data that goes away with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command of the program on this data.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.prepared(Command::new(program()), arguments)
    }

    /// The same within a shell, after `before` (e.g. a limit on what the process may use).
    pub fn command_after(&self, before: &str, arguments: &[&str]) -> Command {
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("{before}; exec \"$0\" \"$@\""))
            .arg(program());
        self.prepared(shell, arguments)
    }

    fn prepared(&self, mut command: Command, arguments: &[&str]) -> Command {
        clean(&mut command);
        command
            .arg("--data")
            .arg(self.data())
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        output(self.command(arguments)).await
    }

    /// Runs a command with more variables set.
    pub async fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        output(command).await
    }

    /// Starts all services on a free port and waits for the printed address.
    pub async fn start(&self) -> Server {
        self.start_with(&[]).await
    }

    /// The same with more flags.
    pub async fn start_with(&self, flags: &[&str]) -> Server {
        let mut arguments = vec!["--listen", "127.0.0.1:0"];
        arguments.extend(flags);
        Server::launch(self.command(&arguments)).await
    }

    /// The logins of the demo.
    pub fn accounts(&self) -> Vec<DemoAccount> {
        read_accounts(&self.data())
    }

    /// The first login with this role.
    pub fn account(&self, role: &str) -> DemoAccount {
        let mut accounts = self.accounts().into_iter();
        accounts
            .find(|account| account.role == role)
            .expect("the demo has the role")
    }
}

/// Takes away what would change what the program does.
pub(crate) fn clean(command: &mut Command) {
    for variable in VARIABLES {
        command.env_remove(variable);
    }
}

/// The logins of the demo in a data folder.
pub(crate) fn read_accounts(data: &Path) -> Vec<DemoAccount> {
    let text =
        std::fs::read(data.join("demo-accounts.json")).expect("the demo's logins are written");
    serde_json::from_slice(&text).expect("a list of logins with the five keys")
}

/// Runs `command` to its end.
pub async fn output(mut command: Command) -> Output {
    let output = command.output().await.expect("the program runs");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Where the program is.
///
/// # Panics
/// It has not been built.
pub fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("LINLI_BIN") {
        let path = PathBuf::from(path);
        assert!(
            path.is_file(),
            "LINLI_BIN names no file: {}",
            path.display()
        );
        return path;
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| repository::root().join("target"));
    let path = repository::root().join(target).join("debug/linli");
    assert!(
        path.is_file(),
        "the program is not built: `cargo build` makes {}, or name it in LINLI_BIN",
        path.display()
    );
    path
}
