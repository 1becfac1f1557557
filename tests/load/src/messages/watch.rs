//! The event of the measurement, and who hears it.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use kernel::{Clock, SystemClock};
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use store::{Database, StoreError, Tx};
use tokio::sync::watch;

use crate::latencies::Latencies;

/// Something happened to a thing.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Happened {
    pub(super) version: i64,
}

impl Event for Happened {
    const TYPE: &'static str = "linli.load.thing.happened.v1";
}

/// Takes an effect for each event, and notes how old the event was when its effect had been committed.
pub(super) struct Watch {
    count: watch::Sender<u64>,
    ages: Mutex<Latencies>,
}

impl Watch {
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            count: watch::Sender::new(0),
            ages: Mutex::new(Latencies::new()?),
        })
    }

    /// Makes the table of effects.
    pub(super) async fn prepare(db: &Database) -> Result<(), StoreError> {
        let table = "CREATE TABLE load_effect (subject TEXT NOT NULL, version BIGINT NOT NULL)";
        db.maintain("load.prepare", |tx| async move {
            tx.execute_unprepared(table).await?;
            Ok(())
        })
        .await
    }

    /// Effects committed so far.
    pub(super) fn count(&self) -> u64 {
        *self.count.borrow()
    }

    /// Waits until so many effects have been committed.
    pub(super) async fn reaches(&self, count: u64) {
        let mut seen = self.count.subscribe();
        // the sender lives as long as this
        seen.wait_for(|now| *now >= count).await.ok();
    }

    /// The ages noted since the last time.
    pub(super) fn take_ages(&self) -> anyhow::Result<Latencies> {
        let mut ages = self.ages.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::replace(&mut *ages, Latencies::new()?))
    }
}

#[async_trait]
impl Handler for Watch {
    fn types(&self) -> &'static [&'static str] {
        &[Happened::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let happened: Happened = event.payload()?;
        let insert = "INSERT INTO load_effect (subject, version) VALUES ($1, $2)";
        let values = [event.subject.as_str().into(), happened.version.into()];
        let insert = Statement::from_sql_and_values(tx.get_database_backend(), insert, values);
        tx.execute_raw(insert).await?;
        Ok(())
    }

    fn committed(&self, events: &[Envelope]) {
        let now = SystemClock.now();
        {
            let mut ages = self.ages.lock().unwrap_or_else(PoisonError::into_inner);
            for event in events {
                ages.record(now.duration_since(event.time));
            }
        }
        let new = u64::try_from(events.len()).unwrap_or(u64::MAX);
        self.count.send_modify(|count| *count += new);
    }
}
