//! Objects, their versions, and what happened to them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::answer::Refusal;
use super::apply::{self, Manager, Owners};
use super::objects::{Objects, now};
use super::selector::Selector;

/// A kind of objects: group (empty for the core), version, plural.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resource {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) plural: String,
}

/// One object; the namespace is empty where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) resource: Resource,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Key {
    fn title(&self) -> String {
        format!("{} {:?}", self.resource.plural, self.name)
    }
}

/// Something that happened to an object.
#[derive(Debug, Clone)]
pub(super) struct Happening {
    pub(super) version: u64,
    pub(super) kind: &'static str,
    pub(super) key: Key,
    pub(super) object: Value,
}

/// How an object is changed.
pub(super) enum Change {
    /// By PUT, or by a patch of what was read: the object as it shall be.
    Put(Value),
    /// By server-side apply; `force` takes fields from others.
    Apply(Value, bool),
}

pub(super) struct Store {
    inner: Mutex<Objects>,
    /// Wakes watches up.
    changed: watch::Sender<u64>,
}

impl Default for Store {
    fn default() -> Self {
        let inner = Objects {
            version: 1,
            horizon: 1,
            ..Objects::default()
        };
        Self {
            inner: Mutex::new(inner),
            changed: watch::channel(1).0,
        }
    }
}

impl Store {
    fn inner(&self) -> MutexGuard<'_, Objects> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wake(&self) {
        self.changed.send_modify(|_| {});
    }

    pub(super) fn wakes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn forget(&self) {
        let mut inner = self.inner();
        inner.past.clear();
        inner.horizon = inner.version;
    }

    pub(super) fn get(&self, key: &Key) -> Result<Value, Refusal> {
        let inner = self.inner();
        let found = inner.by_key.get(key).map(|(object, _)| object.clone());
        found.ok_or_else(|| Refusal::not_found(&key.title()))
    }

    /// Objects in the order of their names, and the version of the list.
    pub(super) fn list(
        &self,
        resource: &Resource,
        namespace: &str,
        selector: &Selector,
    ) -> (Vec<Value>, u64) {
        let inner = self.inner();
        let found = inner.by_key.iter().filter(|(key, (object, _))| {
            key.resource == *resource
                && (namespace.is_empty() || key.namespace == namespace)
                && selector.fits(object)
        });
        let found = found.map(|(_, (object, _))| object.clone()).collect();
        (found, inner.version)
    }

    /// What happened after `version`, and the version now.
    pub(super) fn since(&self, version: u64) -> Result<(Vec<Happening>, u64), Refusal> {
        let inner = self.inner();
        if version < inner.horizon {
            return Err(Refusal::gone());
        }
        let past = inner.past.iter().filter(|one| one.version > version);
        Ok((past.cloned().collect(), inner.version))
    }

    pub(super) fn create(
        &self,
        key: &Key,
        manager: &Manager,
        mut object: Value,
    ) -> Result<Value, Refusal> {
        let mut inner = self.inner();
        if inner.by_key.contains_key(key) {
            return Err(Refusal::exists(&key.title()));
        }
        if let Some(members) = object.as_object_mut() {
            // it is written by its sub-resource only
            members.remove("status");
        }
        let mut owners = Owners::new();
        apply::note_update(&mut owners, manager, &json!({}), &object);
        let made = inner.make(key, object, owners)?;
        self.tell(&inner);
        Ok(made)
    }

    /// Changes an object; says whether it had to be made.
    pub(super) fn change(
        &self,
        key: &Key,
        manager: &Manager,
        change: Change,
    ) -> Result<(Value, bool), Refusal> {
        let mut inner = self.inner();
        let Some((before, owners)) = inner.by_key.get(key).cloned() else {
            return match change {
                Change::Apply(object, _) if manager.subresource.is_empty() => {
                    let mut owners = Owners::new();
                    let mut made = json!({});
                    apply::apply(&mut made, &mut owners, manager, &object, true)?;
                    let made = inner.make(key, made, owners)?;
                    self.tell(&inner);
                    Ok((made, true))
                }
                _ => Err(Refusal::not_found(&key.title())),
            };
        };
        let (after, owners) = changed(&before, owners, manager, change)?;
        let after = inner.store(key, &before, after, owners);
        self.tell(&inner);
        Ok((after, false))
    }

    /// Deletes an object, or notes that it shall go as soon as its finalizers are done.
    pub(super) fn delete(&self, key: &Key, preconditions: &Value) -> Result<Value, Refusal> {
        let mut inner = self.inner();
        let found = inner.by_key.get(key).cloned();
        let (before, owners) = found.ok_or_else(|| Refusal::not_found(&key.title()))?;
        for name in ["uid", "resourceVersion"] {
            let wanted = &preconditions[name];
            if !wanted.is_null() && *wanted != before["metadata"][name] {
                return Err(Refusal::conflict(format!("the {name} is another one")));
            }
        }
        let mut after = before.clone();
        if after["metadata"]["deletionTimestamp"].is_null() {
            after["metadata"]["deletionTimestamp"] = json!(now());
        }
        let after = inner.store(key, &before, after, owners);
        self.tell(&inner);
        Ok(after)
    }

    fn tell(&self, inner: &Objects) {
        self.changed.send_replace(inner.version);
    }
}

/// Works a change out; what the server keeps itself stays as it was.
fn changed(
    before: &Value,
    mut owners: Owners,
    manager: &Manager,
    change: Change,
) -> Result<(Value, Owners), Refusal> {
    let wanted = match &change {
        Change::Put(wanted) | Change::Apply(wanted, _) => &wanted["metadata"],
    };
    for name in ["resourceVersion", "uid"] {
        let seen = wanted[name].as_str().filter(|seen| !seen.is_empty());
        if seen.is_some_and(|seen| before["metadata"][name] != seen) {
            let message =
                "the object has been modified; please apply your changes to the latest version";
            return Err(Refusal::conflict(message));
        }
    }
    let mut after = before.clone();
    match change {
        Change::Apply(applied, force) => {
            let part = part_of(&applied, manager);
            apply::apply(&mut after, &mut owners, manager, &part, force)?;
        }
        Change::Put(wanted) => {
            if manager.subresource == "status" {
                after["status"] = wanted["status"].clone();
            } else {
                after = wanted;
                restore(&mut after, "status", &before["status"]);
            }
        }
    }
    for name in [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "generation",
    ] {
        restore(&mut after["metadata"], name, &before["metadata"][name]);
    }
    restore(
        &mut after["metadata"],
        "resourceVersion",
        &before["metadata"]["resourceVersion"],
    );
    restore(
        &mut after["metadata"],
        "managedFields",
        &before["metadata"]["managedFields"],
    );
    if !manager.applies {
        apply::note_update(&mut owners, manager, before, &after);
    }
    Ok((after, owners))
}

/// The part of an object that its main resource or a sub-resource writes.
fn part_of(object: &Value, manager: &Manager) -> Value {
    let mut part = object.clone();
    if let Some(members) = part.as_object_mut() {
        if manager.subresource == "status" {
            members.retain(|name, _| name == "status");
        } else {
            members.remove("status");
        }
    }
    part
}

fn restore(object: &mut Value, name: &str, value: &Value) {
    if let Some(members) = object.as_object_mut() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.to_owned(), value.clone());
        }
    }
}
