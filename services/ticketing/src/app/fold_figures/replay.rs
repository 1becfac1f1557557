//! Messages with the times of their replies, replayed as orders: the figures are those that the test works out by
//! itself from the file. The real file lies beside the repository and is no part of it; without it a made-up one of the
//! same form is replayed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use auth::{Ctx, Grant, Principal};
use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Unit, tz};
use kernel::{Clock, IdSourceExt, OrderId, Role, Timestamp};
use serde_json::{Value, json};

use super::fold_figures;
use crate::app::act_on_order::{ActOnOrder, act_on_order};
use crate::app::import_orders::{ImportOrders, import_orders};
use crate::app::import_rows::ImportRow;
use crate::app::rebuild_figures::{FigureState, verify_figures};
use crate::app::show_statistics::{
    ShowStatistics, StatisticsGroupBy, StatisticsView, show_statistics,
};
use crate::app::testing::{Bench, PLACE};
use crate::domain::statistics::{Counts, class_of, upper_bound};
use crate::store::orgs::{Org, save_org};

const DISTRICT: &str = "/420105000000/";
const UNIT: &str = "420105000000.CG";

struct Message {
    id: String,
    subject: String,
    body: String,
    sent: DateTime,
    replied: DateTime,
}

/// Splits CSV with quoted commas, quotes and line breaks.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                all.push(std::mem::take(&mut record));
            }
            _ => field.push(letter),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        all.push(record);
    }
    all
}

/// Reads a time with or without leading zeros.
fn time(text: &str) -> DateTime {
    let numbers: Vec<i16> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .map(|part| part.parse().unwrap())
        .collect();
    let part = |place: usize| i8::try_from(numbers.get(place).copied().unwrap_or(0)).unwrap();
    Date::new(numbers[0], part(1), part(2))
        .unwrap()
        .at(part(3), part(4), part(5), 0)
}

/// The made-up file of this crate.
fn made_up() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/replied.csv")
}

fn messages(file: &Path) -> Vec<Message> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut records = records(&text).into_iter();
    let head = records.next().unwrap();
    assert_eq!(head, ["id", "subject", "body", "sent_at", "replied_at"]);
    records
        .map(|record| Message {
            sent: time(&record[3]),
            replied: time(&record[4]),
            id: record[0].clone(),
            subject: record[1].clone(),
            body: record[2].clone(),
        })
        .collect()
}

fn instant(time: DateTime) -> Timestamp {
    let shanghai = tz::TimeZone::fixed(tz::offset(8));
    Timestamp::from(shanghai.to_timestamp(time).unwrap())
}

