use kernel::AccountId;
use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use serde_json::Value;

/// Someone who sends requests to a host.
#[derive(Clone)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// The access token.
    pub token: String,
    pub(crate) base: String,
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
    pub fn at(base: String, account: AccountId, token: String, client: Client) -> Self {
        Self {
            account,
            token,
            base,
            client,
        }
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
        let request = self.client.request(method, format!("{}{path}", self.base));
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
