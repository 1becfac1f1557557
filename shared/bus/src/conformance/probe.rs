//! A handler that does what a test tells it, and the table of its effects.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use contracts::Event;
use kernel::EventId;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, EntityTrait, QueryOrder};
use sea_orm_migration::prelude::*;
use serde::{Deserialize, Serialize};
use store::{Database, StoreError, Tx};
use tokio::sync::{Semaphore, watch};

use crate::{Envelope, Handler, HandlerError};

/// Longest wait of a test for what must come.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// The event of the suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// Version of its aggregate.
    pub version: i64,
}

impl Event for Happened {
    const TYPE: &'static str = "linli.probe.thing.happened.v1";
}

/// What the handler does with an event instead of taking its effect.
#[derive(Debug, Clone)]
pub enum Plan {
    /// Fails until told otherwise.
    Fail,
    /// Fails as when the database is out of reach, so many times.
    Outage(u32),
    /// Calls it poison, with this reason.
    Poison(&'static str),
    /// Panics.
    Panic,
}

/// Takes effects into a table and lets the test wait for them.
#[derive(Debug)]
pub struct Probe {
    plans: Mutex<HashMap<EventId, Plan>>,
    runs: watch::Sender<usize>,
    committed: watch::Sender<usize>,
    gate: Semaphore,
}

impl Default for Probe {
    fn default() -> Self {
        Self {
            plans: Mutex::default(),
            runs: watch::Sender::new(0),
            committed: watch::Sender::new(0),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        }
    }
}

impl Probe {
    /// Makes a probe whose handler waits at a gate.
    #[must_use]
    pub fn gated() -> Self {
        Self {
            gate: Semaphore::new(0),
            ..Self::default()
        }
    }

    /// Lets so many runs through the gate.
    pub fn let_through(&self, runs: usize) {
        self.gate.add_permits(runs);
    }

    /// Plans what happens to an event, `None` for the normal thing.
    pub fn plan(&self, event: EventId, plan: Option<Plan>) {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        match plan {
            Some(plan) => plans.insert(event, plan),
            None => plans.remove(&event),
        };
    }

    /// Waits until so many events have been committed.
    pub async fn committed(&self, count: usize) {
        wait(&self.committed, count).await;
    }

    /// The same with a patience of the caller's.
    pub async fn passed(&self, count: usize) {
        // the sender is this probe's own: it cannot be gone
        self.committed
            .subscribe()
            .wait_for(|now| *now >= count)
            .await
            .unwrap();
    }

    /// Waits until so many runs of the handler have begun.
    pub async fn runs(&self, count: usize) {
        wait(&self.runs, count).await;
    }

    fn next_step(&self, event: EventId) -> Result<(), HandlerError> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(plan) = plans.get_mut(&event) else {
            return Ok(());
        };
        match plan {
            Plan::Fail => Err(HandlerError::retry("told to fail")),
            Plan::Poison(reason) => Err(HandlerError::Poison((*reason).to_owned())),
            Plan::Panic => {
                drop(plans);
                panic!("told to panic");
            }
            Plan::Outage(0) => Ok(()),
            Plan::Outage(left) => {
                *left -= 1;
                Err(StoreError::from(std::io::Error::other("told to be out of reach")).into())
            }
        }
    }
}

async fn wait(count: &watch::Sender<usize>, target: usize) {
    let mut seen = count.subscribe();
    let reached = tokio::time::timeout(PATIENCE, seen.wait_for(|now| *now >= target)).await;
    assert!(
        reached.is_ok(),
        "waited for {target}, got {}",
        *count.borrow()
    );
}

#[async_trait]
impl Handler for Probe {
    fn types(&self) -> &'static [&'static str] {
        &[Happened::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        self.runs.send_modify(|runs| *runs += 1);
        self.gate.acquire().await.unwrap().forget();
        self.next_step(event.id)?;
        let payload: Happened = event.payload()?;
        effect::Entity::insert(effect::ActiveModel {
            seq: NotSet,
            event_id: Set(event.id),
            subject: Set(event.subject.clone()),
            version: Set(payload.version),
        })
        .exec_without_returning(tx)
        .await?;
        Ok(())
    }

    fn committed(&self, events: &[Envelope]) {
        self.committed.send_modify(|count| *count += events.len());
    }
}

/// One effect, in the order in which they were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The event.
    pub event: EventId,
    /// Its aggregate.
    pub subject: String,
    /// Version of the aggregate.
    pub version: i64,
}

/// Lists the effects in a consumer's database.
pub(super) async fn effects(database: &Database) -> Vec<Effect> {
    effect::Entity::find()
        .order_by_asc(effect::Column::Seq)
        .all(database.reader())
        .await
        .unwrap()
        .into_iter()
        .map(|row| Effect {
            event: row.event_id,
            subject: row.subject,
            version: row.version,
        })
        .collect()
}

mod effect {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "probe_effect")]
    pub(super) struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        pub event_id: kernel::EventId,
        pub subject: String,
        pub version: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Effects)]
}

struct Effects;

impl MigrationName for Effects {
    fn name(&self) -> &'static str {
        "m20261122_000002_probe"
    }
}

#[async_trait]
impl MigrationTrait for Effects {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("probe_effect")
                    .col(
                        ColumnDef::new("seq")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("event_id").uuid().not_null())
                    .col(ColumnDef::new("subject").text().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .to_owned(),
            )
            .await
    }
}