fn works(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Five working days after the day it was sent, to the end of business. None of the years has its holidays in the
/// calendar that is built in.
fn due(sent: DateTime) -> DateTime {
    let mut date = sent.date();
    let mut left = 5;
    while left > 0 {
        date = date.tomorrow().unwrap();
        left -= i32::from(works(date));
    }
    date.at(18, 0, 0, 0)
}

/// Whole minutes of work between two times, by the definition: 8 to 12 and 14 to 18, Monday to Friday.
fn worked(from: DateTime, to: DateTime) -> u64 {
    let mut seconds = 0;
    let mut date = from.date();
    while date <= to.date() {
        for (begin, end) in [(8, 12), (14, 18)] {
            let begin = date.at(begin, 0, 0, 0).max(from);
            let end = date.at(end, 0, 0, 0).min(to);
            if works(date) && begin < end {
                seconds += begin.until((Unit::Second, end)).unwrap().get_seconds();
            }
        }
        date = date.tomorrow().unwrap();
    }
    u64::try_from(seconds).unwrap() / 60
}

struct Replay {
    bench: Bench,
    operator: Ctx,
    liaison: Ctx,
    inspector: Ctx,
    agent: Ctx,
}

impl Replay {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let org = &Org {
            code: UNIT.parse().unwrap(),
            path: format!("{DISTRICT}{UNIT}/").parse().unwrap(),
            kind: "department".to_owned(),
            name: "区城管局".to_owned(),
        };
        let saved = bench.app.db.write(
            "test.org",
            |tx| async move { save_org(&tx, org.clone()).await },
        );
        saved.await.unwrap();
        let caller = |role| {
            let principal = Principal {
                account: bench.app.ids.next(),
                session: bench.app.ids.next(),
                grants: vec![Grant::new(role, DISTRICT.parse().unwrap())],
            };
            Ctx::internal(principal, "test", bench.clock.now())
        };
        Self {
            operator: caller(Role::DistrictOperator),
            liaison: caller(Role::DepartmentLiaison),
            inspector: caller(Role::Inspector),
            agent: caller(Role::CallbackAgent),
            bench,
        }
    }

    async fn act(&self, who: &Ctx, id: OrderId, action: &str, input: Value) {
        let action = action.to_owned();
        let command = ActOnOrder { id, action, input };
        let who = self.bench.now(who);
        act_on_order(&self.bench.app, &who, command).await.unwrap();
    }

    async fn send(&self, message: &Message) -> OrderId {
        let place: kernel::OrgPath = PLACE.parse().unwrap();
        let command = ImportOrders {
            channel: "12345".to_owned(),
            org_code: place.leaf().unwrap(),
            code_set: None,
            dry_run: false,
            rows: vec![ImportRow {
                external_id: message.id.clone(),
                title: message.subject.clone(),
                content: message.body.clone(),
                occurred_at: None,
                category_code: None,
            }],
        };
        let who = self.bench.now(&self.operator);
        let view = import_orders(&self.bench.app, &who, &command)
            .await
            .unwrap();
        let id = view.rows[0].order_id.unwrap();
        self.act(&self.operator, id, "accept", json!({})).await;
        self.act(&self.operator, id, "dispatch", json!({"unit": UNIT}))
            .await;
        self.act(&self.liaison, id, "sign", json!({})).await;
        id
    }

    async fn reply(&self, id: OrderId, number: usize) {
        let told = json!({"handling_note": "已答复", "public_answer": "已答复"});
        self.act(&self.liaison, id, "feedback", told).await;
        self.act(&self.inspector, id, "verify", json!({"passed": true}))
            .await;
        if number.is_multiple_of(4) {
            let nobody = json!({"reached": false, "unreached_reason": "no_answer"});
            self.act(&self.agent, id, "call_back", nobody).await;
        }
        let stars = number % 3 + 3;
        let answer =
            json!({"reached": true, "solved": "yes", "satisfaction": stars, "attitude": stars});
        self.act(&self.agent, id, "call_back", answer).await;
    }

    async fn year(&self, year: i16) -> StatisticsView {
        let wanted = ShowStatistics {
            from: Date::constant(year, 1, 1),
            to: Date::constant(year, 12, 31),
            org_code: None,
            by: Some(StatisticsGroupBy::Day),
        };
        let who = self.bench.now(&self.operator);
        show_statistics(&self.bench.app, &who, &wanted)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn replayed_messages_give_the_figures_of_their_file() {
    check(&messages(&made_up())).await;
}

/// The real ones, where they lie beside the repository: 1,307 of them.
#[tokio::test]
async fn real_messages_give_the_figures_of_their_file() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let beside = repository.join("../shared/data/requests/replied.csv");
    let file = if beside.is_file() { beside } else { made_up() };
    check(&messages(&file)).await;
}

async fn check(messages: &[Message]) {
    let replay = Replay::new().await;
    // what happens, in the order in which it happened: a reply is never before its message
    let mut happens: Vec<(DateTime, usize, bool)> = Vec::new();
    for (number, message) in messages.iter().enumerate() {
        happens.push((message.sent, number, false));
        happens.push((message.replied, number, true));
    }
    happens.sort_unstable();
    let mut orders: BTreeMap<usize, OrderId> = BTreeMap::new();
    for (at, number, is_reply) in happens {
        replay.bench.clock.set(instant(at));
        if is_reply {
            replay.reply(orders[&number], number).await;
        } else {
            orders.insert(number, replay.send(&messages[number]).await);
        }
    }
    while fold_figures(&replay.bench.app).await.unwrap() > 0 {}

    let mut shown = Counts::default();
    let mut by_month: BTreeMap<String, u64> = BTreeMap::new();
    for year in 2011..=2020 {
        let view = replay.year(year).await;
        shown.add(&view.counts);
        for group in view.groups {
            *by_month
                .entry(group.value.chars().take(7).collect())
                .or_default() += group.counts.opened;
        }
    }
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for message in messages {
        let month = message.sent.date().strftime("%Y-%m").to_string();
        *expected.entry(month).or_default() += 1;
    }
    assert_eq!(by_month, expected);

    let all = u64::try_from(messages.len()).unwrap();
    let counted = |holds: &dyn Fn(usize, &Message) -> bool| {
        let held = messages
            .iter()
            .enumerate()
            .filter(|(number, message)| holds(*number, message));
        u64::try_from(held.count()).unwrap()
    };
    let in_time = counted(&|_, message| message.replied <= due(message.sent));
    let tried = counted(&|number, _| number.is_multiple_of(4));
    let satisfied = counted(&|number, _| number % 3 >= 1);
    let minutes: Vec<u64> = messages
        .iter()
        .map(|message| worked(message.sent, message.replied))
        .collect();
    for (name, count) in [
        ("opened", all),
        ("accepted", all),
        ("closed", all),
        ("due", all),
        ("taken_in_time", all),
        ("handled_in_time", in_time),
        ("closed_in_time", in_time),
        (
            "over_limit",
            counted(&|_, message| {
                let limit = due(message.sent).duration_since(message.sent).as_secs();
                let over = message.replied.duration_since(due(message.sent)).as_secs();
                over * 100 / limit > 0
            }),
        ),
        ("contact_due", all),
        ("contacted_in_time", 0),
        ("callbacks", all + tried),
        ("callbacks_reached", all),
        ("callbacks_solved", all),
        ("callbacks_not_reached", 0),
        ("callbacks_satisfied", satisfied),
        ("timed", all),
        ("timed_minutes", minutes.iter().sum()),
    ] {
        assert_eq!(shown.get(name), Some(count), "{name}");
    }
    assert_percentiles(&replay, messages).await;
    let state = verify_figures(&replay.bench.app, &|_| ()).await.unwrap();
    assert!(
        matches!(state, FigureState::Whole { orders, .. } if orders == all),
        "{state:?}"
    );
}

async fn assert_percentiles(replay: &Replay, messages: &[Message]) {
    let of_2019 = messages
        .iter()
        .filter(|message| message.sent.year() == 2019);
    let mut minutes: Vec<u64> = of_2019
        .map(|message| worked(message.sent, message.replied))
        .collect();
    minutes.sort_unstable();
    let shown = replay.year(2019).await.measures;
    let at = |percent: usize| {
        let rank = (minutes.len() * percent).div_ceil(100).max(1);
        upper_bound(class_of(minutes[rank - 1]))
    };
    assert_eq!(shown.median_minutes, Some(at(50)));
    assert_eq!(shown.p90_minutes, Some(at(90)));
}

#[test]
fn days_of_work_are_counted_as_the_limit_says() {
    assert_eq!(due(time("2018-3-2 17:59:00")), time("2018-3-9 18:00:00"));
    assert_eq!(
        worked(time("2018-3-2 11:00:00"), time("2018-3-5 09:00:00")),
        6 * 60
    );
}
