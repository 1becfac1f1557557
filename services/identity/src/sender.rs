//! How a short message (短信) reaches a telephone: a one-time code, or the link of a callback. Nothing here writes a
//! number, a code or a link into the log.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use chassis::StartError;
use kernel::{EventId, Timestamp};
use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};

use crate::domain::Mobile;

/// Longest time that handing a message over may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A message was not handed over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The sender is not reached, or refuses.
    #[error("the sender of short messages")]
    Http(#[source] reqwest::Error),
    /// The file cannot be written.
    #[error("the file of short messages")]
    File(#[source] std::io::Error),
}

/// What a short message says; the words are the gateway's.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum ShortMessage {
    /// A one-time code (验证码).
    Code {
        /// The code.
        code: String,
        /// Seconds for which it is good.
        expires_in: u64,
    },
    /// The link by which who asked says whether a matter is solved (短信回访).
    Callback {
        /// The same for every try to hand it over: a gateway drops what it had.
        id: EventId,
        /// The number of the order.
        number: String,
        /// The link.
        link: String,
        /// Until when it is good.
        expires_at: Timestamp,
    },
}

/// Hands a short message over to whoever brings it to the telephone.
#[async_trait::async_trait]
pub(crate) trait MessageSender: Send + Sync {
    /// Hands it over; the telephone may get it later, or never.
    async fn send(&self, phone: &Mobile, message: &ShortMessage) -> Result<(), SendError>;
}

/// Settings of the `identity.phone` section: without a sender or a file no short messages are sent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhoneConfig {
    /// `https://…`: gets `{"phone", "kind", …}` by POST, answers 2xx when it has taken it over.
    pub sender_url: Option<String>,
    /// Bearer token for the sender.
    #[serde(skip_serializing)]
    pub sender_token: Option<String>,
    /// For development: messages are appended to this file.
    pub outbox_file: Option<PathBuf>,
    /// `https://…`: page on which callbacks are answered; the token follows behind `#`, which browsers keep to
    /// themselves. Without it no links are sent.
    pub callback_page: Option<String>,
}

// The token is a secret, and a URL may hold one.
impl fmt::Debug for PhoneConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneConfig")
            .field("sender", &self.sender_url.is_some())
            .field("outbox_file", &self.outbox_file)
            .field("callback_page", &self.callback_page)
            .finish_non_exhaustive()
    }
}

impl PhoneConfig {
    /// Makes the sender; `None` where codes are not sent.
    pub(crate) fn sender(&self) -> Result<Option<Box<dyn MessageSender>>, StartError> {
        let wrong = |reason: &str| StartError::Other(format!("identity.phone: {reason}"));
        if let Some(page) = &self.callback_page {
            let page = reqwest::Url::parse(page).map_err(|_| wrong("callback_page is no URL"))?;
            if !matches!(page.scheme(), "http" | "https") || page.fragment().is_some() {
                return Err(wrong(
                    "callback_page must be an http or https address without #",
                ));
            }
        }
        match (&self.sender_url, &self.outbox_file) {
            (Some(_), Some(_)) => Err(wrong("sender_url and outbox_file exclude one another")),
            (None, None) => Ok(None),
            (None, Some(path)) => {
                tracing::warn!(path = %path.display(), "short messages are written to a file: for development only");
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
struct Handed<'a> {
    phone: &'a str,
    #[serde(flatten)]
    message: &'a ShortMessage,
}

#[async_trait::async_trait]
impl MessageSender for Webhook {
    async fn send(&self, phone: &Mobile, message: &ShortMessage) -> Result<(), SendError> {
        let mut request = self.client.post(self.url.clone()).json(&Handed {
            phone: phone.reveal(),
            message,
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
impl MessageSender for OutboxFile {
    async fn send(&self, phone: &Mobile, message: &ShortMessage) -> Result<(), SendError> {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.0)
            .map_err(SendError::File)?;
        let text = match message {
            ShortMessage::Code { code, .. } => code,
            ShortMessage::Callback { link, .. } => link,
        };
        let line = format!("{} {text}\n", phone.reveal());
        file.write_all(line.as_bytes()).map_err(SendError::File)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_no_link_can_lead_to_is_refused() {
        for page in ["callback", "ftp://city.example/", "https://city.example/#x"] {
            let config = PhoneConfig {
                callback_page: Some(page.to_owned()),
                ..PhoneConfig::default()
            };
            assert!(config.sender().is_err(), "{page}");
        }
    }
}
