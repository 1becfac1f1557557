//! Takes an order on from wherever it stands, while the process may end at any moment.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::OrderId;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use scenarios::order::{self, ORDERS, TASKS, items, offers, text};
use serde_json::{Value, json};
use testkit::Caller;
use tokio::sync::Notify;

use super::people::People;

/// The process is gone.
#[derive(Debug)]
pub(super) struct Gone;

/// Newest version of each order that was acknowledged.
#[derive(Default)]
pub(super) struct Acknowledged(Mutex<BTreeMap<String, i64>>);

impl Acknowledged {
    fn note(&self, order: &Value) {
        let version = order["version"].as_i64().expect("an order has a version");
        let mut orders = self.0.lock().expect("no test panics while it writes");
        let newest = orders.entry(text(order, "id").to_owned()).or_default();
        *newest = version.max(*newest);
    }

    pub(super) fn orders(&self) -> Vec<(String, i64)> {
        let orders = self.0.lock().expect("no test panics while it writes");
        orders
            .iter()
            .map(|(id, version)| (id.clone(), *version))
            .collect()
    }
}

/// Burns down with each acknowledged step.
pub(super) struct Fuse {
    left: AtomicU32,
    end: Notify,
}

impl Fuse {
    pub(super) fn of(steps: u32) -> Self {
        Self {
            left: AtomicU32::new(steps),
            end: Notify::new(),
        }
    }

    pub(super) fn endless() -> Self {
        Self::of(u32::MAX)
    }

    fn step(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.end.notify_one();
        }
    }

    pub(super) async fn burnt(&self) {
        self.end.notified().await;
    }
}

/// An order whose id was made by the client.
pub(super) struct Draft {
    pub(super) id: OrderId,
}

impl Draft {
    pub(super) fn new(id: OrderId) -> Self {
        Self { id }
    }

    /// What is needed to address it.
    pub(super) fn as_order(&self) -> Value {
        json!({"id": self.id})
    }

    /// Takes the order on until it is published; the state it got to.
    pub(super) async fn go_on(
        &self,
        people: &People,
        seen: &Acknowledged,
        fuse: &Fuse,
    ) -> Result<String, Gone> {
        let mut body = order::five_order("楼道照明灯不亮");
        body["client_id"] = json!(self.id);
        // sent again it finds the order that it opened
        let opened = post(&people.requester, ORDERS, &body).await?;
        seen.note(&opened);
        loop {
            fuse.step();
            let order = get(&people.dispatcher, &format!("{ORDERS}/{}", self.id)).await?;
            let order = order.expect("the dispatcher sees it");
            match text(&order, "state") {
                "requested" => {
                    self.act(&people.dispatcher, "dispatch", json!({}), seen)
                        .await?;
                }
                "dispatched" => self.take(&people.volunteer).await?,
                "accepted" => self.handle(&people.volunteer, seen).await?,
                "reviewing" => self.judge(people, seen).await?,
                "reviewed" => {
                    let result = json!({"title": "楼道照明灯已修复", "summary": "当日更换灯泡。"});
                    self.act(&people.dispatcher, "publish", result, seen)
                        .await?;
                }
                state => return Ok(state.to_owned()),
            }
        }
    }

    async fn act(
        &self,
        caller: &Caller,
        action: &str,
        body: Value,
        seen: &Acknowledged,
    ) -> Result<(), Gone> {
        let path = format!("{ORDERS}/{}/actions/{action}", self.id);
        seen.note(&post(caller, &path, &body).await?);
        Ok(())
    }

    /// Takes the task when it is open; else the order is still to hear of the claim.
    async fn take(&self, volunteer: &Caller) -> Result<(), Gone> {
        let list = format!("{TASKS}?order_id={}", self.id);
        let tasks = get(volunteer, &list).await?.expect("a list");
        if let Some(task) = items(&tasks).first() {
            post(
                volunteer,
                &format!("{TASKS}/{}/claim", text(task, "id")),
                &json!({}),
            )
            .await?;
        }
        tokio::task::yield_now().await;
        Ok(())
    }

    async fn handle(&self, volunteer: &Caller, seen: &Acknowledged) -> Result<(), Gone> {
        let part = Part::bytes(order::photo()).file_name("after.png");
        let path = format!("{ORDERS}/{}/attachments", self.id);
        let request = volunteer
            .request(Method::POST, &path)
            .multipart(Form::new().part("file", part));
        answer(request).await?;
        self.act(volunteer, "handle", json!({"note": "更换了灯泡。"}), seen)
            .await
    }

    async fn judge(&self, people: &People, seen: &Acknowledged) -> Result<(), Gone> {
        for judge in &people.judges {
            let Some(order) = get(judge, &format!("{ORDERS}/{}", self.id)).await? else {
                continue;
            };
            if text(&order, "state") != "reviewing" {
                return Ok(());
            }
            if offers(&order, "review") {
                self.act(judge, "review", json!({"score": 5, "solved": true}), seen)
                    .await?;
            }
        }
        Ok(())
    }
}

/// The body; nothing when it does not exist for the caller.
async fn get(caller: &Caller, path: &str) -> Result<Option<Value>, Gone> {
    let (status, body) = answer(caller.request(Method::GET, path)).await?;
    assert!([200, 404].contains(&status), "{path}: {status} {body:#}");
    Ok((status == 200).then_some(body))
}

async fn post(caller: &Caller, path: &str, body: &Value) -> Result<Value, Gone> {
    let (status, answer) = answer(caller.request(Method::POST, path).json(body)).await?;
    assert!((200..300).contains(&status), "{path}: {status} {answer:#}");
    Ok(answer)
}

async fn answer(request: reqwest::RequestBuilder) -> Result<(u16, Value), Gone> {
    let response = request.send().await.map_err(|_| Gone)?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(|_| Gone)?;
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}
