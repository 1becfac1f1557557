//! Watches: lines of JSON, one for each thing that happens.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, timeout_at};

use super::State;
use super::answer::Refusal;
use super::http::{Place, Query};
use super::selector::Selector;
use super::store::{Happening, Resource};

/// Longest watch where the client names no time.
const LONGEST: Duration = Duration::from_secs(290);

struct Watch {
    state: web::Data<State>,
    resource: Resource,
    namespace: String,
    selector: Selector,
    user: String,
    bookmarks: bool,
    /// Everything up to here was shown.
    seen: u64,
    lines: VecDeque<Bytes>,
    wakes: Receiver<u64>,
    until: Instant,
    ended: bool,
}

/// Opens a watch.
pub(super) fn open(
    state: web::Data<State>,
    place: &Place,
    query: &Query,
    user: String,
) -> Result<HttpResponse, Refusal> {
    let seconds = query.get("timeoutSeconds").parse();
    let lasts = seconds.map_or(LONGEST, Duration::from_secs);
    let mut watch = Watch {
        wakes: state.store.wakes(),
        resource: place.resource.clone(),
        namespace: place.namespace.clone(),
        selector: query.selector(),
        user,
        bookmarks: query.is("allowWatchBookmarks"),
        seen: 0,
        lines: VecDeque::new(),
        until: Instant::now() + lasts,
        ended: false,
        state,
    };
    match query.get("resourceVersion") {
        "" | "0" => watch.begin_with_all(),
        version => {
            let version = version.parse();
            watch.seen = version.map_err(|_| Refusal::bad("resourceVersion is no number"))?;
            // one that is too old is refused before anything is sent
            watch.state.store.since(watch.seen)?;
        }
    }
    let lines = stream::unfold(watch, |mut watch| async move {
        let line = watch.next().await?;
        Some((Ok::<_, Infallible>(line), watch))
    });
    let mut response = HttpResponse::Ok();
    Ok(response.content_type("application/json").streaming(lines))
}

fn line(kind: &str, object: &Value) -> Bytes {
    let mut line = json!({"type": kind, "object": object}).to_string();
    line.push('\n');
    Bytes::from(line)
}

impl Watch {
    fn begin_with_all(&mut self) {
        let store = &self.state.store;
        let (objects, version) = store.list(&self.resource, &self.namespace, &self.selector);
        self.lines
            .extend(objects.iter().map(|object| line("ADDED", object)));
        self.seen = version;
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some(line);
            }
            if self.ended || self.state.is_cut(&self.user) {
                return None;
            }
            self.wakes.mark_unchanged();
            match self.state.store.since(self.seen) {
                Ok((past, version)) => self.show(past, version),
                Err(refusal) => {
                    self.ended = true;
                    self.lines.push_back(line("ERROR", &refusal.status()));
                }
            }
            if self.lines.is_empty() {
                timeout_at(self.until, self.wakes.changed())
                    .await
                    .ok()?
                    .ok()?;
            }
        }
    }

    fn show(&mut self, past: Vec<Happening>, version: u64) {
        for one in past {
            let here = one.key.resource == self.resource
                && (self.namespace.is_empty() || one.key.namespace == self.namespace);
            if here && self.selector.fits(&one.object) {
                self.lines.push_back(line(one.kind, &one.object));
            }
        }
        if self.lines.is_empty() && version > self.seen && self.bookmarks {
            let mark = json!({
                "apiVersion": self.api_version(),
                "kind": "",
                "metadata": {"resourceVersion": version.to_string()},
            });
            self.lines.push_back(line("BOOKMARK", &mark));
        }
        self.seen = version;
    }

    fn api_version(&self) -> String {
        if self.resource.group.is_empty() {
            return self.resource.version.clone();
        }
        format!("{}/{}", self.resource.group, self.resource.version)
    }
}
