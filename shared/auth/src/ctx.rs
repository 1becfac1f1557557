//! What every handler is given: who calls, under which policy, in which trace.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderName, IF_MATCH};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use kernel::{Clock, OrgPath, Timestamp, Version};
use problem::{Failure, Locale};
use serde::Serialize;
use store::IdempotencyKey;

use crate::{Access, AuthError, KeyRing, Policy, Principal, TraceContext, keyring::sha256, policy};

/// Header that makes a repeated request harmless.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Header that carries the caller's trace.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Longest `Idempotency-Key`.
const MAX_KEY: usize = 128;

/// What the extractors need; a server registers it as `web::Data<AuthState>`.
#[derive(Clone)]
pub struct AuthState {
    /// Keys of access tokens.
    pub keys: Arc<KeyRing>,
    /// Current time.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for AuthState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthState")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// Context of a request by a signed-in caller whom the policy table admits.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who calls.
    pub principal: Arc<Principal>,
    /// Language of the answer.
    pub locale: Locale,
    /// Trace of the request.
    pub trace: TraceContext,
    /// Operation id.
    pub operation: &'static str,
    /// Version that the caller has seen (`If-Match`).
    pub if_match: Option<Version>,
    /// When the request came: the one instant of everything it changes.
    pub now: Timestamp,
    /// Address of the client, as far as our own proxies tell it.
    pub source: Option<IpAddr>,
    idempotency_key: Option<String>,
    path: String,
}

impl Ctx {
    /// Makes the context of a call that comes from inside the process.
    #[must_use]
    pub fn internal(principal: Principal, operation: &'static str, now: Timestamp) -> Self {
        Self {
            principal: Arc::new(principal),
            locale: Locale::Zh,
            trace: TraceContext::random(),
            operation,
            if_match: None,
            now,
            source: None,
            idempotency_key: None,
            path: String::new(),
        }
    }

    /// Says whether the policy of the operation admits the caller at this place.
    #[must_use]
    pub fn is_open_at(&self, place: &OrgPath) -> bool {
        let policy = policy::named(self.operation);
        policy.is_some_and(|policy| {
            let ruling = policy.rule(&self.principal.grants, Some(place), None);
            ruling.admits()
        })
    }

    /// Lists the places where the policy of the operation admits the caller: the fewest paths that
    /// cover them all.
    #[must_use]
    pub fn open_places(&self) -> Vec<OrgPath> {
        match policy::named(self.operation).map(|policy| policy.access) {
            Some(Access::Roles(roles)) => self.principal.paths_of(roles),
            Some(Access::Public | Access::Authenticated) => vec![OrgPath::root()],
            None => Vec::new(),
        }
    }

    /// Returns the key under which the answer to this command is kept, if the caller sent one.
    ///
    /// The fingerprint covers path and command, so that a key used for something else is noticed.
    #[must_use]
    pub fn idempotency(&self, command: &impl Serialize) -> Option<IdempotencyKey> {
        let key = self.idempotency_key.clone()?;
        let mut request = self.path.clone().into_bytes();
        request.push(b'\n');
        if let Err(error) = serde_json::to_writer(&mut request, command) {
            tracing::error!(%error, operation = self.operation, "command does not serialise");
        }
        Some(IdempotencyKey {
            account: self.principal.account,
            operation: self.operation,
            key,
            fingerprint: hex(&sha256(&request)),
            at: self.now,
        })
    }

    /// Makes the context of one item of a request about several: its answer is kept under a key of its own, and the
    /// version that the caller has seen is that of no item.
    #[must_use]
    pub fn of_item(&self, item: &str) -> Self {
        let key = self.idempotency_key.as_ref();
        Self {
            if_match: None,
            idempotency_key: key.map(|key| format!("{key}/{item}")),
            ..self.clone()
        }
    }

    fn from_parts(
        request: &HttpRequest,
        verify: impl Fn(&KeyRing, &str, Timestamp) -> Result<Arc<Principal>, AuthError>,
    ) -> Result<Self, AuthError> {
        let state = state(request)?;
        let policy = policy_of(request)?;
        let now = state.clock.now();
        let principal = verify(&state.keys, bearer(request.headers())?, now)?;
        if !policy.access.admits(&principal) {
            return Err(AuthError::RoleMissing {
                operation: policy.operation,
            });
        }
        Ok(Self {
            principal,
            locale: locale(request.headers()),
            trace: trace(request),
            operation: policy.operation,
            if_match: if_match(request.headers())?,
            now,
            source: source(request),
            idempotency_key: idempotency_key(request.headers())?,
            path: request.path().to_owned(),
        })
    }
}

impl FromRequest for Ctx {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::from_parts(request, KeyRing::verify).map_err(Failure::from))
    }
}

