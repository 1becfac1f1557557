use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::AccountId;
use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use serde_json::Value;

use crate::Turns;

/// Where requests go.
#[derive(Debug, Clone)]
pub enum Target {
    /// One process: its base URL.
    One(String),
    /// A process for each service, base URLs by name: `/api/<service>/…` goes to it, what names no
    /// service to the first.
    Each(Arc<BTreeMap<&'static str, String>>),
    /// The same with several processes for each service, which take turns by request.
    Turns(Arc<BTreeMap<&'static str, Turns>>),
}

impl From<String> for Target {
    fn from(url: String) -> Self {
        Self::One(url)
    }
}

impl Target {
    /// Base URL of the process that answers `path`.
    pub fn of(&self, path: &str) -> &str {
        match self {
            Self::One(url) => url,
            Self::Each(urls) => named::<String>(urls, path),
            Self::Turns(turns) => named(turns, path).take(),
        }
    }

    /// Base URLs of all processes.
    pub fn all(&self) -> Vec<&str> {
        match self {
            Self::One(url) => vec![url],
            // several services may share a process
            Self::Each(urls) => {
                let urls: BTreeSet<&str> = urls.values().map(String::as_str).collect();
                urls.into_iter().collect()
            }
            Self::Turns(turns) => turns.values().flat_map(Turns::all).collect(),
        }
    }
}

/// What belongs to the service that a path names.
fn named<'a, T>(services: &'a BTreeMap<&'static str, T>, path: &str) -> &'a T {
    let service = path.strip_prefix("/api/");
    let service = service.and_then(|rest| rest.split(['/', '?']).next());
    let named = service.and_then(|service| services.get(service));
    let first = named.or_else(|| services.values().next());
    first.expect("there is a process")
}

/// Someone who sends requests to a host.
#[derive(Clone)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// The access token.
    pub token: String,
    pub(crate) target: Target,
    pub(crate) client: Client,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as JSON; `Null` where it is none.
    pub body: Value,
}

impl Reply {
    /// Checks the status and hands out the body.
    ///
    /// # Panics
    /// The status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self.body
    }
}

impl Caller {
    /// Someone with this token at the server `base`; an empty token is none.
    pub fn at(
        target: impl Into<Target>,
        account: AccountId,
        token: String,
        client: Client,
    ) -> Self {
        Self {
            account,
            token,
            target: target.into(),
            client,
        }
    }

    /// The same caller, whose requests go elsewhere.
    #[must_use]
    pub fn moved(&self, target: Target) -> Self {
        Self {
            target,
            ..self.clone()
        }
    }

    /// Where this caller's requests go.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What `/readyz` of every process says of the services, as one list.
    pub async fn readiness(&self) -> Vec<Value> {
        let mut services = Vec::new();
        for url in self.target.all() {
            let asked = self.client.get(format!("{url}/readyz"));
            let state = self.send(asked).await.body;
            let told = state["services"].as_array();
            services.extend(told.expect("readiness names the services").clone());
        }
        services
    }

    /// What `/metrics` of every process says.
    pub async fn metrics(&self) -> String {
        let mut texts = String::new();
        for url in self.target.all() {
            let answer = self.client.get(format!("{url}/metrics")).send().await;
            let text = answer.expect("the host answers").text().await;
            texts.push_str(&text.expect("the answer arrives whole"));
        }
        texts
    }

    /// Sends a request without a body.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends JSON by POST.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Starts a request in this caller's name.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let base = self.target.of(path);
        let request = self.client.request(method, format!("{base}{path}"));
        if self.token.is_empty() {
            request
        } else {
            request.bearer_auth(&self.token)
        }
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("the host answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("the answer arrives whole");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply {
            status,
            headers,
            body,
        }
    }
}
