//! Keys of another process: fetched in the background, kept while that process is away.

use std::sync::Arc;
use std::time::Duration;

use auth::{JwkSet, KeyRequest, KeyRing};
use rand::RngExt;
use reqwest::redirect::Policy;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::AuthConfig;

/// Longest time of one fetch.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longest document that is read.
const MAX_DOCUMENT: usize = 256 * 1024;
/// Pause after the first failed fetch; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Shortest time between two fetches that unknown keys cause: whoever makes up tokens must not be
/// able to keep identity busy.
const SHORTEST_GAP: Duration = Duration::from_secs(5);

/// Why the keys could not be fetched.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("not reached")]
    Http(#[from] reqwest::Error),
    #[error("the document is longer than {MAX_DOCUMENT} bytes")]
    TooLong,
    #[error("not a key set")]
    Document(#[from] serde_json::Error),
    #[error("the set has no key that can be used")]
    NoKey,
}

/// Keeps a ring in step with a published key set.
pub(crate) struct Follower {
    url: String,
    refresh: Duration,
    ring: Arc<KeyRing>,
    client: reqwest::Client,
    requests: mpsc::Receiver<KeyRequest>,
    failures: u32,
}

impl Follower {
    /// Prepares it; `None` where the ring is kept in step already, or the keys are this process's.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub(crate) fn new(config: &AuthConfig, ring: &Arc<KeyRing>) -> reqwest::Result<Option<Self>> {
        let Some(url) = config.jwks_url.clone() else {
            return Ok(None);
        };
        // Keys come from where the configuration says and from nowhere else.
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .build()?;
        Ok(ring.fetched_elsewhere().map(|requests| Self {
            url,
            refresh: Duration::from_secs(config.refresh_s),
            ring: Arc::clone(ring),
            client,
            requests,
            failures: 0,
        }))
    }

    /// Fetches until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut waiting: Vec<KeyRequest> = Vec::new();
        loop {
            let fetched = tokio::select! {
                () = stop.cancelled() => return,
                fetched = self.fetch() => fetched,
            };
            let pause = self.note(fetched);
            for request in waiting.drain(..) {
                // whoever waited may have gone
                request.send(()).ok();
            }
            tokio::select! {
                () = stop.cancelled() => return,
                request = self.next_turn(pause) => waiting.extend(request),
            }
        }
    }

    /// Waits for the time of the next fetch: after `pause`, or sooner when an unknown key comes.
    async fn next_turn(&mut self, pause: Duration) -> Option<KeyRequest> {
        let begun = Instant::now();
        let due = tokio::time::sleep(pause);
        tokio::pin!(due);
        loop {
            tokio::select! {
                () = &mut due => return None,
                Some(request) = self.requests.recv() => {
                    if begun.elapsed() >= SHORTEST_GAP {
                        return Some(request);
                    }
                    // dropped, which answers that nothing is fetched now
                }
            }
        }
    }

    /// Tells how it went, and returns the pause until the next fetch.
    fn note(&mut self, fetched: Result<usize, FetchError>) -> Duration {
        let jitter = rand::rng().random_range(0.9..1.1);
        match fetched {
            Ok(keys) => {
                if self.failures > 0 {
                    tracing::info!(url = self.url, keys, "keys are fetched again");
                }
                self.failures = 0;
                self.refresh.mul_f64(jitter)
            }
            Err(error) => {
                let kept = self.ring.len();
                tracing::warn!(
                    url = self.url,
                    error = chain(&error),
                    kept,
                    "keys not fetched"
                );
                let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16));
                self.failures += 1;
                pause.min(self.longest_pause()).mul_f64(jitter)
            }
        }
    }

    /// While no key is known every signed-in request is refused: then it is asked more often.
    fn longest_pause(&self) -> Duration {
        let longest = if self.ring.is_empty() { 2 } else { 30 };
        Duration::from_secs(longest).min(self.refresh)
    }

    async fn fetch(&self) -> Result<usize, FetchError> {
        let mut response = self
            .client
            .get(&self.url)
            .send()
            .await?
            .error_for_status()?;
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if text.len() + chunk.len() > MAX_DOCUMENT {
                return Err(FetchError::TooLong);
            }
            text.extend_from_slice(&chunk);
        }
        let set: JwkSet = serde_json::from_slice(&text)?;
        // An empty set is a fault over there; with it nobody could work here.
        if set.keys.is_empty() {
            return Err(FetchError::NoKey);
        }
        match self.ring.replace(&set) {
            0 => Err(FetchError::NoKey),
            keys => Ok(keys),
        }
    }
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}
