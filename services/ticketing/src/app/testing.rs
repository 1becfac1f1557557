//! An app on a store of its own, for tests of what no request reaches.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::sync::Arc;

use auth::{Ctx, Grant, KeyRing, Principal};
use chassis::Deps;
use kernel::{Clock, IdSource, IdSourceExt, OrgPath, Role, SystemIds};
use testkit::{FrozenClock, Storage};
use tokio_util::sync::CancellationToken;

use super::App;
use crate::store::orgs::{Org, save_org};

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
        let path: OrgPath = PLACE.parse().unwrap();
        let org = &Org {
            code: path.leaf().unwrap(),
            path,
            kind: "compound".to_owned(),
            name: "江欣苑小区".to_owned(),
        };
        app.db
            .write(
                "test.org",
                |tx| async move { save_org(&tx, org.clone()).await },
            )
            .await
            .unwrap();
        Self {
            app,
            clock,
            _storage: storage,
        }
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
