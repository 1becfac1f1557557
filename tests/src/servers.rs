//! Servers of one test's own: what happens to them disturbs nobody else.

use std::path::PathBuf;
use std::process::Stdio;

use tempfile::TempDir;
use testkit::servers;

use crate::repository;

/// What services talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The databases.
    Postgres,
    /// The broker.
    RabbitMq,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::RabbitMq => "rabbitmq",
        }
    }

    /// URL of the server that all tests share, where there is one.
    fn shared(self) -> Option<String> {
        match self {
            Self::Postgres => servers::postgres(),
            Self::RabbitMq => servers::amqp(),
        }
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "LINLI_TEST_POSTGRES=",
            Self::RabbitMq => "LINLI_TEST_AMQP=",
        }
    }
}

/// A server that goes away with its handle, and with the test's process however that ends.
pub struct OwnServer {
    kind: Kind,
    folder: TempDir,
    url: String,
}

impl OwnServer {
    /// Starts one. `None` where tests have no servers and none are required.
    ///
    /// # Panics
    /// It does not start, or servers are required and missing.
    pub async fn start(kind: Kind) -> Option<Self> {
        kind.shared()?;
        let folder = TempDir::new().expect("a temporary folder");
        let mut own = Self {
            kind,
            folder,
            url: String::new(),
        };
        let told = own.run("start", kind.name()).await;
        let url = told
            .lines()
            .find_map(|line| line.strip_prefix(kind.variable()));
        url.expect("the server's URL").clone_into(&mut own.url);
        own.run("follow", &std::process::id().to_string()).await;
        Some(own)
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends all its processes at once as `kill -9` does.
    pub async fn kill(&self) {
        self.run("kill", self.kind.name()).await;
    }

    /// Ends it as an operator does.
    pub async fn end(&self) {
        self.run("end", self.kind.name()).await;
    }

    /// Starts it again on its port and its data.
    pub async fn start_again(&self) {
        self.run("again", self.kind.name()).await;
    }

    async fn run(&self, command: &str, argument: &str) -> String {
        let output = tokio::process::Command::new(script())
            .args([command.as_ref(), self.folder.path(), argument.as_ref()])
            .stdin(Stdio::null())
            .output();
        let output = output.await.expect("tests/servers runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {told}\n{complaint}");
        told
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let mut stop = std::process::Command::new(script());
        let stop = stop
            .arg("stop")
            .arg(self.folder.path())
            .stdin(Stdio::null());
        if let Err(error) = stop.status() {
            eprintln!("a test's server stays behind: {error}");
        }
    }
}

fn script() -> PathBuf {
    repository::root().join("tests/servers")
}
