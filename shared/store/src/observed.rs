//! What happens to the statements that a task runs.

use std::cell::Cell;
#[cfg(feature = "recording")]
use std::cell::RefCell;
#[cfg(feature = "recording")]
use std::collections::BTreeMap;
use std::sync::Arc;
#[cfg(feature = "recording")]
use std::sync::{Mutex, PoisonError};

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;
use sea_orm::DatabaseConnection;
#[cfg(feature = "recording")]
use sea_orm::Statement;

/// Name under which statements outside of transactions are counted.
const ALONE: &str = "alone";

/// A transaction while it runs.
struct Running {
    name: &'static str,
    statements: Cell<u64>,
    /// A statement of it has failed.
    failed: Cell<bool>,
}

tokio::task_local! {
    /// The transaction that this task runs.
    static RUNNING: Running;
}

tokio::task_local! {
    /// This task runs what a service does by itself.
    static UPKEEP: ();
}

#[cfg(feature = "recording")]
tokio::task_local! {
    /// Every statement that this task runs.
    static STATEMENTS: RefCell<Vec<Statement>>;
}

/// How often each statement of a database was run that is not [`upkeep`], by transaction and text.
#[cfg(feature = "recording")]
pub type Tally = BTreeMap<(&'static str, String), u64>;

/// Counts the statements of a database: each is a trip to a thread or a server, and their number is
/// what a use-case costs.
#[derive(Debug)]
pub(crate) struct Observer {
    database: String,
    statements: Counter<u64>,
    #[cfg(feature = "recording")]
    tally: Mutex<Tally>,
}

impl Observer {
    pub(crate) fn new(database: &str) -> Arc<Self> {
        let meter = opentelemetry::global::meter("linli.store");
        Arc::new(Self {
            database: database.to_owned(),
            statements: meter
                .u64_counter("linli.store.statements")
                .with_description("statements sent to a database, BEGIN and COMMIT included")
                .build(),
            #[cfg(feature = "recording")]
            tally: Mutex::default(),
        })
    }

    /// Lets [`watched`] and `recorded` see the statements of a connection, and counts them.
    pub(crate) fn observe(self: &Arc<Self>, connection: &mut DatabaseConnection) {
        let observer = Arc::clone(self);
        connection.set_metric_callback(move |info| {
            observer.saw(&info.statement.sql, info.failed);
            #[cfg(feature = "recording")]
            STATEMENTS
                .try_with(|all| all.borrow_mut().push(info.statement.clone()))
                .ok();
        });
    }

    fn saw(&self, sql: &str, failed: bool) {
        let transaction = RUNNING.try_with(|running| {
            running.failed.set(running.failed.get() || failed);
            running.statements.set(running.statements.get() + 1);
            running.name
        });
        if transaction.is_err() {
            self.count(ALONE, 1);
        }
        self.note(transaction.unwrap_or(ALONE), sql);
    }

    /// Notes a statement that the driver makes by itself.
    pub(crate) fn saw_edge(&self, sql: &str) {
        self.saw(sql, false);
    }

    fn count(&self, transaction: &'static str, statements: u64) {
        self.statements.add(
            statements,
            &[
                KeyValue::new("database", self.database.clone()),
                KeyValue::new("transaction", transaction),
                KeyValue::new("upkeep", is_upkeep()),
            ],
        );
    }

    #[cfg(feature = "recording")]
    fn note(&self, transaction: &'static str, sql: &str) {
        if is_upkeep() {
            return;
        }
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        *tally.entry((transaction, sql.to_owned())).or_default() += 1;
    }

    #[cfg(not(feature = "recording"))]
    #[expect(clippy::unused_self, reason = "texts are of interest to tests only")]
    fn note(&self, _: &'static str, _: &str) {}

    /// Returns what was run since the last time that somebody asked.
    #[cfg(feature = "recording")]
    pub(crate) fn take_tally(&self) -> Tally {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut tally)
    }

    /// Runs a transaction from its first statement to its last; its work can ask [`has_failed`].
    pub(crate) async fn watched<T>(
        &self,
        name: &'static str,
        transaction: impl Future<Output = T>,
    ) -> T {
        let running = Running {
            name,
            statements: Cell::new(0),
            failed: Cell::new(false),
        };
        let (outcome, statements) = RUNNING
            .scope(running, async {
                let outcome = transaction.await;
                (outcome, RUNNING.with(|running| running.statements.get()))
            })
            .await;
        self.count(name, statements);
        outcome
    }
}

/// Tells whether a statement of the transaction that this task runs has failed.
pub(crate) fn has_failed() -> bool {
    RUNNING
        .try_with(|running| running.failed.get())
        .unwrap_or(false)
}

/// Runs what a service does by itself: its statements cost by the second, not by the request, and are counted
/// apart from those.
pub async fn upkeep<T>(work: impl Future<Output = T>) -> T {
    UPKEEP.scope((), work).await
}

fn is_upkeep() -> bool {
    UPKEEP.try_with(|()| ()).is_ok()
}

/// Runs `work` and returns the statements that it ran, for tests that look at their plans.
#[cfg(feature = "recording")]
pub async fn recorded<T>(work: impl Future<Output = T>) -> (T, Vec<Statement>) {
    STATEMENTS
        .scope(RefCell::default(), async {
            let outcome = work.await;
            (outcome, STATEMENTS.with(RefCell::take))
        })
        .await
}
