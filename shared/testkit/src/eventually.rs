use std::time::{Duration, Instant};

/// How long something may take. A transaction whose task was aborted keeps its locks until the server ends it
/// (`idle_in_transaction_timeout_ms`, 15 s), and a busy machine may meet more than one of them in a row.
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks again and again until `ask` has an answer.
///
/// # Panics
/// There is none within a minute.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Lets something last: a fault, or the time that a client takes to think. Never a wait for an effect,
/// which is [`eventually`].
pub async fn lasting(duration: Duration) {
    tokio::time::sleep(duration).await;
}
