use kube::Resource;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};

use crate::crd::{District, MANAGER};

/// Whether something happened as wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It did.
    Normal,
    /// Somebody should have a look.
    Warning,
}

/// Tells of districts by Kubernetes events. They are told as well as may be: what fails is logged.
#[derive(Clone)]
pub(crate) struct News(Recorder);

impl News {
    /// Reports as the replica `instance`.
    #[must_use]
    pub(crate) fn new(client: kube::Client, instance: &str) -> Self {
        let reporter = Reporter {
            controller: MANAGER.to_owned(),
            instance: Some(instance.to_owned()),
        };
        Self(Recorder::new(client, reporter))
    }

    /// Tells something of a district.
    pub(crate) async fn tell(&self, district: &District, tone: Tone, reason: &str, note: &str) {
        let event = Event {
            type_: match tone {
                Tone::Normal => EventType::Normal,
                Tone::Warning => EventType::Warning,
            },
            reason: reason.to_owned(),
            note: Some(short(note)),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        if let Err(error) = self.0.publish(&event, &district.object_ref(&())).await {
            tracing::warn!(%error, event.reason = reason, "event was not told");
        }
    }
}

/// Notes have at most 1 kB (events.k8s.io/v1).
fn short(note: &str) -> String {
    note.chars().take(300).collect()
}
