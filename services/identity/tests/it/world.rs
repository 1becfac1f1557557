//! An installation with the three administrators and two people.

use std::path::Path;
use std::sync::Arc;

use auth::Grant;
use bus::{Envelope, EventMeta};
use chassis::{Config, Module, Parts};
use contracts::Event;
use identity::Identity;
use identity::bootstrap::{SeedAccount, seed_accounts};
use identity::domain::Password;
use kernel::{AccountId, Clock, IdSourceExt, OrgPath, Role, SystemClock, Timestamp};
use reqwest::Method;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use testkit::{Caller, FrozenClock, Reply, TestHost};

/// Password of every account of the tests.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Community of the tests.
pub(crate) const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";

pub(crate) struct World {
    pub(crate) host: TestHost,
    pub(crate) clock: Arc<FrozenClock>,
    pub(crate) identity: Identity,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[identity::MODULE]).await
    }

    pub(crate) async fn start_with(modules: &[Module]) -> Self {
        Self::start_all(modules, |_| json!({})).await
    }

    /// Starts with other settings of identity; `change` is told the folder of the test.
    pub(crate) async fn start_set(change: impl FnOnce(&mut Value, &Path)) -> Self {
        let sections = |folder: &Path| {
            let mut section = json!({});
            change(&mut section, folder);
            json!({"identity": section})
        };
        Self::start_all(&[identity::MODULE], sections).await
    }

    /// Starts where nobody has to have a second factor, however much time goes by.
    pub(crate) async fn start_without_second_factors() -> Self {
        Self::start_set(|config, _| {
            config["second_factor"]["required_roles"] = json!([]);
        })
        .await
    }

    /// Starts at the time that it is for everyone else.
    pub(crate) async fn start_now() -> Self {
        Self::start_at(&[identity::MODULE], |_| json!({}), SystemClock.now()).await
    }

    async fn start_all(modules: &[Module], sections: impl FnOnce(&Path) -> Value) -> Self {
        let start = Timestamp::from_micros(1_795_305_600_000_000).unwrap();
        Self::start_at(modules, sections, start).await
    }

    async fn start_at(
        modules: &[Module],
        sections: impl FnOnce(&Path) -> Value,
        start: Timestamp,
    ) -> Self {
        Self::start_as(modules, |_| {}, sections, start).await
    }

    /// Starts behind proxies with these addresses, and with other settings of identity.
    pub(crate) async fn start_behind(proxies: &[&str], section: Value) -> Self {
        let start = Timestamp::from_micros(1_795_305_600_000_000).unwrap();
        let behind = |config: &mut Config| {
            let proxies = proxies.iter().map(|&proxy| proxy.to_owned());
            config.http.trusted_proxies = proxies.collect();
        };
        let sections = |_: &Path| json!({"identity": section});
        Self::start_as(&[identity::MODULE], behind, sections, start).await
    }

    async fn start_as(
        modules: &[Module],
        change: impl FnOnce(&mut Config),
        sections: impl FnOnce(&Path) -> Value,
        start: Timestamp,
    ) -> Self {
        let clock = Arc::new(FrozenClock::at(start));
        let parts = Parts {
            clock: clock.clone(),
            ..Parts::default()
        };
        let host = TestHost::start_set(modules, change, sections, parts).await;
        let identity = Identity::new(host.deps("identity")).unwrap();
        let seeds = vec![
            seed("system", Role::SystemAdmin, "/"),
            seed("security", Role::SecurityAdmin, "/"),
            seed("auditor", Role::AuditAdmin, "/"),
            seed("resident", Role::Resident, COMMUNITY),
            seed("worker", Role::GridWorker, COMMUNITY),
        ];
        seed_accounts(&identity, seeds).await.unwrap();
        Self {
            host,
            clock,
            identity,
        }
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Reads one binary value `v` out of identity's database.
    pub(crate) async fn column(&self, query: &'static str) -> Vec<u8> {
        let db = &self.host.deps("identity").db;
        let statement = Statement::from_string(db.reader().get_database_backend(), query);
        let row = db.reader().query_one_raw(statement).await.unwrap();
        row.unwrap().try_get("", "v").unwrap()
    }

    /// Reads one text `v` out of identity's database.
    pub(crate) async fn text(&self, query: &'static str) -> String {
        let db = &self.host.deps("identity").db;
        let statement = Statement::from_string(db.reader().get_database_backend(), query);
        let row = db.reader().query_one_raw(statement).await.unwrap();
        row.unwrap().try_get("", "v").unwrap()
    }

    /// Changes identity's database as nobody does through it.
    pub(crate) async fn execute(&self, statement: &str) {
        let db = &self.host.deps("identity").db;
        let done: Result<(), store::StoreError> = db
            .write("test.execute", async |tx| {
                tx.execute_unprepared(statement).await?;
                Ok(())
            })
            .await;
        done.unwrap();
    }

    /// Runs a schedule as its replica would.
    pub(crate) async fn run(&self, name: &str) -> u64 {
        let service = identity::service(self.host.deps("identity").clone()).unwrap();
        let mut schedules = service.schedules().iter();
        let schedule = schedules.find(|schedule| schedule.name() == name);
        schedule.unwrap().run_once().await.unwrap()
    }

    /// Counts the rows of a table of identity's database.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let db = &self.host.deps("identity").db;
        let query = format!("SELECT COUNT(*) AS v FROM {table}");
        let statement = Statement::from_string(db.reader().get_database_backend(), query);
        let row = db.reader().query_one_raw(statement).await.unwrap();
        row.unwrap().try_get("", "v").unwrap()
    }

    /// Tells what another service would tell.
    pub(crate) async fn tell<E: Event>(&self, subject: &str, payload: &E) {
        let deps = self.host.deps("identity");
        let meta = EventMeta {
            id: deps.ids.next(),
            subject: subject.to_owned(),
            aggregate_version: 1,
            time: deps.clock.now(),
            district: "420105".to_owned(),
            actor: None,
            correlation_id: "test".to_owned(),
            causation_id: None,
            traceparent: None,
        };
        let envelope = &Envelope::new(meta, payload);
        let told: Result<(), store::StoreError> = deps
            .db
            .write("test.tell", |tx| async move {
                bus::emit(&tx, vec![envelope.clone()]).await
            })
            .await;
        told.unwrap();
    }

    /// Makes another account.
    pub(crate) async fn add(&self, account: SeedAccount) {
        seed_accounts(&self.identity, vec![account]).await.unwrap();
    }

    /// Signs in and returns the answer.
    pub(crate) async fn try_sign_in(&self, username: &str, password: &str) -> Reply {
        let body = json!({"username": username, "password": password});
        self.host
            .anonymous()
            .post("/api/identity/v1/sessions", &body)
            .await
    }

    /// Signs in and returns the tokens.
    pub(crate) async fn tokens(&self, username: &str) -> Value {
        self.try_sign_in(username, PASSWORD).await.expect(200)
    }

    /// Signs in and returns the caller.
    pub(crate) async fn sign_in(&self, username: &str) -> Caller {
        let tokens = self.tokens(username).await;
        self.caller(&tokens).await
    }

    /// Makes the caller who has these tokens.
    pub(crate) async fn caller(&self, tokens: &Value) -> Caller {
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        let nobody = self.host.anonymous().account;
        let mut caller = self.host.caller_with(nobody, token);
        let about = "/api/identity/v1/oauth/userinfo";
        let about = caller.get(about).await.expect(200);
        caller.account = about["sub"].as_str().unwrap().parse().unwrap();
        caller
    }

    pub(crate) async fn account_of(&self, username: &str) -> AccountId {
        self.sign_in(username).await.account
    }

    /// Deletes.
    pub(crate) async fn delete(&self, caller: &Caller, path: &str) -> Reply {
        caller.send(caller.request(Method::DELETE, path)).await
    }

    /// Hands a refresh token in.
    pub(crate) async fn refresh(&self, token: &Value) -> Reply {
        let body = json!({"refresh_token": token});
        self.host
            .anonymous()
            .post("/api/identity/v1/sessions/refresh", &body)
            .await
    }
}

pub(crate) fn seed(username: &str, role: Role, path: &str) -> SeedAccount {
    SeedAccount {
        username: username.parse().unwrap(),
        display_name: username.parse().unwrap(),
        password: Password::new(PASSWORD.to_owned()),
        grants: vec![Grant::new(role, OrgPath::parse(path).unwrap())],
    }
}

/// Sends JSON by any method.
pub(crate) async fn send(caller: &Caller, method: Method, path: &str, body: &Value) -> Reply {
    caller.send(caller.request(method, path).json(body)).await
}

/// Last part of a problem's type.
#[track_caller]
pub(crate) fn slug(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status.as_u16(), status, "{:#}", reply.body);
    let kind = reply.body["type"].as_str().unwrap();
    kind.strip_prefix("https://linli.city/problems/")
        .unwrap()
        .to_owned()
}
