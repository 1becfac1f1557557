//! What figures and lists take among many orders: a few hundred in every run of the tests, as many as
//! `LINLI_FIGURE_ORDERS` says where somebody wants to know, with at most `LINLI_FIGURE_EVENTS` events each; the times
//! are printed, beside those among a hundredth of the orders, asked in turn so that both meet the same machine.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::{Duration, Instant};

use ::store::{Engine, StoreError, Writes};
use kernel::{IdSourceExt, OrgPath, Role};
use sea_orm::ConnectionTrait;
use testkit::Storage;

use super::tests::Play;
use crate::app::list_orders::{ListOrders, list_orders};
use crate::app::rebuild_figures::{FigureState, rebuild_figures, verify_figures};
use crate::app::show_statistics::{ShowStatistics, StatisticsGroupBy, show_statistics};
use crate::app::sweep_overdue::sweep_overdue;
use crate::app::testing::Bench;
use crate::domain::number::OrderNumber;
use crate::store::orders::{StoredOrder, find_order, insert_orders};
use crate::store::scopes::insert_scopes;
use crate::store::timeline::{Entry, insert_entries, list_logs};

/// Orders of one transaction.
const BATCH: usize = 200;
/// Compounds among which they are spread.
const COMPOUNDS: usize = 100;
/// Days over which they are spread.
const DAYS: usize = 7;
/// How often each question is asked.
const REPEATS: usize = 40;

fn asked(variable: &str) -> Option<usize> {
    let number = std::env::var(variable).ok()?;
    Some(number.parse().unwrap())
}

/// An order that was really worked on, and its log.
struct Pattern {
    order: StoredOrder,
    log: Vec<Entry>,
}

/// Plays some histories to their end and takes them as patterns.
async fn patterns(play: &mut Play, most_events: usize) -> Vec<Pattern> {
    for _ in 0..10 {
        play.open().await;
    }
    for turn in 0..200_u64 {
        if turn % 10 == 9 {
            play.bench.clock.advance(Duration::from_hours(turn % 30));
            sweep_overdue(&play.bench.app).await.unwrap();
        }
        play.try_something().await;
    }
    let db = play.bench.app.db.reader();
    let mut found = Vec::new();
    for id in &play.orders {
        let order = find_order(db, *id).await.unwrap().unwrap();
        let mut log = list_logs(db, &[*id]).await.unwrap();
        log.truncate(most_events);
        found.push(Pattern { order, log });
    }
    found
}

/// Copies a pattern to another place and day.
fn copy(play: &Play, pattern: &Pattern, number: usize) -> Pattern {
    let app = &play.bench.app;
    let compound = number % COMPOUNDS;
    let path: OrgPath =
        format!("/420105000000/420105011000/420105011010/420105011010.X{compound}/")
            .parse()
            .unwrap();
    let days = u64::try_from(number / COMPOUNDS % DAYS).unwrap();
    let earlier = Duration::from_hours(24 * (10 + days));
    let mut order = pattern.order.clone();
    order.order.id = app.ids.next();
    order.order.created_at = order.order.created_at.minus(earlier);
    order.order.updated_at = order.order.updated_at.minus(earlier);
    order.order.number =
        OrderNumber::derive("WD", order.order.id, order.order.created_at, &app.zone, 0);
    order.order.org_code = path.leaf().unwrap();
    order.order.org_path = path;
    let log = pattern.log.iter().cloned().map(|mut entry| {
        entry.order_id = order.order.id;
        entry.at = entry.at.minus(earlier);
        entry
    });
    Pattern {
        log: log.collect(),
        order,
    }
}

/// Has PostgreSQL do at once what it does by itself within a minute: look at what it has, and clear away what is gone.
async fn settle(play: &Play) {
    let db = &play.bench.app.db;
    if db.engine() == Engine::Postgres {
        let done = db.reader().execute_unprepared("VACUUM (ANALYZE)");
        done.await.unwrap();
    }
}

