//! Which changes of `ConfigMap`s and `Secret`s are a reason to look at a district again: those of what is in them.
//! Others write labels and annotations there, a few of them every second.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::{Stream, StreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::ResourceExt;
use kube::runtime::watcher::{Error, Event};

/// What has contents that a district hangs on.
pub(crate) trait Contents: ResourceExt {
    /// Adds to the digest what counts.
    fn digest(&self, digest: &mut DefaultHasher);
}

impl Contents for ConfigMap {
    fn digest(&self, digest: &mut DefaultHasher) {
        self.data.hash(digest);
    }
}

impl Contents for Secret {
    fn digest(&self, digest: &mut DefaultHasher) {
        for (key, value) in self.data.iter().flatten() {
            (key, &value.0).hash(digest);
        }
        // without its owner it is not the district's any more
        for owner in self.owner_references() {
            owner.uid.hash(digest);
        }
    }
}

/// What was seen of each object, by namespace and name.
#[derive(Debug, Default)]
struct Seen(HashMap<(String, String), u64>);

impl Seen {
    /// The object, where its contents are others than before, or it is gone.
    fn take<K: Contents>(&mut self, event: Event<K>) -> Option<K> {
        let key = |object: &K| (object.namespace().unwrap_or_default(), object.name_any());
        match event {
            Event::Apply(object) | Event::InitApply(object) => {
                let mut digest = DefaultHasher::new();
                object.digest(&mut digest);
                let digest = digest.finish();
                let before = self.0.insert(key(&object), digest);
                (before != Some(digest)).then_some(object)
            }
            Event::Delete(object) => {
                self.0.remove(&key(&object));
                Some(object)
            }
            Event::Init | Event::InitDone => None,
        }
    }
}

/// Objects whose contents changed.
pub(crate) fn content_changes<K: Contents>(
    events: impl Stream<Item = Result<Event<K>, Error>>,
) -> impl Stream<Item = Result<K, Error>> {
    let mut seen = Seen::default();
    events.filter_map(move |event| {
        let told = match event {
            Ok(event) => seen.take(event).map(Ok),
            Err(error) => Some(Err(error)),
        };
        std::future::ready(told)
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn secret(data: &Value, label: &str, owner: &str) -> Secret {
        let owner = json!({"apiVersion": "v1", "kind": "District", "name": "d", "uid": owner});
        serde_json::from_value(json!({
            "metadata": {
                "name": "s", "namespace": "n", "resourceVersion": label,
                "labels": {"team": label}, "ownerReferences": [owner],
            },
            "data": data,
        }))
        .unwrap()
    }

    #[test]
    fn what_is_in_a_secret_counts_and_what_is_written_on_it_does_not() {
        let mut seen = Seen::default();
        let (one, two) = (json!({"client-id": "eA=="}), json!({"client-id": "eQ=="}));
        for (event, told) in [
            (Event::InitApply(secret(&one, "1", "u")), true),
            (Event::Apply(secret(&one, "2", "u")), false),
            // a watch that begins anew tells everything once more
            (Event::Init, false),
            (Event::InitApply(secret(&one, "2", "u")), false),
            (Event::InitDone, false),
            (Event::Apply(secret(&two, "3", "u")), true),
            (Event::Apply(secret(&two, "4", "v")), true),
            (Event::Delete(secret(&two, "4", "v")), true),
            (Event::Apply(secret(&two, "5", "v")), true),
        ] {
            let what = format!("{event:?}");
            assert_eq!(seen.take(event).is_some(), told, "{what}");
        }
    }

    #[test]
    fn a_map_that_lost_a_key_changed() {
        let map = |data: Value| -> ConfigMap {
            serde_json::from_value(json!({"metadata": {"name": "m"}, "data": data})).unwrap()
        };
        let mut seen = Seen::default();
        let both = map(json!({"a": "1", "b": "2"}));
        assert!(seen.take(Event::Apply(both.clone())).is_some());
        assert!(seen.take(Event::Apply(both)).is_none());
        assert!(seen.take(Event::Apply(map(json!({"a": "1"})))).is_some());
    }
}
