//! A district with a compound, people in it, and the events that the other services would send.

use std::path::Path;

use bus::{Envelope, EventMeta};
use chassis::{Deps, Parts};
use contracts::Event;
use contracts::identity::{AccountGranted, AccountRevoked};
use contracts::registry::{OrgKind, OrganisationEstablished};
use contracts::volunteering::{TaskClaimed, TaskReleased};
use kernel::{AccountId, EventId, GrantId, IdSourceExt, OrderId, OrgPath, Role, TaskId, Timestamp};
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost, eventually};

pub(crate) const DISTRICT: &str = "420105000000";
pub(crate) const COMPOUND: &str = "420105011010.X01";
pub(crate) const AT_DISTRICT: &str = "/420105000000/";
pub(crate) const AT_STREET: &str = "/420105000000/420105011000/";
pub(crate) const AT_COMMUNITY: &str = "/420105000000/420105011000/420105011010/";
pub(crate) const AT_COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";
pub(crate) const AT_NEIGHBOUR: &str = "/420105000000/420105011000/420105011010/420105011010.X02/";
pub(crate) const AT_CITY_MANAGEMENT: &str = "/420105000000/420105000000.CG/";
pub(crate) const AT_WATER: &str = "/420105000000/420105000000.SW/";

/// A photo small enough to write down: one white pixel.
pub(crate) const PHOTO: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 8,
    0xd7, 0x63, 0xf8, 0xff, 0xff, 0x3f, 0, 5, 0xfe, 2, 0xfe, 0xdc, 0xcc, 0x59, 0xe7, 0, 0, 0, 0,
    b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

pub(crate) struct World {
    pub(crate) host: TestHost,
    pub(crate) resident: Caller,
    pub(crate) neighbours: Vec<Caller>,
    pub(crate) dispatcher: Caller,
    pub(crate) helper: Caller,
    pub(crate) operator: Caller,
    pub(crate) liaison: Caller,
    pub(crate) inspector: Caller,
    pub(crate) callback: Caller,
    pub(crate) assessor: Caller,
}

