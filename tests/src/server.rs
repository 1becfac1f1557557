use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::{AccountId, TypedId};
use reqwest::Client;
use serde_json::{Value, json};
use testkit::{Caller, eventually};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::DemoAccount;

/// Longest time from start to the printed address; the first start seeds the demo.
const START: Duration = Duration::from_mins(2);

/// Lines of a program that a failing test shows.
const LAST: usize = 60;

/// Longest time to stop.
const STOP: Duration = Duration::from_secs(30);

/// The program while it serves.
pub struct Server {
    child: Child,
    url: String,
    client: Client,
    said: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts `command` and waits for the address that it prints.
    ///
    /// # Panics
    /// It ends, or prints no address in time.
    pub async fn launch(mut command: Command) -> Self {
        // Other tests of the same process may have installed it.
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .ok();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let said = Arc::new(Mutex::new(Vec::new()));
        let (sender, mut lines) = tokio::sync::mpsc::unbounded_channel();
        let stdout = child.stdout.take().expect("it was piped");
        let stderr = child.stderr.take().expect("it was piped");
        // a service alone logs its address, the program with all of them prints it
        tokio::spawn(listen(stdout, Arc::clone(&said), sender.clone()));
        tokio::spawn(listen(stderr, Arc::clone(&said), sender));
        let printed = async {
            while let Some(line) = lines.recv().await {
                if let Some(url) = address(&line) {
                    return Some(url);
                }
            }
            None
        };
        let url = tokio::time::timeout(START, printed).await.ok().flatten();
        let url = url.unwrap_or_else(|| panic!("no address was printed: {}", joined(&said)));
        let client = Client::builder().no_proxy().build().expect("a client");
        Self {
            child,
            url,
            client,
            said,
        }
    }

    /// Base URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything that it has said so far.
    pub fn said(&self) -> String {
        joined(&self.said)
    }

    /// Someone who is not signed in.
    pub fn anonymous(&self) -> Caller {
        self.caller(AccountId::from_uuid(uuid::Uuid::nil()), String::new())
    }

    /// Signs in.
    pub async fn sign_in(&self, account: &DemoAccount) -> Caller {
        self.sign_in_as(&account.username, &account.password).await
    }

    /// Signs in with a name and a password.
    pub async fn sign_in_as(&self, username: &str, password: &str) -> Caller {
        let body = json!({"username": username, "password": password});
        let answer = self
            .anonymous()
            .post("/api/identity/v1/sessions", &body)
            .await
            .expect(200);
        let token = answer["access_token"].as_str().expect("a token").to_owned();
        let mut caller = self.caller(AccountId::from_uuid(uuid::Uuid::nil()), token);
        let me = caller.get("/api/identity/v1/me").await.expect(200);
        caller.account = me["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("an account");
        caller
    }

    /// Someone with this token, e.g. one that was given out before a restart.
    pub fn caller(&self, account: AccountId, token: String) -> Caller {
        Caller::at(self.url.clone(), account, token, self.client.clone())
    }

    /// What `/readyz` answers.
    pub async fn readiness(&self) -> Value {
        self.anonymous().get("/readyz").await.body
    }

    /// Waits until every event has been handled by everyone.
    pub async fn settled(&self) {
        crate::order::settled(&self.anonymous()).await;
    }

    /// Ends it as `kill -9` does.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it was running");
    }

    /// Sends what Ctrl-C sends and waits for the end.
    pub async fn interrupt(self) -> ExitStatus {
        self.end("INT").await
    }

    /// Sends what an orchestrator sends and waits for the end.
    pub async fn terminate(self) -> ExitStatus {
        self.end("TERM").await
    }

    async fn end(mut self, signal: &str) -> ExitStatus {
        let pid = self.child.id().expect("it is running");
        let kill = format!("kill -{signal} {pid}");
        let sent = Command::new("sh").arg("-c").arg(kill).status().await;
        assert!(sent.expect("the shell runs").success());
        let ended = tokio::time::timeout(STOP, self.child.wait()).await;
        ended
            .unwrap_or_else(|_| panic!("it did not stop: {}", self.said()))
            .expect("it ended")
    }

    /// Waits for a line that holds `text`.
    pub async fn says(&self, text: &str) {
        let what = format!("the program says {text}");
        eventually(&what, async || self.said().contains(text).then_some(())).await;
    }
}

async fn listen(
    pipe: impl AsyncRead + Unpin,
    said: Arc<Mutex<Vec<String>>>,
    heard: tokio::sync::mpsc::UnboundedSender<String>,
) {
    let mut lines = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        said.lock()
            .expect("no test panics while it writes")
            .push(line.clone());
        // nobody listens any more once the address is known
        heard.send(line).ok();
    }
}

impl Drop for Server {
    /// What the program of a failing test has said last belongs to the failure.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            let last = said.len().saturating_sub(LAST);
            eprintln!("{} said last:\n{}", self.url, said[last..].join("\n"));
        }
    }
}

fn joined(said: &Mutex<Vec<String>>) -> String {
    said.lock()
        .expect("no test panics while it writes")
        .join("\n")
}

/// The address in the line that says where it serves.
fn address(line: &str) -> Option<String> {
    let rest = line.split_once("serving")?.1;
    if let Some((_, logged)) = rest.split_once("\"address\":\"") {
        let address = logged.split('"').next()?;
        return Some(format!("http://{address}"));
    }
    let url = rest.get(rest.find("http://")?..)?;
    let end = url
        .find(|c: char| !c.is_ascii_graphic())
        .unwrap_or(url.len());
    url.get(..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_address_is_read_from_the_line() {
        let line = "服务已启动 serving: http://127.0.0.1:4711（12 ms）";
        assert_eq!(
            super::address(line).as_deref(),
            Some("http://127.0.0.1:4711")
        );
        let line = r#"{"message":"serving","service":"registry","address":"127.0.0.1:4712"}"#;
        assert_eq!(
            super::address(line).as_deref(),
            Some("http://127.0.0.1:4712")
        );
        assert_eq!(
            super::address("接口说明 API page: http://127.0.0.1:4711/api/docs"),
            None
        );
    }
}
