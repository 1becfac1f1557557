use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kernel::Clock;
use rand::RngExt;
use store::{Database, Engine, lease, partitions};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::ended_access;
use crate::standing::{COUNT_EVERY, Standing};
use crate::telemetry::propagation::in_turn;

/// Why a run of a schedule failed; it runs again at its next turn.
pub type ScheduleError = Box<dyn std::error::Error + Send + Sync>;

type Run =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<u64, ScheduleError>> + Send>> + Send + Sync>;

/// Work that a service does by itself, again and again: level-triggered, without input, one replica at a time. A run
/// that outlasts its lease (twice its period, at least ten seconds) may meet another one: each run is guarded by
/// versions or locks of what it changes.
#[derive(Clone)]
pub struct Schedule {
    name: &'static str,
    every: Duration,
    run: Run,
}

impl Schedule {
    /// Describes a schedule; `run` tells how many things it changed.
    pub fn new<F, R>(name: &'static str, every: Duration, run: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<u64, ScheduleError>> + Send + 'static,
    {
        Self {
            name,
            every,
            run: Arc::new(move || Box::pin(run())),
        }
    }

    /// Describes a schedule of what an app does; `run` is told the app, and tells how many things it changed.
    pub fn of<A, F, R, E>(name: &'static str, every: Duration, app: &Arc<A>, run: F) -> Self
    where
        A: Send + Sync + 'static,
        F: Fn(Arc<A>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<u64, E>> + Send + 'static,
        E: Into<ScheduleError>,
    {
        let app = Arc::clone(app);
        Self::new(name, every, move || {
            let done = run(Arc::clone(&app));
            async move { done.await.map_err(Into::into) }
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Runs once, whoever else does; tells how many things it changed.
    ///
    /// # Errors
    /// The work failed.
    pub async fn run_once(&self) -> Result<u64, ScheduleError> {
        (self.run)().await
    }

    /// Runs until `stop`, holding a lease in `database` so that replicas take turns.
    pub(crate) async fn keep_running(
        self,
        service: &'static str,
        database: Database,
        clock: Arc<dyn Clock>,
        stop: CancellationToken,
    ) {
        let holder = Uuid::from_u128(rand::rng().random());
        loop {
            let jitter = rand::rng().random_range(0.9..1.1);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.every.mul_f64(jitter)) => {}
            }
            // what a turn has begun is rolled back, and the next one finds it undone
            let turn = store::upkeep(self.turn(service, &database, clock.as_ref(), holder));
            if stop.run_until_cancelled(turn).await.is_none() {
                return;
            }
        }
    }

    async fn turn(
        &self,
        service: &'static str,
        database: &Database,
        clock: &dyn Clock,
        holder: Uuid,
    ) {
        let ttl = self.every.mul_f64(2.0).max(Duration::from_secs(10));
        match lease::acquire(database, self.name, holder, clock.now(), ttl).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(schedule = self.name, %error, "lease not reached");
                return;
            }
        }
        match in_turn(service, self.name, self.run_once()).await {
            Ok(0) => {}
            Ok(changed) => tracing::info!(schedule = self.name, changed, "schedule ran"),
            Err(error) => tracing::warn!(schedule = self.name, %error, "schedule failed"),
        }
    }
}

/// Upkeep that every service's database needs.
pub(crate) fn upkeep(service: &'static str, deps: &crate::Deps) -> [Schedule; 5] {
    let (inbox, answers, months) = (deps.clone(), deps.clone(), deps.clone());
    let (ended, dead) = (deps.clone(), deps.clone());
    let letters = Standing::new(
        service,
        "linli.bus.dead_letters",
        "Events given up on that wait for somebody to look at them",
    );
    [
        Schedule::new("count_dead_letters", COUNT_EVERY, move || {
            let (deps, letters) = (dead.clone(), letters.clone());
            async move {
                let waiting = store::dead_letter::count(&deps.db).await?;
                letters.show(vec![(Vec::new(), waiting)]);
                Ok(0)
            }
        }),
        Schedule::new("forget_inbox", Duration::from_mins(10), move || {
            let deps = inbox.clone();
            async move {
                let before = deps.clock.now().minus(INBOX_KEPT);
                Ok(match deps.db.engine() {
                    Engine::Sqlite => {
                        store::inbox::forget(&deps.db, before, MOST_FORGOTTEN).await?
                    }
                    // as whole months, which costs nothing and keeps it for longer
                    Engine::Postgres => {
                        partitions::forget_months(&deps.db, "inbox", "handled_at", before).await?
                    }
                })
            }
        }),
        Schedule::new("make_partitions", Duration::from_hours(6), move || {
            let deps = months.clone();
            async move {
                let made = partitions::make_ahead(&deps.db, deps.clock.now()).await?;
                partitions::analyze(&deps.db).await?;
                Ok(made)
            }
        }),
        Schedule::new("forget_ended_access", Duration::from_mins(10), move || {
            let deps = ended.clone();
            async move {
                let before = deps.clock.now().minus(ended_access::KEPT);
                Ok(store::ended_access::forget(&deps.db, before).await?)
            }
        }),
        Schedule::new("forget_answers", Duration::from_mins(10), move || {
            let deps = answers.clone();
            async move {
                let before = deps.clock.now().minus(ANSWERS_KEPT);
                Ok(store::idempotency::forget(&deps.db, before).await?)
            }
        }),
    ]
}

/// How long a handled event is remembered: far longer than any redelivery can come late.
const INBOX_KEPT: Duration = Duration::from_hours(7 * 24);

/// Most handled events forgotten in one go; more come in than this only for a while.
const MOST_FORGOTTEN: u64 = 1_000_000;

/// How long an answer is kept for its idempotency key.
const ANSWERS_KEPT: Duration = Duration::from_hours(48);
