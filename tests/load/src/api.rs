//! Requests, and what they took.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::figures::Figures;

/// The server's address and a pool of connections.
#[derive(Clone)]
pub(crate) struct Api {
    http: Client,
    url: String,
}

impl Api {
    pub(crate) fn new(url: &str) -> anyhow::Result<Self> {
        let http = Client::builder()
            .timeout(Duration::from_mins(1))
            .no_proxy()
            .build()?;
        Ok(Self {
            http,
            url: url.to_owned(),
        })
    }

    pub(crate) async fn get_public(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await?;
        read(answer).await
    }

    pub(crate) async fn post_public(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self
            .http
            .post(format!("{}{path}", self.url))
            .json(body)
            .send()
            .await?;
        read(answer).await
    }

    pub(crate) fn get(&self, token: &str, path: &str) -> RequestBuilder {
        self.http
            .get(format!("{}{path}", self.url))
            .bearer_auth(token)
    }

    pub(crate) fn post(&self, token: &str, path: &str) -> RequestBuilder {
        self.http
            .post(format!("{}{path}", self.url))
            .bearer_auth(token)
    }

    /// Sends a request and counts it under `name`.
    pub(crate) async fn timed(
        &self,
        figures: &mut Figures,
        name: &'static str,
        request: RequestBuilder,
    ) -> anyhow::Result<Value> {
        let begun = Instant::now();
        let answer = request.send().await.context(name)?;
        let document = read(answer).await.context(name);
        figures.request(name, begun.elapsed())?;
        document
    }
}

pub(crate) async fn read(answer: reqwest::Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let bytes = answer.bytes().await?;
    if !status.is_success() {
        bail!("{status}: {}", String::from_utf8_lossy(&bytes));
    }
    Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// Text of a member, empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
