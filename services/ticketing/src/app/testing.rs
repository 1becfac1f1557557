//! An app on a store of its own, for tests of what no request reaches.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::sync::Arc;

use auth::{Ctx, Grant, KeyRing, Principal};
use chassis::Deps;
use kernel::{Clock, IdSource, IdSourceExt, OrderId, OrgPath, RequestId, Role, SystemIds};
use serde_json::{Value, json};
use testkit::{FrozenClock, Storage};
use tokio_util::sync::CancellationToken;

use super::App;
use super::act_on_order::{ActOnOrder, act_on_order};
use super::correct_calendar::{CorrectCalendar, correct_calendar};
use super::open_at::HowItCame;
use super::open_order::{OpenOrder, open_order};
use super::open_request::{OpenRequest, open_request};
use super::request_error::RequestError;
use super::request_view::RequestView;
use super::take_request_step::{TakeRequestStep, take_request_step};
use super::view::OrderView;
use crate::domain::calendar::spec::HolidaySpec;
use crate::domain::request::Ask;
use crate::store::orgs::{Org, save_org};
use crate::store::testing::set_workflow_version;

/// Path of the place that the store knows.
pub(crate) const PLACE: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";

/// Path of the unit that gets orders in hand.
const UNIT: &str = "/420105000000/420105000000.CG/";

/// An order that a unit has in hand.
pub(crate) struct InHand {
    pub(crate) id: OrderId,
    pub(crate) operator: Ctx,
    pub(crate) liaison: Ctx,
}

/// An app with a frozen clock and one compound.
pub(crate) struct Bench {
    pub(crate) app: App,
    pub(crate) clock: Arc<FrozenClock>,
    _storage: Storage,
}

impl Bench {
    /// Opens a store and puts the compound in.
    pub(crate) async fn new() -> Self {
        Self::on(Storage::new().await).await
    }

    /// Does the same on a storage of the test's choice.
    pub(crate) async fn on(storage: Storage) -> Self {
        let db = storage
            .migrated("ticketing", crate::migrations::migrations)
            .await;
        let clock = Arc::new(FrozenClock::at("2026-11-22T00:00:00Z".parse().unwrap()));
        let deps = Deps {
            db,
            clock: Arc::<FrozenClock>::clone(&clock),
            ids: Arc::new(SystemIds::default()),
            keys: Arc::new(KeyRing::default()),
            config: figment::Figment::new(),
            data_dir: storage.folder().to_owned(),
            stop: CancellationToken::new(),
        };
        let app = App::new(deps).unwrap();
        let bench = Self {
            app,
            clock,
            _storage: storage,
        };
        bench.settle(PLACE, "compound", "江欣苑小区").await;
        bench
    }

    /// Puts another organisation in.
    pub(crate) async fn settle(&self, path: &str, kind: &str, name: &str) {
        let path: OrgPath = path.parse().unwrap();
        let org = &Org {
            code: path.leaf().unwrap(),
            path,
            kind: kind.to_owned(),
            name: name.to_owned(),
        };
        let saved = self.app.db.write(
            "test.org",
            |tx| async move { save_org(&tx, org.clone()).await },
        );
        saved.await.unwrap();
    }

    /// Opens an order of the compound, about a unit.
    pub(crate) async fn open(&self, ctx: &Ctx, workflow: &str, about: Option<&str>) -> OrderId {
        let path: OrgPath = PLACE.parse().unwrap();
        let command = OpenOrder {
            workflow: workflow.to_owned(),
            title: "路灯不亮".to_owned(),
            content: "楼道路灯坏了".to_owned(),
            category: None,
            org_code: path.leaf().unwrap(),
            location: None,
            confidential: false,
            client_id: None,
            intake: HowItCame {
                about: about.map(|code| code.parse().unwrap()),
                ..HowItCame::default()
            },
        };
        let opened = open_order(&self.app, &self.now(ctx), command).await;
        opened.unwrap().id
    }

