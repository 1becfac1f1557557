//! An app on a store of its own, for tests of what no request reaches.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::sync::Arc;
use std::time::Duration;

use auth::{Ctx, Grant, KeyRing, Principal};
use chassis::Deps;
use contracts::ticketing::OrderOffered;
use kernel::{
    AccountId, ActivityId, Clock, IdSourceExt, OrgPath, Role, ShiftId, SystemIds, TaskId, Timestamp,
};
use store::{StoreError, Writes};
use testkit::{FrozenClock, Storage};
use tokio_util::sync::CancellationToken;

use super::{
    App, ChangeVolunteer, DescribeVolunteer, OpenActivity, OpenShift, change_activity,
    change_volunteer, open_activity, open_shift, register_volunteer,
};
use crate::config::VolunteeringConfig;
use crate::domain::activity::{ActivityStep, Admission, Position, Terms};
use crate::domain::catalogue::Catalogue;
use crate::domain::exports;
use crate::domain::task::Task;
use crate::domain::volunteer::{OfAge, Preferences, VolunteerStep};
use crate::store::{insert_task, show_task};

/// Path of the place where everything happens.
pub(crate) const PLACE: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";

/// An app with a frozen clock: a Sunday morning in Beijing.
pub(crate) struct Bench {
    pub(crate) app: App,
    pub(crate) clock: Arc<FrozenClock>,
    _storage: Storage,
}

impl Bench {
    /// Opens a store.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Opens a store, with rules of the test's choice.
    pub(crate) async fn with(change: impl FnOnce(&mut Catalogue)) -> Self {
        let mut rules = Catalogue::built_in().unwrap();
        change(&mut rules);
        let storage = Storage::new().await;
        let db = storage
            .migrated("volunteering", crate::migrations::migrations)
            .await;
        let config = VolunteeringConfig::default();
        let key = config.document_key(storage.folder()).unwrap();
        let clock = Arc::new(FrozenClock::at("2026-11-22T01:00:00Z".parse().unwrap()));
        let deps = Deps {
            db,
            clock: Arc::<FrozenClock>::clone(&clock),
            ids: Arc::new(SystemIds::default()),
            keys: Arc::new(KeyRing::default()),
            config: figment::Figment::new(),
            data_dir: storage.folder().to_owned(),
            stop: CancellationToken::new(),
        };
        Self {
            app: App::new(deps, (rules, exports::built_in().unwrap()), (config, key)),
            clock,
            _storage: storage,
        }
    }

    /// A caller with a role over the place, at the present moment, for an operation.
    pub(crate) fn caller(&self, role: Role) -> Ctx {
        let principal = Principal {
            account: self.app.ids.next(),
            session: self.app.ids.next(),
            grants: vec![Grant::new(role, PLACE.parse().unwrap())],
        };
        Ctx::internal(principal, "change_volunteer", self.clock.now())
    }

    /// The same caller at the present moment of the clock.
    pub(crate) fn now(&self, ctx: &Ctx) -> Ctx {
        let mut later = ctx.clone();
        later.now = self.clock.now();
        later
    }

    /// A task of the place that waits for somebody.
    pub(crate) async fn task(&self, category: &str, requester: Option<AccountId>) -> TaskId {
        let place: OrgPath = PLACE.parse().unwrap();
        let offer = OrderOffered {
            order_id: self.app.ids.next(),
            number: "WD20261122-00000001".to_owned(),
            org_code: place.leaf().unwrap(),
            org_path: place,
            round: 1,
            category: Some(category.to_owned()),
            roles: vec![Role::Volunteer],
            teams: Vec::new(),
            requester,
        };
        let task = &Task::open(self.app.ids.next(), offer, self.clock.now());
        let opened = self.app.db.write("test.task", |tx| async move {
            let mut writes = Writes::default();
            insert_task(&mut writes, task);
            show_task(&mut writes, task);
            writes.run(&tx).await
        });
        let opened: Result<(), StoreError> = opened.await;
        opened.unwrap();
        task.id
    }

    /// Registers and certifies some volunteers without preferences.
    pub(crate) async fn volunteers(&self, staff: &Ctx, count: usize) -> Vec<Ctx> {
        let mut volunteers = Vec::with_capacity(count);
        for _ in 0..count {
            volunteers.push(self.volunteer(staff, Preferences::default()).await);
        }
        volunteers
    }

    /// Registers a volunteer and certifies them.
    pub(crate) async fn volunteer(&self, staff: &Ctx, preferences: Preferences) -> Ctx {
        let volunteer = self.caller(Role::Volunteer);
        let described = DescribeVolunteer {
            home: PLACE.parse().unwrap(),
            preferences,
        };
        let made = register_volunteer(&self.app, &volunteer, None, &described)
            .await
            .unwrap();
        let confirm = ChangeVolunteer {
            id: made.id,
            step: VolunteerStep::Confirm,
            of_age: OfAge::Unsaid,
        };
        change_volunteer(&self.app, staff, &confirm).await.unwrap();
        volunteer
    }

    /// What an activity of the place is said to be.
    pub(crate) fn described(kind: &str) -> OpenActivity {
        OpenActivity {
            org_path: PLACE.parse::<OrgPath>().unwrap(),
            team: None,
            kind: kind.to_owned(),
            title: "活动".to_owned(),
            risks: None,
            venue: None,
            terms: Terms {
                admission: Admission::Open,
                withdraw_before: 60,
                most_shifts: None,
                cool_down_days: 0,
                team_only: false,
            },
            duty: None,
        }
    }

    /// Opens an activity that recruits.
    pub(crate) async fn activity(&self, staff: &Ctx, kind: &str) -> ActivityId {
        let command = Self::described(kind);
        let made = open_activity(&self.app, staff, None, &command)
            .await
            .unwrap();
        let publish = (made.id, ActivityStep::Publish);
        change_activity(&self.app, staff, None, publish)
            .await
            .unwrap();
        made.id
    }

    /// Adds a shift of two hours, so many hours from the beginning of the test.
    pub(crate) async fn shift(
        &self,
        staff: &Ctx,
        activity: ActivityId,
        (hours, needed): (u64, u32),
    ) -> ShiftId {
        let start: Timestamp = "2026-11-22T01:00:00Z".parse().unwrap();
        let begins_at = start.plus(Duration::from_hours(hours));
        let command = OpenShift {
            activity,
            begins_at,
            ends_at: begins_at.plus(Duration::from_hours(2)),
            positions: vec![Position {
                number: 1,
                skill: None,
                language: None,
                needed,
            }],
        };
        open_shift(&self.app, staff, None, &command)
            .await
            .unwrap()
            .id
    }
}
