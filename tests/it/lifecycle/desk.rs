use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kernel::{IdSource, SystemIds};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use testkit::{Caller, Ledger, lasting};

/// Longest wait for one answer before the request is sent again.
const ANSWER: Duration = Duration::from_secs(3);
/// Pause before a request is sent again.
const PAUSE: Duration = Duration::from_millis(100);
/// Longest time over which a request is sent again and again.
const PATIENCE: Duration = Duration::from_mins(1);

/// The process is gone.
#[derive(Debug)]
pub(crate) struct Gone;

/// What a client does without an answer, or when it is asked to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// It goes away.
    None,
    /// It sends the same request again, under the same key, until it is answered.
    UntilAnswered,
}

/// What a write will change: JSON pointers into what the API shows of a thing, and the values there.
pub(crate) struct Entry {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) effects: Vec<(&'static str, Value)>,
}

/// Where clients send requests from: every write is entered in the ledger before it is sent, every
/// answer is counted, and an answer that nobody may get ends the test.
pub(crate) struct Desk {
    pub(crate) ledger: Ledger,
    patience: Patience,
    ids: SystemIds,
    /// Answers by status; 0 counts requests without one.
    answers: Mutex<BTreeMap<u16, usize>>,
    writes: Mutex<usize>,
}

impl Desk {
    pub(crate) fn new(patience: Patience) -> Self {
        Self {
            ledger: Ledger::default(),
            patience,
            ids: SystemIds::default(),
            answers: Mutex::default(),
            writes: Mutex::default(),
        }
    }

    /// Sends a write until it is answered with success.
    pub(crate) async fn write(
        &self,
        entry: Entry,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Value, Gone> {
        let sent = self.ledger.sent(entry.kind, entry.id, entry.effects);
        let key = self.ids.next_uuid().to_string();
        let keyed = || request().header("Idempotency-Key", &key);
        let (status, body) = self.ask(keyed).await?;
        assert!((200..300).contains(&status), "{status} {body:#}");
        self.ledger.acknowledged(sent);
        *self.writes.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Ok(body)
    }

    /// Enters a change that follows from a write elsewhere, at a time that nobody is told.
    pub(crate) fn expect(&self, entry: Entry) {
        self.ledger.sent(entry.kind, entry.id, entry.effects);
    }

    /// Reads; nothing when it does not exist for the caller.
    pub(crate) async fn read(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Option<Value>, Gone> {
        let (status, body) = self.ask(request).await?;
        assert!([200, 404].contains(&status), "{status} {body:#}");
        Ok((status == 200).then_some(body))
    }

    /// The same, of a service that is there.
    pub(crate) async fn look(&self, caller: &Caller, path: &str) -> Option<Value> {
        let read = self.read(|| caller.request(Method::GET, path)).await;
        read.expect("it is there")
    }

    /// Writes that were acknowledged.
    pub(crate) fn writes(&self) -> usize {
        *self.writes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests without an answer, or with the answer to come again.
    pub(crate) fn trouble(&self) -> usize {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |status: u16| answers.get(&status).copied().unwrap_or_default();
        count(0) + count(503)
    }

    /// How many answers of which status there were.
    pub(crate) fn report(&self) -> String {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = answers.iter().map(|(status, count)| match status {
            0 => format!("{count} without an answer"),
            _ => format!("{count} × {status}"),
        });
        counts.collect::<Vec<_>>().join(", ")
    }

    fn count(&self, status: u16) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        *answers.entry(status).or_default() += 1;
    }

    async fn ask(&self, request: impl Fn() -> RequestBuilder) -> Result<(u16, Value), Gone> {
        let begun = Instant::now();
        loop {
            let request = || match self.patience {
                Patience::None => request(),
                Patience::UntilAnswered => request().timeout(ANSWER),
            };
            let answer = answer(request()).await;
            let status = answer.as_ref().map_or(0, |(status, _)| *status);
            self.count(status);
            match answer {
                Some((429 | 503, _)) | None if self.patience == Patience::UntilAnswered => {}
                Some((status, body)) => {
                    assert!(status < 500 || status == 503, "{status} {body:#}");
                    return Ok((status, body));
                }
                None => return Err(Gone),
            }
            let waited = begun.elapsed();
            assert!(waited < PATIENCE, "no answer: {:?}", request());
            lasting(PAUSE).await;
        }
    }
}

async fn answer(request: RequestBuilder) -> Option<(u16, Value)> {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let body = response.bytes().await.ok()?;
    Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}
