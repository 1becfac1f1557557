//! Requests, and what they took.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::figures::Figures;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The processes' addresses and a pool of connections.
#[derive(Clone)]
pub(crate) struct Api {
    http: Client,
    /// By service; one process for all has no name.
    urls: Arc<BTreeMap<String, String>>,
}

impl Api {
    /// Somebody who knows no process yet.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let http = Client::builder().timeout(PATIENCE).no_proxy().build()?;
        Ok(Self {
            http,
            urls: Arc::default(),
        })
    }

    /// The same pool of connections, to these addresses.
    pub(crate) fn at<'a>(&self, urls: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let urls = urls.into_iter().map(|(name, url)| (name.to_owned(), url));
        Self {
            http: self.http.clone(),
            urls: Arc::new(urls.collect()),
        }
    }

    /// Address of what answers `path`: `/api/<service>/…` names the service.
    fn url(&self, path: &str) -> String {
        let service = path.strip_prefix("/api/").and_then(|rest| {
            let name = rest.split('/').next()?;
            self.urls.get(name)
        });
        let base = service.or_else(|| self.urls.values().next());
        format!("{}{path}", base.map(String::as_str).unwrap_or_default())
    }

    pub(crate) async fn get_at(&self, base: &str, path: &str) -> anyhow::Result<Value> {
        read(self.http.get(format!("{base}{path}")).send().await?).await
    }

    pub(crate) async fn text_at(&self, base: &str, path: &str) -> anyhow::Result<String> {
        let answer = self.http.get(format!("{base}{path}")).send().await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    pub(crate) async fn get_public(&self, path: &str) -> anyhow::Result<Value> {
        read(self.http.get(self.url(path)).send().await?).await
    }

    pub(crate) async fn post_public(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        read(self.http.post(self.url(path)).json(body).send().await?).await
    }

    pub(crate) fn get(&self, token: &str, path: &str) -> RequestBuilder {
        self.http.get(self.url(path)).bearer_auth(token)
    }

    pub(crate) fn post(&self, token: &str, path: &str) -> RequestBuilder {
        self.http.post(self.url(path)).bearer_auth(token)
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
