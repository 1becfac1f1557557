use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::client::text;

/// Time before its end at which an access token is replaced.
const MARGIN: Duration = Duration::from_mins(1);

/// A signed-in client.
pub(crate) struct Client {
    http: reqwest::Client,
    server: String,
    tokens: Mutex<Tokens>,
}

struct Tokens {
    access: String,
    refresh: String,
    until: Instant,
}

/// A problem document that the server answered with.
#[derive(Debug, thiserror::Error)]
#[error("{status} {title}：{detail}{fields}")]
struct Refusal {
    status: u16,
    title: String,
    detail: String,
    fields: String,
}

impl Refusal {
    fn from_document(status: StatusCode, document: &Value) -> Self {
        let errors = document.get("errors").and_then(Value::as_array);
        let fields = errors
            .into_iter()
            .flatten()
            .map(|error| format!("；{} {}", text(error, "pointer"), text(error, "detail")));
        Self {
            status: status.as_u16(),
            title: text(document, "title").to_owned(),
            detail: text(document, "detail").to_owned(),
            fields: fields.collect(),
        }
    }
}

impl Client {
    pub(crate) async fn sign_in(
        server: &str,
        username: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_mins(2))
            .build()?;
        let server = server.trim_end_matches('/').to_owned();
        let answer = http
            .post(format!("{server}/api/identity/v1/sessions"))
            .json(&json!({"username": username, "password": password}))
            .send()
            .await
            .with_context(|| format!("连不上 {server} (server out of reach)"))?;
        let tokens = Tokens::of(&read(answer).await?);
        Ok(Self {
            http,
            server,
            tokens: Mutex::new(tokens),
        })
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self
            .http
            .request(Method::GET, format!("{}{path}", self.server));
        self.send(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self
            .http
            .request(Method::POST, format!("{}{path}", self.server));
        self.send(request.json(body)).await
    }

    /// Uploads `content` as the part `file` of a form.
    pub(crate) async fn upload(&self, path: &str, content: Vec<u8>) -> anyhow::Result<Value> {
        let part = reqwest::multipart::Part::bytes(content).file_name("photo.png");
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = self
            .http
            .request(Method::POST, format!("{}{path}", self.server));
        self.send(request.multipart(form)).await
    }

    /// Sends a file as the body itself.
    pub(crate) async fn send_file(&self, path: &str, content: Vec<u8>) -> anyhow::Result<Value> {
        let request = self
            .http
            .request(Method::POST, format!("{}{path}", self.server));
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/octet-stream");
        self.send(request.body(content)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let token = self.access_token().await?;
        let answer = request
            .bearer_auth(token)
            .send()
            .await
            .context("server out of reach")?;
        read(answer).await
    }

    async fn access_token(&self) -> anyhow::Result<String> {
        let mut tokens = self.tokens.lock().await;
        if Instant::now() + MARGIN >= tokens.until {
            let answer = self
                .http
                .post(format!("{}/api/identity/v1/sessions/refresh", self.server))
                .json(&json!({"refresh_token": tokens.refresh}))
                .send()
                .await
                .context("server out of reach")?;
            *tokens = Tokens::of(&read(answer).await?);
        }
        Ok(tokens.access.clone())
    }
}

impl Tokens {
    fn of(answer: &Value) -> Self {
        let life = answer
            .get("expires_in")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        Self {
            access: text(answer, "access_token").to_owned(),
            refresh: text(answer, "refresh_token").to_owned(),
            until: Instant::now() + Duration::from_secs(life),
        }
    }
}

async fn read(answer: reqwest::Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let bytes = answer.bytes().await.context("the answer broke off")?;
    if status == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    let document = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    if status.is_success() {
        Ok(document)
    } else {
        Err(Refusal::from_document(status, &document).into())
    }
}