/// Context of a request that also an application may make which was let in to learn who the person is.
#[derive(Debug, Clone)]
pub struct TellingCtx(pub Ctx);

impl FromRequest for TellingCtx {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let ctx = Ctx::from_parts(request, KeyRing::verify_telling);
        ready(ctx.map(Self).map_err(Failure::from))
    }
}

/// Waits for the keys of another process where a request's token names a key that is not known yet:
/// keys are published before they sign, so this one may be newer than the last fetch.
///
/// Belongs before the extractors: a caller's body must not be judged before the caller is.
pub async fn await_key(state: &AuthState, headers: &HeaderMap) {
    if state.keys.may_fetch()
        && let Ok(token) = bearer(headers)
        && state.keys.lacks_key_of(token)
    {
        // whatever comes of it, the token is verified with the keys that there are then
        state.keys.fetched().await;
    }
}

/// Tells who calls, as far as the request's token proves it with the keys known now.
///
/// # Errors
/// There is no token, or none that verifies.
pub fn caller(state: &AuthState, headers: &HeaderMap) -> Result<Arc<Principal>, AuthError> {
    state.keys.verify(bearer(headers)?, state.clock.now())
}

/// Context of a request to an operation that is open to everyone.
#[derive(Debug, Clone)]
pub struct PublicCtx {
    /// Language of the answer.
    pub locale: Locale,
    /// Trace of the request.
    pub trace: TraceContext,
    /// Operation id.
    pub operation: &'static str,
    /// When the request came.
    pub now: Timestamp,
    /// Address of the client, as far as our own proxies tell it.
    pub source: Option<IpAddr>,
}

impl PublicCtx {
    fn from_parts(request: &HttpRequest) -> Result<Self, AuthError> {
        let state = state(request)?;
        let policy = policy_of(request)?;
        if policy.access != policy::Access::Public {
            tracing::error!(
                operation = policy.operation,
                "handler of a closed operation asks for no token"
            );
            return Err(AuthError::RoleMissing {
                operation: policy.operation,
            });
        }
        Ok(Self {
            locale: locale(request.headers()),
            trace: trace(request),
            operation: policy.operation,
            now: state.clock.now(),
            source: source(request),
        })
    }
}

impl FromRequest for PublicCtx {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::from_parts(request).map_err(Failure::from))
    }
}

fn state(request: &HttpRequest) -> Result<&AuthState, AuthError> {
    let state = request.app_data::<web::Data<AuthState>>();
    state.map(web::Data::get_ref).ok_or(AuthError::NotAssembled)
}

fn policy_of(request: &HttpRequest) -> Result<&'static Policy, AuthError> {
    let method = request.method().as_str();
    let pattern = request.match_pattern().unwrap_or_default();
    if let Some(policy) = policy::find(method, &pattern) {
        return Ok(policy);
    }
    tracing::error!(
        http.method = method,
        http.route = pattern,
        "operation has no policy and is refused"
    );
    Err(AuthError::NotPermitted {
        method: method.to_owned(),
        pattern,
    })
}

fn bearer(headers: &HeaderMap) -> Result<&str, AuthError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Err(AuthError::TokenMissing);
    };
    let text = value.to_str().map_err(|_| AuthError::HeaderMalformed)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(AuthError::HeaderMalformed),
    }
}

fn locale(headers: &HeaderMap) -> Locale {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    wanted.map_or(Locale::Zh, Locale::from_accept_language)
}

/// The server's middleware has usually put the trace into the request already.
fn trace(request: &HttpRequest) -> TraceContext {
    if let Some(trace) = request.extensions().get::<TraceContext>() {
        return trace.clone();
    }
    let header = request
        .headers()
        .get(TRACEPARENT)
        .and_then(|value| value.to_str().ok());
    TraceContext::from_header(header)
}

/// Who sent a request, where the server's middleware knows better than the connection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

fn source(request: &HttpRequest) -> Option<IpAddr> {
    if let Some(ClientAddress(address)) = request.extensions().get::<ClientAddress>() {
        return Some(*address);
    }
    request.peer_addr().map(|address| address.ip())
}

fn if_match(headers: &HeaderMap) -> Result<Option<Version>, AuthError> {
    let Some(value) = headers.get(IF_MATCH) else {
        return Ok(None);
    };
    let tag = value.to_str().map_err(|_| AuthError::IfMatchMalformed)?;
    Version::parse_etag(tag)
        .map(Some)
        .map_err(|_| AuthError::IfMatchMalformed)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, AuthError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .map_err(|_| AuthError::IdempotencyKeyMalformed)?;
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    if key.is_empty() || key.len() > MAX_KEY || !visible {
        return Err(AuthError::IdempotencyKeyMalformed);
    }
    Ok(Some(key.to_owned()))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}
