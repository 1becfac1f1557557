use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// A write that a client has sent, by its place in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent(usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// None came: it may have been done or not.
    Unknown,
    Acknowledged,
    Refused,
}

#[derive(Debug)]
struct Line {
    kind: &'static str,
    id: String,
    /// JSON pointer into what the API shows, and the value there.
    effects: Vec<(&'static str, Value)>,
    answer: Answer,
}

/// What the API shows otherwise than it was acknowledged.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// It was acknowledged and is not there.
    Lost {
        /// What it is.
        kind: &'static str,
        /// Which.
        id: String,
    },
    /// Nobody was ever told that this would be there.
    Wrong {
        /// What it is.
        kind: &'static str,
        /// Which.
        id: String,
        /// JSON pointer to the value.
        pointer: &'static str,
        /// Values that would be right.
        allowed: Vec<Value>,
        /// The value.
        shown: Value,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { kind, id } => write!(out, "{kind} {id} was acknowledged and is lost"),
            Self::Wrong {
                kind,
                id,
                pointer,
                allowed,
                shown,
            } => write!(
                out,
                "{kind} {id}: {pointer} is {shown}, not one of {allowed:?}"
            ),
        }
    }
}

/// What clients were told, to be compared with what is there after faults.
///
/// Each write is entered before it is sent, with what it will change; its answer is entered when
/// it comes. A write without an answer may have been done or not: both are right.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Vec<Line>>);

impl Ledger {
    /// Enters a write that is about to be sent. `effects` are JSON pointers into what the API will
    /// show of this thing, each with the value there.
    pub fn sent(
        &self,
        kind: &'static str,
        id: impl Into<String>,
        effects: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Sent {
        let mut lines = self.lines();
        lines.push(Line {
            kind,
            id: id.into(),
            effects: effects.into_iter().collect(),
            answer: Answer::Unknown,
        });
        Sent(lines.len() - 1)
    }

    /// The write was answered with success.
    pub fn acknowledged(&self, sent: Sent) {
        self.lines()[sent.0].answer = Answer::Acknowledged;
    }

    /// The write was refused: nothing of it may show.
    pub fn refused(&self, sent: Sent) {
        self.lines()[sent.0].answer = Answer::Refused;
    }

    /// Counts acknowledged writes of a kind.
    pub fn count(&self, kind: &str) -> usize {
        let acknowledged = |line: &&Line| line.kind == kind && line.answer == Answer::Acknowledged;
        self.lines().iter().filter(acknowledged).count()
    }

    /// Compares with what `show` finds of a thing, by kind and id; none is "not there".
    pub async fn compare(
        &self,
        mut show: impl AsyncFnMut(&'static str, &str) -> Option<Value>,
    ) -> Vec<Difference> {
        let mut differences = Vec::new();
        for ((kind, id), expected) in self.expected() {
            match show(kind, &id).await {
                Some(shown) => differences.extend(expected.check(kind, &id, &shown)),
                None if expected.must_exist => differences.push(Difference::Lost { kind, id }),
                None => {}
            }
        }
        differences
    }

    fn expected(&self) -> BTreeMap<(&'static str, String), Expected> {
        let mut all: BTreeMap<(&'static str, String), Expected> = BTreeMap::new();
        for line in self.lines().iter() {
            if line.answer == Answer::Refused {
                continue;
            }
            let certain = line.answer == Answer::Acknowledged;
            let expected = all.entry((line.kind, line.id.clone())).or_default();
            expected.must_exist |= certain;
            for (pointer, value) in &line.effects {
                let allowed = expected.values.entry(*pointer).or_default();
                if certain {
                    allowed.clear();
                    expected.open.retain(|other| other != pointer);
                } else if allowed.is_empty() {
                    // It may have stayed as it was, which nobody has entered.
                    expected.open.push(*pointer);
                }
                allowed.push(value.clone());
            }
        }
        all
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct Expected {
    must_exist: bool,
    values: BTreeMap<&'static str, Vec<Value>>,
    /// Pointers of which no value is certain.
    open: Vec<&'static str>,
}

impl Expected {
    fn check(self, kind: &'static str, id: &str, shown: &Value) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (pointer, allowed) in self.values {
            let value = shown.pointer(pointer).cloned().unwrap_or(Value::Null);
            if !self.open.contains(&pointer) && !allowed.contains(&value) {
                differences.push(Difference::Wrong {
                    kind,
                    id: id.to_owned(),
                    pointer,
                    allowed,
                    shown: value,
                });
            }
        }
        differences
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Difference, Ledger};

    async fn differences(ledger: &Ledger, shown: Option<Value>) -> Vec<Difference> {
        ledger.compare(async |_, _| shown.clone()).await
    }

    #[tokio::test]
    async fn what_was_acknowledged_must_be_there() {
        let ledger = Ledger::default();
        let open = ledger.sent("order", "ord_1", [("/state", json!("open"))]);
        assert_eq!(differences(&ledger, None).await, [], "no answer came");
        ledger.acknowledged(open);
        let lost = Difference::Lost {
            kind: "order",
            id: "ord_1".to_owned(),
        };
        assert_eq!(differences(&ledger, None).await, [lost]);
        assert_eq!(
            differences(&ledger, Some(json!({"state": "open"}))).await,
            []
        );
        assert_eq!(ledger.count("order"), 1);
    }

    #[tokio::test]
    async fn a_write_without_an_answer_may_be_done_or_not() {
        let ledger = Ledger::default();
        ledger.acknowledged(ledger.sent("order", "ord_1", [("/state", json!("open"))]));
        ledger.sent("order", "ord_1", [("/state", json!("closed"))]);
        for state in ["open", "closed"] {
            assert_eq!(
                differences(&ledger, Some(json!({ "state": state }))).await,
                []
            );
        }
        let wrong = differences(&ledger, Some(json!({"state": "lost"}))).await;
        assert_eq!(
            wrong.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [r#"order ord_1: /state is "lost", not one of [String("open"), String("closed")]"#]
        );
    }

    #[tokio::test]
    async fn a_later_acknowledgement_decides_and_a_refusal_changes_nothing() {
        let ledger = Ledger::default();
        let [open, done] = ["open", "done"].map(|state| json!({ "state": state }));
        let sent = |state: &str| ledger.sent("order", "ord_1", [("/state", json!(state))]);
        ledger.acknowledged(sent("open"));
        let close = sent("done");
        ledger.refused(close);
        assert_eq!(differences(&ledger, Some(open.clone())).await, []);
        assert_eq!(differences(&ledger, Some(done.clone())).await.len(), 1);
        ledger.acknowledged(close);
        assert_eq!(differences(&ledger, Some(open)).await.len(), 1);
        assert_eq!(differences(&ledger, Some(done)).await, []);
    }
}