/// Puts copies of the patterns in; returns how many events they have.
async fn fill(play: &Play, patterns: &[Pattern], numbers: std::ops::Range<usize>) -> usize {
    let mut events = 0;
    let numbers: Vec<usize> = numbers.collect();
    for batch in numbers.chunks(BATCH) {
        let copies: Vec<Pattern> = batch
            .iter()
            .map(|number| copy(play, &patterns[number % patterns.len()], *number))
            .collect();
        events += copies.iter().map(|copy| copy.log.len()).sum::<usize>();
        let copies = &copies;
        let filled = play.bench.app.db.write("test.fill", |tx| async move {
            let mut writes = Writes::default();
            let stored: Vec<_> = copies.iter().map(|copy| &copy.order).collect();
            insert_orders(&mut writes, &stored)?;
            let orders: Vec<_> = stored.iter().map(|stored| &stored.order).collect();
            insert_scopes(&mut writes, &orders);
            let log: Vec<Entry> = copies.iter().flat_map(|copy| copy.log.clone()).collect();
            insert_entries(&mut writes, &log)?;
            writes.run(&tx).await?;
            Ok::<_, StoreError>(())
        });
        filled.await.unwrap();
    }
    events
}

const QUESTIONS: [&str; 5] = [
    "figures of the city",
    "figures of the city by category",
    "figures of a compound",
    "a page of the city",
    "a page of a compound",
];

/// Asks one of the [`QUESTIONS`]; returns how long the answer took.
async fn ask(play: &Play, question: usize) -> Duration {
    let app = &play.bench.app;
    let ctx = match question {
        2 | 4 => play.bench.caller_at(
            Role::CompoundDispatcher,
            "/420105000000/420105011000/420105011010/420105011010.X7/",
        ),
        _ => play.bench.caller_at(Role::PlatformOperator, "/"),
    };
    let begun = Instant::now();
    if question < 3 {
        let asked = ShowStatistics {
            from: "2026-11-01".parse().unwrap(),
            to: "2026-11-22".parse().unwrap(),
            org_code: None,
            by: (question == 1).then_some(StatisticsGroupBy::Category),
        };
        show_statistics(app, &ctx, &asked).await.unwrap();
    } else {
        let page = list_orders(app, &ctx, ListOrders::default()).await.unwrap();
        assert!(!page.items.is_empty());
    }
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Asks both in turn and prints the medians.
async fn compare(few: &Play, many: &Play) {
    for (question, what) in QUESTIONS.into_iter().enumerate() {
        let (mut among_few, mut among_many) = (Vec::new(), Vec::new());
        for _ in 0..REPEATS {
            among_few.push(ask(few, question).await);
            among_many.push(ask(many, question).await);
        }
        let (few, many) = (median(among_few), median(among_many));
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        println!("{what}: {few:?} among few, {many:?} among many: {ratio:.2}");
    }
}

#[tokio::test]
async fn figures_of_many_orders_are_made_anew_whole_and_read_beside_those_of_few() {
    let orders = asked("LINLI_FIGURE_ORDERS").unwrap_or(2_000);
    let most_events = asked("LINLI_FIGURE_EVENTS").unwrap_or(usize::MAX);
    let bench = async || Bench::on(Storage::new().await.unhurried()).await;
    let mut few = Play::on(bench().await, 3).await;
    let mut many = Play::on(bench().await, 3).await;
    for (play, orders) in [(&mut few, orders / 100), (&mut many, orders)] {
        let patterns = patterns(play, most_events).await;
        let app = &play.bench.app;
        let begun = Instant::now();
        let events = fill(play, &patterns, 0..orders.max(COMPOUNDS)).await;
        println!(
            "{orders} orders, {events} events put in {:?}",
            begun.elapsed()
        );
        settle(play).await;
        let begun = Instant::now();
        let counted = rebuild_figures(app, &|_| ()).await.unwrap();
        println!(
            "figures made anew: {counted} orders in {:?}",
            begun.elapsed()
        );
        let played = u64::try_from(play.orders.len() + orders.max(COMPOUNDS)).unwrap();
        assert_eq!(counted, played);
        let begun = Instant::now();
        let state = verify_figures(app, &|_| ()).await.unwrap();
        println!("figures compared with the log in {:?}", begun.elapsed());
        assert!(
            matches!(state, FigureState::Whole { orders, .. } if orders == played),
            "{state:?}"
        );
        settle(play).await;
    }
    compare(&few, &many).await;
}
