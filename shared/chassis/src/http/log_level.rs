//! `/internal/log-level`: which log lines this process writes, for operators. No gateway leads here.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use auth::Ctx;
use kernel::Timestamp;
use problem::{Category, Fact, Failure, Kind};
use serde::{Deserialize, Serialize};

use super::Valid;
use crate::telemetry::{LevelError, Levels};

/// Longest time that a filter may hold before it is taken back.
const MOST_MINUTES: u64 = 24 * 60;

/// What to write from now on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeLogLevelBody {
    /// Filter, e.g. `info` or `info,ticketing=debug`.
    filter: String,
    /// Minutes after which the configured filter holds again; without it the process's end decides.
    minutes: Option<u64>,
}

/// What is written now.
#[derive(Debug, Serialize)]
struct LogLevelView {
    filter: String,
    configured: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl Category for LevelError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotAFilter => Fact::new(
                Kind::Invalid,
                "invalid-input",
                "日志过滤式无效，例如 info 或 info,ticketing=debug",
                "not a log filter, e.g. `info` or `info,ticketing=debug`",
            )
            .at("/filter"),
            Self::NotOurs => Fact::new(
                Kind::Conflict,
                "log-level-fixed",
                "本进程的日志级别不由本接口决定",
                "the log level of this process is not decided here",
            ),
        }
    }
}

/// The time asked for is too short or too long.
#[derive(Debug, thiserror::Error)]
#[error("minutes out of range")]
struct MinutesOutOfRange;

impl Category for MinutesOutOfRange {
    fn fact(&self) -> Fact {
        Fact::new(
            Kind::Invalid,
            "invalid-input",
            format!("分钟数须在 1 至 {MOST_MINUTES} 之间"),
            format!("minutes must be between 1 and {MOST_MINUTES}"),
        )
        .at("/minutes")
    }
}

/// `GET /internal/log-level`.
pub(super) async fn show(_: Ctx) -> Result<HttpResponse, Failure> {
    let levels = Levels::of_process()?;
    Ok(view(levels, None))
}

/// `PUT /internal/log-level`: for this process alone, not for its replicas.
pub(super) async fn change(
    ctx: Ctx,
    body: Valid<ChangeLogLevelBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(body) = body;
    let levels = Levels::of_process()?;
    if body
        .minutes
        .is_some_and(|minutes| !(1..=MOST_MINUTES).contains(&minutes))
    {
        return Err(MinutesOutOfRange.into());
    }
    let change = levels.change(&body.filter)?;
    // somebody has to see it even when the new filter is silent about us
    tracing::warn!(
        filter = body.filter,
        minutes = body.minutes,
        "log filter changed"
    );
    let held = body
        .minutes
        .map(|minutes| Duration::from_secs(minutes * 60));
    if let Some(held) = held {
        actix_web::rt::spawn(hold(levels.clone(), change, held));
    }
    let until = held.map(|held| ctx.now.plus(held));
    Ok(view(levels, until))
}

/// Takes a change back when its time is over.
async fn hold(levels: Levels, change: u64, held: Duration) {
    tokio::time::sleep(held).await;
    if let Ok(true) = levels.take_back(change) {
        tracing::warn!("log filter is the configured one again");
    }
}

fn view(levels: &Levels, until: Option<Timestamp>) -> HttpResponse {
    let (filter, configured) = levels.shown();
    HttpResponse::Ok().json(LogLevelView {
        filter,
        configured,
        until,
    })
}

/// Adds both to the routes of a process.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/internal/log-level")
            .route(web::get().to(show))
            .route(web::put().to(change)),
    );
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use super::{Levels, hold};

    #[tokio::test(start_paused = true)]
    async fn a_change_ends_with_its_time() {
        let levels = Levels::new("info").expect("a filter");
        let change = levels.change("trace").expect("a filter");
        let held = tokio::spawn(hold(levels.clone(), change, Duration::from_mins(5)));
        tokio::time::advance(Duration::from_mins(4)).await;
        assert_eq!(levels.shown().0, "trace");
        held.await.expect("it ends");
        assert_eq!(levels.shown().0, "info");
    }
}