impl World {
    /// Starts the service with real time.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[ticketing::MODULE]).await
    }

    /// Starts the service with others beside it.
    pub(crate) async fn start_with(modules: &[chassis::Module]) -> Self {
        Self::start_in(TestHost::start(modules).await).await
    }

    /// Starts the service with other settings; `section` is told the folder of the test.
    pub(crate) async fn start_set(section: impl FnOnce(&Path) -> Value) -> Self {
        let sections = |folder: &Path| json!({"ticketing": section(folder)});
        let modules = &[ticketing::MODULE];
        Self::start_in(TestHost::start_set(modules, |_| {}, sections, Parts::default()).await).await
    }

    async fn start_in(host: TestHost) -> Self {
        let at = |role, path| host.caller(&[(role, path)]);
        let neighbours = (0..6).map(|_| at(Role::Resident, AT_COMPOUND)).collect();
        let world = Self {
            resident: at(Role::Resident, AT_COMPOUND),
            neighbours,
            dispatcher: at(Role::CompoundDispatcher, AT_COMPOUND),
            helper: at(Role::PartyMember, AT_COMPOUND),
            operator: at(Role::DistrictOperator, AT_DISTRICT),
            liaison: at(Role::DepartmentLiaison, AT_CITY_MANAGEMENT),
            inspector: at(Role::Inspector, AT_DISTRICT),
            callback: at(Role::CallbackAgent, AT_DISTRICT),
            assessor: at(Role::Assessor, AT_DISTRICT),
            host,
        };
        world.settle_places().await;
        for caller in world.neighbours.iter().chain([&world.resident]) {
            world
                .grant(caller.account, Role::Resident, AT_COMPOUND)
                .await;
        }
        world
    }

    async fn settle_places(&self) {
        let places = [
            (AT_DISTRICT, OrgKind::District, "汉阳区"),
            (AT_STREET, OrgKind::Street, "江堤街道"),
            (AT_COMMUNITY, OrgKind::Community, "江欣苑社区"),
            (AT_COMPOUND, OrgKind::Compound, "江欣苑小区"),
            (AT_NEIGHBOUR, OrgKind::Compound, "江腾苑小区"),
            (AT_CITY_MANAGEMENT, OrgKind::Department, "区城管局"),
            (AT_WATER, OrgKind::Department, "区水务局"),
            (
                "/420105000000/420105000000.ZX/",
                OrgKind::Department,
                "区社会治理综合服务中心",
            ),
        ];
        for (path, kind, name) in places {
            let path: OrgPath = path.parse().unwrap();
            let code = path.leaf().unwrap();
            let payload = OrganisationEstablished {
                code: code.clone(),
                path,
                kind,
                name: name.to_owned(),
            };
            self.tell(code.as_str(), &payload).await;
        }
    }

    pub(crate) fn deps(&self) -> &Deps {
        self.host.deps("ticketing")
    }

    /// Runs a schedule once; tells how much it did.
    pub(crate) async fn run(&self, name: &str) -> u64 {
        let service = (ticketing::MODULE.build)(self.deps().clone()).unwrap();
        let mut schedules = service.schedules().iter();
        let schedule = schedules.find(|schedule| schedule.name() == name).unwrap();
        schedule.run_once().await.unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.deps().clock.now()
    }

    /// Sends an event as another service would, and waits until it has been handled.
    pub(crate) async fn tell<P: Event>(&self, subject: &str, payload: &P) {
        let deps = self.deps();
        let id: EventId = deps.ids.next();
        let meta = EventMeta {
            id,
            subject: subject.to_owned(),
            aggregate_version: 1,
            time: self.now(),
            district: "420105".to_owned(),
            actor: None,
            correlation_id: "test".to_owned(),
            causation_id: None,
            traceparent: None,
        };
        let envelope = &Envelope::new(meta, payload);
        deps.db
            .write("test.tell", |tx| async move {
                bus::emit(&tx, vec![envelope.clone()]).await
            })
            .await
            .unwrap();
        self.settled().await;
    }

    /// Waits until every event has been handled.
    pub(crate) async fn settled(&self) {
        let db = &self.deps().db;
        eventually("events are handled", async || {
            (store::outbox::count_pending(db).await.unwrap() == 0).then_some(())
        })
        .await;
    }

    pub(crate) async fn grant(&self, account_id: AccountId, role: Role, path: &str) -> GrantId {
        let grant_id: GrantId = self.deps().ids.next();
        let org_path = path.parse().unwrap();
        let payload = AccountGranted {
            account_id,
            grant_id,
            role,
            org_path,
        };
        self.tell(&account_id.to_string(), &payload).await;
        grant_id
    }

    pub(crate) async fn revoke(&self, account_id: AccountId, grant_id: GrantId) {
        let payload = AccountRevoked {
            account_id,
            grant_id,
        };
        self.tell(&account_id.to_string(), &payload).await;
    }

    pub(crate) async fn claim(&self, order: &str, volunteer: &Caller) {
        let order_id: OrderId = order.parse().unwrap();
        let task_id: TaskId = self.deps().ids.next();
        let payload = TaskClaimed {
            task_id,
            order_id,
            volunteer: volunteer.account,
        };
        self.tell(&task_id.to_string(), &payload).await;
    }

    pub(crate) async fn release(&self, order: &str, volunteer: &Caller) {
        let order_id: OrderId = order.parse().unwrap();
        let task_id: TaskId = self.deps().ids.next();
        let payload = TaskReleased {
            task_id,
            order_id,
            volunteer: volunteer.account,
            reason: None,
        };
        self.tell(&task_id.to_string(), &payload).await;
    }

    /// Opens an order of the compound in the resident's name and returns its id.
    pub(crate) async fn open(&self, workflow: &str) -> String {
        let view = self
            .resident
            .post(ORDERS, &matter(workflow))
            .await
            .expect(201);
        view["id"].as_str().unwrap().to_owned()
    }

    /// Takes a five-order order as far as the helper having handled it.
    pub(crate) async fn open_and_handle(&self) -> String {
        let id = self.open("five-order").await;
        act(&self.dispatcher, &id, "dispatch", &json!({}))
            .await
            .expect(200);
        self.claim(&id, &self.helper).await;
        self.handle(&id).await;
        id
    }

    /// Attaches a photo and reports the handling in the helper's name.
    pub(crate) async fn handle(&self, id: &str) {
        attach(&self.helper, id).await.expect(201);
        let note = json!({"note": "灯已修好"});
        act(&self.helper, id, "handle", &note).await.expect(200);
    }

    /// Finds the neighbours who were drawn to judge an order.
    pub(crate) async fn panel(&self, id: &str) -> Vec<&Caller> {
        let mut drawn = Vec::new();
        for neighbour in &self.neighbours {
            let reply = neighbour.get(&order(id)).await;
            if reply.status == 200 && reply.body["review"]["drawn_is_me"] == true {
                drawn.push(neighbour);
            }
        }
        drawn
    }
}

pub(crate) const ORDERS: &str = "/api/ticketing/v1/orders";

pub(crate) fn order(id: &str) -> String {
    format!("{ORDERS}/{id}")
}

pub(crate) fn matter(workflow: &str) -> Value {
    json!({
        "workflow": workflow,
        "title": "楼道路灯不亮",
        "content": "三号楼二单元楼道的路灯坏了一周，晚上看不清。",
        "org_code": COMPOUND,
    })
}

pub(crate) async fn act(caller: &Caller, id: &str, action: &str, input: &Value) -> Reply {
    caller
        .post(&format!("{}/actions/{action}", order(id)), input)
        .await
}

pub(crate) async fn attach(caller: &Caller, id: &str) -> Reply {
    let path = format!("{}/attachments", order(id));
    let request = caller
        .request(reqwest::Method::POST, &path)
        .header("content-type", "image/png")
        .body(PHOTO.to_vec());
    caller.send(request).await
}

/// Names of the actions that an order offers.
pub(crate) fn offered(view: &Value) -> Vec<&str> {
    let actions = view["actions"].as_array().unwrap();
    actions
        .iter()
        .map(|action| action["name"].as_str().unwrap())
        .collect()
}

/// The place of the first mistake that a problem names.
pub(crate) fn pointer(body: &Value) -> &str {
    body["errors"][0]["pointer"].as_str().unwrap_or_default()
}
