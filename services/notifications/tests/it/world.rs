//! What the tests have in common.

use bus::{Envelope, EventMeta};
use chassis::{Config, Parts};
use contracts::Event;
use contracts::identity::{AccountGranted, AccountRevoked};
use contracts::ticketing::{OrderAdvanced, OrderFacts, OrderOpened};
use contracts::volunteering::TaskClaimed;
use kernel::{AccountId, GrantId, IdSourceExt, OrderId, Role, TaskId};
use serde_json::Value;
use testkit::{Caller, TestHost, eventually};

pub(crate) const DISTRICT: &str = "/420105000000/";
pub(crate) const STREET: &str = "/420105000000/420105011000/";
pub(crate) const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";
pub(crate) const COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";
pub(crate) const DEPARTMENT: &str = "/420105000000/420105000000.CG/";

pub(crate) const INBOX: &str = "/api/notifications/v1/inbox";

/// The service with the means to tell it what happened.
pub(crate) struct World {
    pub(crate) host: TestHost,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(Parts::default()).await
    }

    pub(crate) async fn start_with(parts: Parts) -> Self {
        // A client that has gone is noticed at the next heartbeat: do not wait for it.
        let hasty = |config: &mut Config| config.http.stop_timeout_s = 1;
        Self {
            host: TestHost::start_with(&[notifications::MODULE], hasty, parts).await,
        }
    }

    /// Someone who is signed in; grants are told by [`Self::grant`].
    pub(crate) fn person(&self) -> Caller {
        self.host.caller(&[])
    }

    pub(crate) fn id<I: kernel::TypedId>(&self) -> I {
        self.host.deps("notifications").ids.next()
    }

    pub(crate) fn envelope<P: Event>(&self, actor: Option<AccountId>, payload: &P) -> Envelope {
        let meta = EventMeta {
            id: self.id(),
            // One subject for all: they are handled in the order in which they are told.
            subject: "test".to_owned(),
            aggregate_version: 1,
            time: self.host.deps("notifications").clock.now(),
            district: "420105".to_owned(),
            actor: actor.map(|account| account.to_string()),
            correlation_id: "test".to_owned(),
            causation_id: None,
            traceparent: None,
        };
        Envelope::new(meta, payload)
    }

    pub(crate) async fn emit(&self, event: &Envelope) {
        let db = &self.host.deps("notifications").db;
        db.write("test.emit", |tx| async move {
            bus::emit(&tx, vec![event.clone()]).await
        })
        .await
        .unwrap();
    }

    pub(crate) async fn tell<P: Event>(&self, actor: Option<&Caller>, payload: &P) {
        let event = self.envelope(actor.map(|caller| caller.account), payload);
        self.emit(&event).await;
    }

    pub(crate) async fn grant(&self, to: &Caller, role: Role, path: &str) -> GrantId {
        let grant_id = self.id();
        let org_path = path.parse().unwrap();
        let granted = AccountGranted {
            account_id: to.account,
            grant_id,
            role,
            org_path,
        };
        self.tell(None, &granted).await;
        grant_id
    }

    pub(crate) async fn revoke(&self, from: &Caller, grant_id: GrantId) {
        let revoked = AccountRevoked {
            account_id: from.account,
            grant_id,
        };
        self.tell(None, &revoked).await;
    }

    /// Waits until everything told so far has been handled.
    pub(crate) async fn settle(&self) {
        let fence = self.person();
        self.give_task(&fence).await;
        eventually("the fence is told", async || {
            (unread(&fence).await == 1).then_some(())
        })
        .await;
    }

    /// Sends one message to `person`.
    pub(crate) async fn give_task(&self, person: &Caller) {
        let claimed = TaskClaimed {
            task_id: self.id::<TaskId>(),
            order_id: self.id::<OrderId>(),
            volunteer: person.account,
        };
        self.tell(None, &claimed).await;
    }

    /// An order in the compound, waiting for `roles`.
    pub(crate) fn facts(&self, state: &str, roles: &[Role]) -> OrderFacts {
        let path: kernel::OrgPath = COMPOUND.parse().unwrap();
        OrderFacts {
            order_id: self.id(),
            number: "WD20261122-00000001".to_owned(),
            workflow: "five-order".to_owned(),
            state: state.to_owned(),
            round: 1,
            org_code: path.leaf().unwrap(),
            org_path: path,
            unit_path: None,
            category: None,
            requester: None,
            assignee: None,
            joint_requesters: Vec::new(),
            about: None,
            panel: Vec::new(),
            waiting_for: roles.to_vec(),
            due_at: None,
        }
    }
}

pub(crate) fn opened(order: OrderFacts) -> OrderOpened {
    OrderOpened {
        order,
        channel: "app".to_owned(),
    }
}

pub(crate) fn advanced(order: OrderFacts, action: &str, from: &str) -> OrderAdvanced {
    OrderAdvanced {
        order,
        action: action.to_owned(),
        from: from.to_owned(),
    }
}

pub(crate) async fn unread(person: &Caller) -> u64 {
    let count = person
        .get(&format!("{INBOX}/unread-count"))
        .await
        .expect(200);
    count["unread"].as_u64().unwrap()
}

pub(crate) async fn items(person: &Caller) -> Vec<Value> {
    person.get(INBOX).await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

/// Kinds of a person's messages, oldest first.
pub(crate) async fn kinds(person: &Caller) -> Vec<String> {
    let items = items(person).await;
    items
        .iter()
        .rev()
        .map(|item| item["kind"].as_str().unwrap().to_owned())
        .collect()
}