    /// Corrects the calendar of the district: 23 and 24 November 2026 are no working days.
    pub(crate) async fn stand_still_for_two_days(&self) {
        let mut calendar = super::calendars::built_in().unwrap();
        let year = calendar.years.last_mut().unwrap();
        year.holidays.push(HolidaySpec {
            name: "本地防汛停工".to_owned(),
            from: "2026-11-23".to_owned(),
            to: "2026-11-24".to_owned(),
        });
        let command = CorrectCalendar {
            district: "420105".to_owned(),
            calendar,
            reason: "防汛应急响应".to_owned(),
        };
        let platform = self.caller_at(Role::PlatformOperator, "/");
        let corrected = correct_calendar(&self.app, &self.now(&platform), command).await;
        corrected.unwrap();
    }

    /// Opens an order and brings it to the unit that handles it.
    pub(crate) async fn in_hand(&self) -> InHand {
        self.settle("/420105000000/", "district", "汉阳区").await;
        self.settle(UNIT, "department", "区城管局").await;
        let order = InHand {
            id: self
                .open(&self.caller(Role::Resident), "six-step", None)
                .await,
            operator: self.caller_at(Role::DistrictOperator, "/420105000000/"),
            liaison: self.caller_at(Role::DepartmentLiaison, UNIT),
        };
        let (id, operator) = (order.id, &order.operator);
        self.act(operator, id, "accept", json!({})).await;
        let unit = json!({"unit": "420105000000.CG"});
        self.act(operator, id, "dispatch", unit).await;
        self.act(&order.liaison, id, "sign", json!({})).await;
        order
    }

    /// Asks for something about an order that a unit has in hand.
    pub(crate) async fn ask(&self, order: &InHand, ask: Ask, draft: bool) -> RequestId {
        let command = OpenRequest {
            order_id: order.id,
            ask,
            reason: "季节原因".to_owned(),
            draft,
        };
        let asked = open_request(&self.app, &self.now(&order.liaison), command).await;
        asked.unwrap().id
    }

    /// Takes a step of a request.
    pub(crate) async fn step(
        &self,
        ctx: &Ctx,
        id: RequestId,
        step: &str,
    ) -> Result<RequestView, RequestError> {
        let command = TakeRequestStep {
            id,
            step: step.to_owned(),
            note: None,
            unit: None,
        };
        take_request_step(&self.app, &self.now(ctx), command).await
    }

    /// Takes an action on an order.
    pub(crate) async fn act(
        &self,
        ctx: &Ctx,
        id: OrderId,
        action: &str,
        input: Value,
    ) -> OrderView {
        let command = ActOnOrder {
            id,
            action: action.to_owned(),
            input,
        };
        act_on_order(&self.app, &self.now(ctx), command)
            .await
            .unwrap()
    }

    /// Says that an order runs by a version of its definition that nobody has.
    pub(crate) async fn break_order(&self, id: OrderId) {
        let broken = self.app.db.write("test.break", |tx| async move {
            set_workflow_version(&tx, id, 99).await
        });
        assert_eq!(broken.await.unwrap(), 1);
    }

    /// Makes a caller with a role over the compound.
    pub(crate) fn caller(&self, role: Role) -> Ctx {
        self.caller_at(role, PLACE)
    }

    /// Makes a caller with a role over another part of the tree.
    pub(crate) fn caller_at(&self, role: Role, path: &str) -> Ctx {
        let ids: &dyn IdSource = self.app.ids.as_ref();
        let principal = Principal {
            account: ids.next(),
            session: ids.next(),
            grants: vec![Grant::new(role, path.parse().unwrap())],
        };
        Ctx::internal(principal, "test", self.clock.now())
    }

    /// The same caller at the present moment of the clock.
    pub(crate) fn now(&self, ctx: &Ctx) -> Ctx {
        let mut later = ctx.clone();
        later.now = self.clock.now();
        later
    }
}
