//! An app on a store of its own, for tests of what no request reaches.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::sync::Arc;

use auth::{Ctx, Grant, KeyRing, Principal};
use chassis::Deps;
use kernel::{Clock, IdSource, IdSourceExt, OrderId, OrgPath, Role, SystemIds};
use serde_json::Value;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use testkit::{FrozenClock, Storage};
use tokio_util::sync::CancellationToken;

use super::App;
use super::act_on_order::{ActOnOrder, act_on_order};
use super::open_at::HowItCame;
use super::open_order::{OpenOrder, open_order};
use super::view::OrderView;
use crate::store::orgs::{Org, save_org};
use crate::store::tables::work_order;

/// Path of the place that the store knows.
pub(crate) const PLACE: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";

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
        let saved = self.app.db.write("test.org", |tx| async move {
            save_org(&tx, org.clone()).await
        });
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

    /// Takes an action on an order.
    pub(crate) async fn act(&self, ctx: &Ctx, id: OrderId, action: &str, input: Value) -> OrderView {
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
            let broken = work_order::Entity::update_many()
                .col_expr(work_order::Column::WorkflowVersion, Expr::value(99_i64))
                .filter(work_order::Column::Id.eq(id));
            Ok::<_, ::store::StoreError>(broken.exec(&*tx).await?)
        });
        assert_eq!(broken.await.unwrap().rows_affected, 1);
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
