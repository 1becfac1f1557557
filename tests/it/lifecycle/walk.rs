//! Takes an order on from wherever it stands, while any process may end at any moment.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::OrderId;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use scenarios::order::{self, ORDERS, TASKS, items, offers, text};
use serde_json::{Value, json};
use testkit::Caller;

use super::desk::{Desk, Entry, Gone};
use super::people::People;

/// Where an order was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Another service has still to hear of it.
    Waits,
    /// The client was told to stop.
    Left,
    /// It is over.
    Published,
}

/// An order whose id was made by the client.
pub(crate) struct Draft {
    pub(crate) id: OrderId,
    opened: AtomicBool,
}

impl Draft {
    pub(crate) fn new(id: OrderId) -> Self {
        Self {
            id,
            opened: AtomicBool::new(false),
        }
    }

    /// Takes the order on until it is published, or waits for another service, or `step`, asked
    /// between any two steps, says that it is enough.
    pub(crate) async fn go_on(
        &self,
        people: &People,
        desk: &Desk,
        step: impl Fn() -> ControlFlow<()>,
    ) -> Result<State, Gone> {
        self.open(people, desk).await?;
        loop {
            if step().is_break() {
                return Ok(State::Left);
            }
            let order = self.shown(&people.dispatcher, desk).await?;
            let order = order.expect("the dispatcher sees it");
            match text(&order, "state") {
                "requested" => {
                    let form = json!({});
                    self.act(&people.dispatcher, desk, "dispatch", "dispatched", form)
                        .await?;
                }
                "dispatched" => {
                    if !self.take(&people.volunteer, desk).await? {
                        return Ok(State::Waits);
                    }
                }
                "accepted" => self.handle(&people.volunteer, desk).await?,
                "reviewing" => self.judge(people, desk).await?,
                "reviewed" => {
                    let result = json!({"title": "楼道照明灯已修复", "summary": "当日更换灯泡。"});
                    self.act(&people.dispatcher, desk, "publish", "published", result)
                        .await?;
                }
                "published" => return Ok(State::Published),
                state => panic!("nobody took {} to {state}", self.id),
            }
        }
    }

    /// Opens the order; sent again without an answer to the first time, it finds what it opened.
    async fn open(&self, people: &People, desk: &Desk) -> Result<(), Gone> {
        if self.opened.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut body = order::five_order("楼道照明灯不亮");
        body["client_id"] = json!(self.id);
        let entry = self.entry("order", vec![("/title", body["title"].clone())]);
        let requester = &people.requester;
        let request = || requester.request(Method::POST, ORDERS).json(&body);
        desk.write(entry, request).await?;
        self.opened.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn act(
        &self,
        caller: &Caller,
        desk: &Desk,
        action: &str,
        becomes: &str,
        form: Value,
    ) -> Result<(), Gone> {
        let entry = self.entry("order", vec![("/state", json!(becomes))]);
        let request = || self.action(caller, action).json(&form);
        desk.write(entry, request).await.map(drop)
    }

    /// Takes the task when it is open; else one of the two services has still to hear of the other.
    async fn take(&self, volunteer: &Caller, desk: &Desk) -> Result<bool, Gone> {
        let list = format!("{TASKS}?order_id={}", self.id);
        let tasks = desk.read(|| volunteer.request(Method::GET, &list)).await?;
        let tasks = tasks.expect("a list");
        let Some(task) = items(&tasks).first() else {
            return Ok(false);
        };
        let task = text(task, "id");
        let claim = format!("{TASKS}/{task}/claim");
        let entry = Entry {
            kind: "task",
            id: task.to_owned(),
            effects: vec![("/mine", json!(true))],
        };
        desk.expect(self.entry("order", vec![("/state", json!("accepted"))]));
        let request = || volunteer.request(Method::POST, &claim).json(&json!({}));
        desk.write(entry, request).await?;
        Ok(true)
    }

    async fn handle(&self, volunteer: &Caller, desk: &Desk) -> Result<(), Gone> {
        let path = format!("{ORDERS}/{}/attachments", self.id);
        let photo = || {
            let part = Part::bytes(order::photo()).file_name("after.png");
            volunteer
                .request(Method::POST, &path)
                .multipart(Form::new().part("file", part))
        };
        let entry = self.entry("photo", vec![("/by_me", json!(true))]);
        desk.write(entry, photo).await?;
        let form = json!({"note": "更换了灯泡。"});
        self.act(volunteer, desk, "handle", "reviewing", form).await
    }

    async fn judge(&self, people: &People, desk: &Desk) -> Result<(), Gone> {
        for (number, judge) in people.judges.iter().enumerate() {
            let Some(order) = self.shown(judge, desk).await? else {
                continue;
            };
            if text(&order, "state") != "reviewing" {
                return Ok(());
            }
            if !offers(&order, "review") {
                continue;
            }
            // whose vote decides is not known before
            desk.expect(self.entry("order", vec![("/state", json!("reviewed"))]));
            let entry = Entry {
                kind: "vote",
                id: format!("{}/{number}", self.id),
                effects: vec![("/review/voted_is_me", json!(true))],
            };
            let vote = json!({"score": 5, "solved": true});
            desk.write(entry, || self.action(judge, "review").json(&vote))
                .await?;
        }
        Ok(())
    }

    async fn shown(&self, caller: &Caller, desk: &Desk) -> Result<Option<Value>, Gone> {
        let path = format!("{ORDERS}/{}", self.id);
        desk.read(|| caller.request(Method::GET, &path)).await
    }

    fn action(&self, caller: &Caller, action: &str) -> reqwest::RequestBuilder {
        let path = format!("{ORDERS}/{}/actions/{action}", self.id);
        caller.request(Method::POST, &path)
    }

    fn entry(&self, kind: &'static str, effects: Vec<(&'static str, Value)>) -> Entry {
        Entry {
            kind,
            id: self.id.to_string(),
            effects,
        }
    }
}
