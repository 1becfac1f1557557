//! What happens to the statements that a task runs.

use std::cell::Cell;
#[cfg(feature = "recording")]
use std::cell::RefCell;

use sea_orm::DatabaseConnection;
#[cfg(feature = "recording")]
use sea_orm::Statement;

tokio::task_local! {
    /// A statement of the transaction that this task runs has failed.
    static FAILED: Cell<bool>;
}

#[cfg(feature = "recording")]
tokio::task_local! {
    /// Every statement that this task runs.
    static STATEMENTS: RefCell<Vec<Statement>>;
}

/// Lets [`watched`] and `recorded` see the statements of a connection.
pub(crate) fn observe(connection: &mut DatabaseConnection) {
    connection.set_metric_callback(|info| {
        if info.failed {
            FAILED.try_with(|failed| failed.set(true)).ok();
        }
        #[cfg(feature = "recording")]
        STATEMENTS
            .try_with(|all| all.borrow_mut().push(info.statement.clone()))
            .ok();
    });
}

/// Runs the body of a transaction; also tells whether a statement in it failed.
pub(crate) async fn watched<T>(body: impl Future<Output = T>) -> (T, bool) {
    FAILED
        .scope(Cell::new(false), async {
            let outcome = body.await;
            (outcome, FAILED.with(Cell::get))
        })
        .await
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
