use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::PlatformError;
use crate::config::{MachineAccount, PlatformConfig};

/// Time before its end at which an access token is replaced.
const MARGIN: Duration = Duration::from_mins(1);
/// Longest answer that is read, in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Where tokens are given out (OAuth 2.1, client credentials).
const TOKEN: &str = "/api/identity/v1/oauth/token";

/// One machine account at the platform. Its access token is fetched when it is needed and kept while it is good.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    config: Arc<PlatformConfig>,
    account: MachineAccount,
    token: Arc<Mutex<Option<Token>>>,
}

#[derive(Debug)]
struct Token {
    access: String,
    until: Instant,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: u64,
}

pub(super) fn http(config: &PlatformConfig) -> Result<reqwest::Client, PlatformError> {
    let builder = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(config.timeout_s))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    Ok(builder.build()?)
}

impl Client {
    pub(super) fn new(
        http: reqwest::Client,
        config: &Arc<PlatformConfig>,
        account: MachineAccount,
    ) -> Self {
        Self {
            http,
            config: Arc::clone(config),
            account,
            token: Arc::default(),
        }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, PlatformError> {
        self.send(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, PlatformError> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, PlatformError> {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), PlatformError> {
        self.send(Method::DELETE, path, None).await.map(drop)
    }

    /// Sends a request; once more with a fresh token where the one at hand is refused.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, PlatformError> {
        let first = self.try_send(&method, path, body).await;
        match first {
            Err(PlatformError::Refused { status: 401, .. }) => {
                *self.token.lock().await = None;
                self.try_send(&method, path, body).await
            }
            other => other,
        }
    }

    async fn try_send(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, PlatformError> {
        let url = format!("{}{path}", self.config.base_of(path));
        let mut request = self.http.request(method.clone(), url);
        request = request.bearer_auth(self.access_token().await?);
        if let Some(body) = body {
            request = request.json(body);
        }
        read(request).await
    }

    async fn access_token(&self) -> Result<String, PlatformError> {
        let mut token = self.token.lock().await;
        if let Some(token) = token.as_ref()
            && Instant::now() + MARGIN < token.until
        {
            return Ok(token.access.clone());
        }
        let account = &self.account;
        let answer = self
            .sign_in(&account.client_id, account.client_secret.reveal())
            .await?;
        let access = answer.access_token.clone();
        *token = Some(Token {
            access: answer.access_token,
            until: Instant::now() + Duration::from_secs(answer.expires_in),
        });
        Ok(access)
    }

    /// Says whether id and secret open a machine account.
    ///
    /// # Errors
    /// The platform does not say.
    pub(crate) async fn opens(&self, client_id: &str, secret: &str) -> Result<bool, PlatformError> {
        match self.sign_in(client_id, secret).await {
            Ok(_) => Ok(true),
            Err(error) if error.is("invalid_client") => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn sign_in(&self, client_id: &str, secret: &str) -> Result<TokenAnswer, PlatformError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client_id)
            .append_pair("client_secret", secret)
            .finish();
        let url = format!("{}{TOKEN}", self.config.base_of(TOKEN));
        let request = self.http.post(url).body(form);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = read(request).await?;
        serde_json::from_value(answer).map_err(|_| PlatformError::Unexpected("token"))
    }
}

async fn read(request: RequestBuilder) -> Result<Value, PlatformError> {
    let mut answer = request.send().await?;
    let status = answer.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(PlatformError::Unexpected("too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    let document = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    if !status.is_success() {
        return Err(PlatformError::of(status, &document));
    }
    if document.is_null() && status != StatusCode::NO_CONTENT {
        return Err(PlatformError::Unexpected("not JSON"));
    }
    Ok(document)
}
