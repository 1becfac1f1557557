//! How a one-time code reaches a telephone. Nothing here writes a number or a code into the log.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use chassis::StartError;
use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};

use crate::domain::Mobile;

/// Longest time that handing a code over may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A code was not handed over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The sender is not reached, or refuses.
    #[error("the sender of codes")]
    Http(#[source] reqwest::Error),
    /// The file cannot be written.
    #[error("the file of codes")]
    File(#[source] std::io::Error),
}

/// Hands a one-time code over to whoever brings it to the telephone.
#[async_trait::async_trait]
pub(crate) trait CodeSender: Send + Sync {
    /// Hands it over; the telephone may get it later, or never.
    async fn send(&self, phone: &Mobile, code: &str, life: Duration) -> Result<(), SendError>;
}

/// Settings of the `identity.phone` section: without either no codes are sent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhoneConfig {
    /// `https://…`: gets `{"phone", "code", "expires_in"}` by POST, answers 2xx when it has taken it over.
    pub sender_url: Option<String>,
    /// Bearer token for the sender.
    #[serde(skip_serializing)]
    pub sender_token: Option<String>,
    /// For development: codes are appended to this file.
    pub outbox_file: Option<PathBuf>,
}

// The token is a secret, and a URL may hold one.
impl fmt::Debug for PhoneConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneConfig")
            .field("sender", &self.sender_url.is_some())
            .field("outbox_file", &self.outbox_file)
            .finish_non_exhaustive()
    }
}

impl PhoneConfig {
    /// Makes the sender; `None` where codes are not sent.
    pub(crate) fn sender(&self) -> Result<Option<Box<dyn CodeSender>>, StartError> {
        let wrong = |reason: &str| StartError::Other(format!("identity.phone: {reason}"));
        match (&self.sender_url, &self.outbox_file) {
            (Some(_), Some(_)) => Err(wrong("sender_url and outbox_file exclude one another")),
            (None, None) => Ok(None),
            (None, Some(path)) => {
                tracing::warn!(path = %path.display(), "sign-in codes are written to a file: for development only");
                Ok(Some(Box::new(OutboxFile(path.clone()))))
            }
            (Some(url), None) => {
                let client = reqwest::Client::builder()
                    .redirect(Policy::none())
                    .timeout(TIMEOUT)
                    .build()
                    .map_err(|error| wrong(&error.to_string()))?;
                let url = reqwest::Url::parse(url).map_err(|_| wrong("sender_url is no URL"))?;
                Ok(Some(Box::new(Webhook {
                    client,
                    url,
                    token: self.sender_token.clone(),
                })))
            }
        }
    }
}

/// A gateway of the city's, or of a provider of short messages.
struct Webhook {
    client: reqwest::Client,
    url: reqwest::Url,
    token: Option<String>,
}

#[derive(Serialize)]
struct Message<'a> {
    phone: &'a str,
    code: &'a str,
    expires_in: u64,
}

#[async_trait::async_trait]
impl CodeSender for Webhook {
    async fn send(&self, phone: &Mobile, code: &str, life: Duration) -> Result<(), SendError> {
        let mut request = self.client.post(self.url.clone()).json(&Message {
            phone: phone.reveal(),
            code,
            expires_in: life.as_secs(),
        });
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let sent = request
            .send()
            .await
            .and_then(reqwest::Response::error_for_status);
        // the URL may hold a secret
        sent.map_err(|error| SendError::Http(error.without_url()))?;
        Ok(())
    }
}

/// A file that developers and tests read.
struct OutboxFile(PathBuf);

#[async_trait::async_trait]
impl CodeSender for OutboxFile {
    async fn send(&self, phone: &Mobile, code: &str, _life: Duration) -> Result<(), SendError> {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.0)
            .map_err(SendError::File)?;
        let line = format!("{} {code}\n", phone.reveal());
        file.write_all(line.as_bytes()).map_err(SendError::File)
    }
}
