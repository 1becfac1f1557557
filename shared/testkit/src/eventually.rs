use std::time::{Duration, Instant};

/// Asks again and again until `ask` has an answer.
///
/// # Panics
/// There is none within 20 seconds.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
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
