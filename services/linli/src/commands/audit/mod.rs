//! Compares what the services keep of each other's facts.
//!
//! Nobody is made to wait: services are asked page by page while they work, so their answers are not
//! of one instant. A difference therefore means something only when no event is under way.

mod report;

use std::time::Duration;

use chassis::{Module, Tally};
use contracts::consumers::CONSUMERS;
use futures_util::future::try_join_all;
use kernel::{Clock, SystemClock, Timestamp};
use store::{Database, Location};

use super::{Settings, broker};
use crate::MODULES;
use crate::outcome::Stop;
use report::{Report, UnderWay, Verdict};

/// Whoever handled an event so shortly before is likely to be handling the next one, which nobody
/// else can see.
const LATELY: Duration = Duration::from_secs(2);

/// What one service said.
struct Answer {
    service: &'static str,
    tallies: Vec<Tally>,
    database: Database,
}

/// Asks every service and prints who says what.
pub(super) async fn run(settings: &Settings, json: bool) -> anyhow::Result<()> {
    let since = SystemClock.now().minus(LATELY);
    let asked = MODULES.iter().map(|module| ask(settings, module));
    let answers = try_join_all(asked).await?;
    // looked at afterwards: what was under way during the count is either still so or just handled
    let under_way = under_way(settings, &answers, since).await?;
    let answers = answers.into_iter();
    let told: Vec<_> = answers
        .map(|answer| (answer.service, answer.tallies))
        .collect();
    let report = Report::new(&told, under_way);
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{report}");
    }
    match report.verdict() {
        Verdict::Balanced => Ok(()),
        Verdict::AskAgain => Err(Stop::AskAgain.into()),
        Verdict::Unbalanced => Err(Stop::Failed("不符 (not balanced)".to_owned()).into()),
    }
}

async fn ask(settings: &Settings, module: &Module) -> anyhow::Result<Answer> {
    let location = settings.config.location(module.name);
    let failed = |reason: String| Stop::Failed(format!("{} {location}: {reason}", module.name));
    if matches!(&location, Location::File(file) if !file.exists()) {
        return Err(failed("尚未建立 (not made yet)".to_owned()).into());
    }
    let wrap = |error| failed(format!("{:#}", anyhow::Error::from(error)));
    let database = Database::open(&location, &settings.config.store)
        .await
        .map_err(wrap)?;
    let tallies = (module.audit)(database.clone()).await.map_err(wrap)?;
    Ok(Answer {
        service: module.name,
        tallies,
        database,
    })
}

async fn under_way(
    settings: &Settings,
    answers: &[Answer],
    since: Timestamp,
) -> anyhow::Result<UnderWay> {
    let mut under_way = UnderWay {
        on_broker: waiting(settings).await,
        ..UnderWay::default()
    };
    for Answer { database, .. } in answers {
        under_way.outbox += store::outbox::count_pending(database).await?;
        under_way.just_handled += store::inbox::count_since(database, since).await?;
        under_way.dead += store::dead_letter::count(database).await?;
    }
    Ok(under_way)
}

/// Counts what waits on the broker: nothing where there is none, unknown where it does not answer.
async fn waiting(settings: &Settings) -> Option<u64> {
    let amqp = match broker::connect(settings).await {
        Ok(None) => return Some(0),
        Ok(Some(amqp)) => amqp,
        Err(reason) => {
            eprintln!("消息服务器 broker: {reason}");
            return None;
        }
    };
    let without = &settings.config.bus.amqp.without;
    let mut waiting = Some(0);
    for (consumer, _) in CONSUMERS {
        if without.iter().any(|name| name == consumer) {
            continue;
        }
        match amqp.backlog(consumer).await {
            Ok(count) => waiting = waiting.map(|sum| sum + count),
            Err(error) => {
                eprintln!("消息服务器 broker: {consumer}: {error}");
                waiting = None;
            }
        }
    }
    amqp.close().await;
    waiting
}
