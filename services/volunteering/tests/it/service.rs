//! Helpers of the tests of voluntary service: people, activities, shifts, time.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Role, Timestamp};
use serde_json::{Value, json};
use testkit::{Caller, FrozenClock, Reply};

use crate::COMPOUND;
use crate::stage::Stage;

pub(crate) const API: &str = "/api/volunteering/v1";
/// A Sunday morning in Beijing.
pub(crate) const NOW: &str = "2026-11-22T01:00:00Z";

/// A stage whose time stands still.
pub(crate) struct Service {
    pub(crate) stage: Stage,
    pub(crate) clock: Arc<FrozenClock>,
    pub(crate) staff: Caller,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let clock = Arc::new(FrozenClock::at(NOW.parse().unwrap()));
        let stage = Stage::start_at(Arc::clone(&clock)).await;
        let staff = caller(&stage, &[(Role::CompoundDispatcher, COMPOUND)]);
        Self {
            stage,
            clock,
            staff,
        }
    }

    /// Somebody who stays signed in however the clock is turned.
    pub(crate) fn caller(&self, grants: &[(Role, &str)]) -> Caller {
        caller(&self.stage, grants)
    }

    /// A certified volunteer of the compound.
    pub(crate) async fn volunteer(&self) -> Caller {
        self.enrol(self.caller(&[])).await
    }

    /// The same of somebody who has grants.
    pub(crate) async fn enrol(&self, caller: Caller) -> Caller {
        let described = json!({"home": COMPOUND});
        let path = format!("{API}/volunteers");
        let mut reply = caller.post(&path, &described).await;
        // as a client does that is told to come back: some tests let hundreds register at once
        while reply.status == 503 {
            reply = caller.post(&path, &described).await;
        }
        let made = reply.expect(201);
        let steps = format!("{API}/volunteers/{}/steps", made["id"].as_str().unwrap());
        self.staff
            .post(&steps, &json!({"step": "confirm"}))
            .await
            .expect(200);
        caller
    }

    /// Runs a job once.
    pub(crate) async fn run(&self, job: &str) -> u64 {
        self.stage.run(job).await
    }

    /// An activity that recruits.
    pub(crate) async fn activity(&self, body: &Value) -> String {
        let made = self
            .staff
            .post(&format!("{API}/activities"), body)
            .await
            .expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let steps = format!("{API}/activities/{id}/steps");
        self.staff
            .post(&steps, &json!({"step": "publish"}))
            .await
            .expect(200);
        id
    }

    /// A shift of two hours, so many hours from the beginning of the test, for so many people.
    pub(crate) async fn shift(&self, activity: &str, hours: u64, needed: u32) -> String {
        let begins_at = NOW
            .parse::<Timestamp>()
            .unwrap()
            .plus(Duration::from_hours(hours));
        let body = json!({
            "begins_at": begins_at, "ends_at": begins_at.plus(Duration::from_hours(2)),
            "positions": [{"needed": needed}],
        });
        let path = format!("{API}/activities/{activity}/shifts");
        let made = self.staff.post(&path, &body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }
}

impl Service {
    /// Lets people check in at the beginning of a shift of two hours and out at its end; it begins so many hours from
    /// the beginning of the test.
    pub(crate) async fn attend(&self, shift: &str, hours: u64, people: &[&Caller]) {
        let start = NOW.parse::<Timestamp>().unwrap();
        for (way, later) in [("in", 0), ("out", 2)] {
            self.clock
                .set(start.plus(Duration::from_hours(hours + later)));
            let code = format!("{API}/shifts/{shift}/code");
            let shown = self.staff.get(&code).await.expect(200);
            let body = json!({"code": shown["code"]});
            let path = format!("{API}/shifts/{shift}/check-{way}");
            for person in people {
                person.post(&path, &body).await.expect(200);
            }
        }
    }

    /// Says something of somebody's newest record of service.
    pub(crate) async fn judge(&self, person: &Caller, verdict: &Value) -> Value {
        let mine = person.get(&format!("{API}/hours")).await.expect(200);
        let record = mine["items"][0]["id"].as_str().unwrap();
        let path = format!("{API}/hours/{record}/versions");
        self.staff.post(&path, verdict).await.expect(200)
    }
}

fn caller(stage: &Stage, grants: &[(Role, &str)]) -> Caller {
    let from: Timestamp = NOW.parse().unwrap();
    let within = (from, from.plus(Duration::from_hours(24 * 60)));
    let (account, token) = stage.host.signer().account_within(grants, within);
    stage.host.caller_with(account, token)
}

/// What an activity is said to be.
pub(crate) fn activity() -> Value {
    json!({
        "org_path": COMPOUND, "kind": "clean_up", "title": "清洁家园", "admission": "open",
        "withdraw_before": 60,
    })
}

pub(crate) async fn sign_up(caller: &Caller, shift: &str) -> Reply {
    caller
        .post(&format!("{API}/shifts/{shift}/sign-ups"), &json!({}))
        .await
}

pub(crate) async fn step(caller: &Caller, sign_up: &Value, step: &str) -> Reply {
    act(caller, sign_up, &json!({"step": step})).await
}

/// A step that says more.
pub(crate) async fn act(caller: &Caller, sign_up: &Value, body: &Value) -> Reply {
    let path = format!("{API}/sign-ups/{}/steps", sign_up["id"].as_str().unwrap());
    caller.post(&path, body).await
}

pub(crate) async fn appeal(caller: &Caller, sign_up: &Value) -> Reply {
    let body = json!({"step": "appeal", "reason": "当日生病，已电话请假"});
    act(caller, sign_up, &body).await
}

pub(crate) async fn state(caller: &Caller, sign_up: &Value) -> String {
    let path = format!("{API}/sign-ups/{}", sign_up["id"].as_str().unwrap());
    let shown = caller.get(&path).await.expect(200);
    shown["state"].as_str().unwrap().to_owned()
}
