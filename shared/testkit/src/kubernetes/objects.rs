//! The objects themselves: what making, changing and removing one does to the versions and to others.

use std::collections::{BTreeMap, VecDeque};

use kernel::{Clock, SystemClock};
use serde_json::{Value, json};

use super::answer::Refusal;
use super::apply::{self, Owners};
use super::store::{Happening, Key};

/// All objects, and what happened to them.
#[derive(Default)]
pub(super) struct Objects {
    pub(super) version: u64,
    pub(super) by_key: BTreeMap<Key, (Value, Owners)>,
    pub(super) past: VecDeque<Happening>,
    /// Nothing is known of what happened up to this version.
    pub(super) horizon: u64,
}

impl Objects {
    fn next(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    pub(super) fn make(
        &mut self,
        key: &Key,
        mut object: Value,
        owners: Owners,
    ) -> Result<Value, Refusal> {
        let meta = &object["metadata"];
        if !meta["resourceVersion"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
        {
            return Err(Refusal::bad(
                "resourceVersion should not be set on objects to be created",
            ));
        }
        let meta = &mut object["metadata"];
        meta["name"] = json!(key.name);
        if !key.namespace.is_empty() {
            meta["namespace"] = json!(key.namespace);
        }
        meta["uid"] = json!(uuid::Uuid::from_u128(rand::random()).to_string());
        meta["creationTimestamp"] = json!(now());
        meta["generation"] = json!(1);
        let version = self.next();
        Ok(self.keep(key, object, owners, version, "ADDED"))
    }

    /// Keeps what an object became; one that nothing holds any longer is gone, with what it owned.
    pub(super) fn store(
        &mut self,
        key: &Key,
        before: &Value,
        mut after: Value,
        owners: Owners,
    ) -> Value {
        let meta = &before["metadata"];
        let leaves = !after["metadata"]["deletionTimestamp"].is_null();
        let held = after["metadata"]["finalizers"]
            .as_array()
            .is_some_and(|all| !all.is_empty());
        if leaves && !held {
            let version = self.next();
            after["metadata"]["resourceVersion"] = json!(version.to_string());
            self.by_key.remove(key);
            self.remember(version, "DELETED", key, &after);
            self.collect_owned_by(&after["metadata"]["uid"]);
            return after;
        }
        let departs = meta["deletionTimestamp"].is_null() && leaves;
        if wish(before) != wish(&after) || departs {
            let generation = meta["generation"].as_u64().unwrap_or_default() + 1;
            after["metadata"]["generation"] = json!(generation);
        }
        let known = self.by_key.get(key).map(|(_, owners)| owners);
        if *before == after && known == Some(&owners) {
            return after;
        }
        let version = self.next();
        self.keep(key, after, owners, version, "MODIFIED")
    }

    fn keep(
        &mut self,
        key: &Key,
        mut object: Value,
        owners: Owners,
        version: u64,
        kind: &'static str,
    ) -> Value {
        object["metadata"]["resourceVersion"] = json!(version.to_string());
        object["metadata"]["managedFields"] = apply::managed(&owners, &object["apiVersion"]);
        self.remember(version, kind, key, &object);
        self.by_key.insert(key.clone(), (object.clone(), owners));
        object
    }

    fn remember(&mut self, version: u64, kind: &'static str, key: &Key, object: &Value) {
        self.past.push_back(Happening {
            version,
            kind,
            key: key.clone(),
            object: object.clone(),
        });
    }

    fn collect_owned_by(&mut self, uid: &Value) {
        let owned = self.by_key.iter().filter(|(_, (object, _))| {
            let owners = object["metadata"]["ownerReferences"].as_array();
            owners.is_some_and(|owners| owners.iter().all(|owner| owner["uid"] == *uid))
        });
        let owned: Vec<Key> = owned.map(|(key, _)| key.clone()).collect();
        for key in owned {
            if let Some((before, owners)) = self.by_key.get(&key).cloned() {
                let mut after = before.clone();
                after["metadata"]["deletionTimestamp"] = json!(now());
                self.store(&key, &before, after, owners);
            }
        }
    }
}

/// An object without what belongs to the server and to its status: what counts as a generation.
fn wish(object: &Value) -> Value {
    let mut wish = object.clone();
    if let Some(members) = wish.as_object_mut() {
        members.remove("status");
        members.remove("metadata");
    }
    wish
}

/// What time it is, as `metav1.Time` has it.
pub(super) fn now() -> String {
    let now = SystemClock.now().to_string();
    // metav1.Time has whole seconds
    let seconds = now
        .split(['.', 'Z'])
        .next()
        .expect("it begins with the seconds");
    format!("{seconds}Z")
}
