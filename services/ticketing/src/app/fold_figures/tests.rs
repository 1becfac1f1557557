//! Random histories: what is kept as orders change is what the log gives, and what plain SQL counts.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use auth::{Ctx, Grant, Principal};
use kernel::{Clock, IdSourceExt, OrderId, Role};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::fold_figures;
use crate::app::act_on_order::{ActOnOrder, act_on_order};
use crate::app::open_at::HowItCame;
use crate::app::open_order::{OpenOrder, open_order};
use crate::app::open_request::{OpenRequest, open_request};
use crate::app::rebuild_figures::{FigureState, rebuild_figures, verify_figures};
use crate::app::show_statistics::{ShowStatistics, show_statistics};
use crate::app::sweep_overdue::sweep_overdue;
use crate::app::take_request_step::{TakeRequestStep, take_request_step};
use crate::app::testing::{Bench, PLACE};
use crate::domain::request::{Ask, Metric};
use crate::domain::statistics::{Counts, Sums};
use crate::store::figures::{CellKey, count_by, list_all_cells};
use crate::store::orgs::{Org, save_org};

const DISTRICT: &str = "/420105000000/";
const UNITS: [&str; 3] = ["420105000000.CG", "420105000000.SW", "420105000000.ZX"];

/// Orders that a crew works on as the dice fall.
pub(super) struct Play {
    pub(super) bench: Bench,
    crew: Vec<Ctx>,
    pub(super) orders: Vec<OrderId>,
    dice: ChaCha20Rng,
}

impl Play {
    pub(super) async fn new(seed: u64) -> Self {
        Self::on(Bench::new().await, seed).await
    }

    pub(super) async fn on(bench: Bench, seed: u64) -> Self {
        for unit in UNITS {
            let path = format!("{DISTRICT}{unit}/").parse().unwrap();
            let org = &Org {
                code: unit.parse().unwrap(),
                path,
                kind: "department".to_owned(),
                name: unit.to_owned(),
            };
            let saved =
                bench.app.db.write(
                    "test.org",
                    |tx| async move { save_org(&tx, org.clone()).await },
                );
            saved.await.unwrap();
        }
        let crew = [
            (Role::Resident, PLACE),
            (Role::DistrictOperator, DISTRICT),
            (Role::PlatformOperator, "/"),
            (Role::DepartmentLiaison, DISTRICT),
            (Role::Inspector, DISTRICT),
            (Role::CallbackAgent, DISTRICT),
            (Role::Assessor, DISTRICT),
        ]
        .map(|(role, path)| {
            let principal = Principal {
                account: bench.app.ids.next(),
                session: bench.app.ids.next(),
                grants: vec![Grant::new(role, path.parse().unwrap())],
            };
            Ctx::internal(principal, "test", bench.clock.now())
        });
        Self {
            bench,
            crew: crew.into(),
            orders: Vec::new(),
            dice: ChaCha20Rng::seed_from_u64(seed),
        }
    }

    fn throw(&mut self, sides: u32) -> u32 {
        self.dice.next_u32() % sides
    }

    fn any_order(&mut self) -> OrderId {
        let among = u32::try_from(self.orders.len()).unwrap();
        // the older ones more often, so that some come to their end
        let place = self.throw(among).min(self.throw(among));
        self.orders[usize::try_from(place).unwrap()]
    }

    pub(super) async fn open(&mut self) {
        let place: kernel::OrgPath = PLACE.parse().unwrap();
        let command = OpenOrder {
            workflow: "six-step".to_owned(),
            title: "路灯不亮".to_owned(),
            content: "楼道路灯坏了".to_owned(),
            category: None,
            org_code: place.leaf().unwrap(),
            location: None,
            confidential: false,
            client_id: None,
            intake: HowItCame::default(),
        };
        let who = self.bench.now(&self.crew[0]);
        let view = open_order(&self.bench.app, &who, command).await.unwrap();
        self.orders.push(view.id);
    }

    /// Lets somebody try something on some order; what is not allowed is refused.
    pub(super) async fn try_something(&mut self) -> bool {
        let id = self.any_order();
        let unit = UNITS[usize::try_from(self.throw(3)).unwrap()];
        let lucky = self.throw(4) > 0;
        let stars = self.throw(5) + 1;
        let actions = [
            ("accept", json!({})),
            ("ask", json!({"question": "哪一单元"})),
            ("supply", json!({"answer": "二单元"})),
            ("dispatch", json!({"unit": unit})),
            ("sign", json!({})),
            ("contact", json!({"reached": lucky})),
            (
                "feedback",
                json!({"handling_note": "已换", "public_answer": "已换", "resolved": lucky}),
            ),
            ("verify", json!({"passed": lucky})),
            ("call_back", call_back(lucky, stars)),
            ("archive", json!({})),
            ("evaluate", json!({"score": 90})),
            ("recall", json!({})),
            ("withdraw", json!({})),
            ("decline", json!({"reason": "重复"})),
            ("answer_directly", json!({"public_answer": "已告知"})),
            ("hand_over", json!({"desk": "119"})),
            (
                "acknowledge_hand_over",
                json!({"receipt_number": "7", "received": "9:40"}),
            ),
            ("take_back", json!({"reason": "对方不受理"})),
        ];
        // what ends an order at once is tried less often
        let kinds = if self.throw(8) == 0 { 18 } else { 11 };
        let first = self.throw(kinds);
        for place in 0..kinds {
            let (action, input) = &actions[usize::try_from((first + place) % kinds).unwrap()];
            for who in &self.crew {
                let command = ActOnOrder {
                    id,
                    action: (*action).to_owned(),
                    input: input.clone(),
                };
                let who = self.bench.now(who);
                if act_on_order(&self.bench.app, &who, command).await.is_ok() {
                    return true;
                }
            }
        }
        false
    }

    /// Lets the unit ask for something, which somebody decides.
    async fn petition(&mut self) -> bool {
        let order_id = self.any_order();
        let metric = [
            Metric::Response,
            Metric::Solved,
            Metric::Satisfaction,
            Metric::Timely,
        ];
        let later = self.bench.clock.now().plus(Duration::from_hours(24 * 10));
        let ask = match self.throw(4) {
            0 => Ask::Return {
                ground: "职责清单第三条".to_owned(),
            },
            1 => Ask::Extend {
                clock: "handle".to_owned(),
                work_days: 3,
            },
            2 => Ask::Suspend {
                plan: "待雨季过后".to_owned(),
                until: later,
            },
            _ => Ask::Exclude {
                metrics: vec![metric[usize::try_from(self.throw(4)).unwrap()]],
                evidence: Vec::new(),
            },
        };
        let step = if self.throw(3) > 0 {
            "approve"
        } else {
            "refuse"
        };
        let command = OpenRequest {
            order_id,
            ask,
            reason: "如附件".to_owned(),
            draft: false,
        };
        let liaison = self.bench.now(&self.crew[3]);
        let Ok(asked) = open_request(&self.bench.app, &liaison, command).await else {
            return false;
        };
        for who in &self.crew {
            let command = TakeRequestStep {
                id: asked.id,
                step: step.to_owned(),
                note: None,
                unit: None,
            };
            let who = self.bench.now(who);
            if take_request_step(&self.bench.app, &who, command)
                .await
                .is_ok()
            {
                return true;
            }
        }
        true
    }

    async fn cells(&self) -> Vec<(CellKey, Sums)> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = list_all_cells(self.bench.app.db.reader(), after, 500)
                .await
                .unwrap();
            after = page.1;
            if after.is_none() {
                return all;
            }
            all.extend(page.0);
        }
    }

    async fn shown(&self) -> Counts {
        let wanted = ShowStatistics {
            from: "2026-11-01".parse().unwrap(),
            to: "2027-06-30".parse().unwrap(),
            org_code: None,
            by: None,
        };
        let who = self.bench.now(&self.crew[2]);
        show_statistics(&self.bench.app, &who, &wanted)
            .await
            .unwrap()
            .counts
    }

    async fn sql(&self, text: &str) -> u64 {
        let count = count_by(self.bench.app.db.reader(), text).await.unwrap();
        u64::try_from(count).unwrap()
    }
}

fn call_back(reached: bool, stars: u32) -> Value {
    if reached {
        let solved = ["no", "half", "yes"][usize::try_from(stars.min(3) - 1).unwrap()];
        json!({"reached": true, "solved": solved, "satisfaction": stars, "attitude": stars})
    } else {
        json!({"reached": false, "unreached_reason": "no_answer"})
    }
}

/// What plain SQL counts, by count.
fn queries() -> Vec<(&'static str, String)> {
    let steps =
        |of: &str| format!("SELECT COUNT(*) FROM order_event WHERE kind = 'advanced' AND {of}");
    let orders = |of: &str| format!("SELECT COUNT(*) FROM work_order WHERE {of}");
    let asked = |kind: &str, of: &str| {
        format!("SELECT COUNT(*) FROM side_request WHERE kind = '{kind}' AND state IN ({of})")
    };
    let reached = |metric: &str, of: &str| {
        steps(&format!(
            "action = 'call_back' AND reached = true AND {of} AND NOT EXISTS (SELECT 1 FROM order_exclusion e
            WHERE e.order_id = order_event.order_id AND e.metric = '{metric}')"
        ))
    };
    let last_report = |says: &str| {
        format!(
            "EXISTS (SELECT 1 FROM order_event e WHERE e.order_id = work_order.id AND e.action = 'feedback'
            AND e.input LIKE '%{says}%' AND NOT EXISTS (SELECT 1 FROM order_event l
            WHERE l.order_id = e.order_id AND l.action = 'feedback' AND l.seq > e.seq))"
        )
    };
    let closed = "state IN ('closed', 'archived', 'evaluated')";
    // keys of a fact are sorted
    let missed = [
        "accept", "dispatch", "sign", "handle", "rehandle", "verify", "callback",
    ]
    .map(|clock| {
        format!(
            r#"l.facts LIKE '%{{"clock":"{clock}","kind":"clock_stopped","overdue":true}}%'
            OR l.facts LIKE '%{{"clock":"{clock}","kind":"level_reached","level":"due"}}%'"#
        )
    });
    let late = format!(
        "EXISTS (SELECT 1 FROM order_event l WHERE l.order_id = work_order.id AND ({}))",
        missed.join(" OR ")
    );
    let counted = "NOT EXISTS (SELECT 1 FROM order_exclusion e WHERE e.order_id = work_order.id AND e.metric = 'timely')";
    vec![
        ("opened", orders("1 = 1")),
        ("closed", orders(closed)),
        ("declined", orders("state = 'declined'")),
        ("transferred", orders("state = 'transferred'")),
        (
            "direct",
            orders(&format!(
                "{closed} AND EXISTS (SELECT 1 FROM order_event e
                WHERE e.order_id = work_order.id AND e.action = 'answer_directly')"
            )),
        ),
        ("withdrawn", orders("state = 'withdrawn'")),
        ("reworked", orders(&format!("{closed} AND round > 1"))),
        (
            "closed_in_time",
            orders(&format!("{closed} AND NOT {late} AND {counted}")),
        ),
        ("dispatches", steps("action IN ('dispatch', 'designated')")),
        ("recalls", steps("action IN ('recall', 'reclaim')")),
        ("returns", steps("action = 'returned'")),
        ("taken", steps("action = 'sign'")),
        ("taken_in_time", steps("action = 'sign' AND late = false")),
        ("verifications", steps("action = 'verify'")),
        (
            "verifications_passed",
            steps("action = 'verify' AND solved = true"),
        ),
        ("claims", orders(&last_report("\"resolved\":"))),
        ("claims_solved", orders(&last_report("\"resolved\":true"))),
        ("callbacks", steps("action = 'call_back'")),
        (
            "callbacks_reached",
            steps("action = 'call_back' AND reached = true"),
        ),
        ("solution_base", reached("solved", "1 = 1")),
        ("callbacks_solved", reached("solved", "solved = true")),
        ("satisfaction_base", reached("satisfaction", "1 = 1")),
        (
            "callbacks_half_solved",
            reached("solved", r#"facts LIKE '%"solved":"half"%'"#),
        ),
        ("callbacks_satisfied", reached("satisfaction", "score >= 4")),
        ("satisfaction_3", reached("satisfaction", "score = 3")),
        ("extensions", asked("extend", "'approved'")),
        (
            "return_requests",
            asked("return", "'pending', 'conference', 'approved', 'refused'"),
        ),
        ("returns_refused", asked("return", "'refused'")),
    ]
}

async fn play(seed: u64) -> Counts {
    let mut play = Play::new(seed).await;
    for _ in 0..6 {
        play.open().await;
    }
    for _ in 0..300 {
        let hours = play.throw(30);
        match play.throw(12) {
            0 if play.orders.len() < 14 => play.open().await,
            1 => {
                play.bench
                    .clock
                    .advance(Duration::from_hours(u64::from(hours)));
                sweep_overdue(&play.bench.app).await.unwrap();
            }
            2 => {
                fold_figures(&play.bench.app).await.unwrap();
            }
            3 | 4 => {
                play.petition().await;
            }
            _ => {
                play.try_something().await;
            }
        }
    }
    // what was not counted yet is added while reading
    let before = play.shown().await;
    while fold_figures(&play.bench.app).await.unwrap() > 0 {}
    let counts = play.shown().await;
    assert_eq!(before, counts, "seed {seed}");
    for (name, text) in queries() {
        assert_eq!(
            counts.get(name),
            Some(play.sql(&text).await),
            "seed {seed}: {name}"
        );
    }
    let state = verify_figures(&play.bench.app, &|_| ()).await.unwrap();
    assert!(
        matches!(state, FigureState::Whole { orders, .. } if orders == counts.opened),
        "{state:?}"
    );
    let kept = play.cells().await;
    assert!(!kept.is_empty());
    rebuild_figures(&play.bench.app, &|_| ()).await.unwrap();
    assert_eq!(kept, play.cells().await, "seed {seed}");
    counts
}

#[tokio::test]
async fn figures_kept_are_those_of_the_log_and_of_plain_sql() {
    let mut all = Counts::default();
    for seed in [1, 2] {
        all.add(&play(seed).await);
    }
    // the dice reach what is to be looked at
    for name in [
        "closed",
        "reworked",
        "extensions",
        "returns",
        "callbacks_solved",
        "claims_solved",
        "check_failures",
        "supervised",
    ] {
        assert!(all.get(name).unwrap() > 0, "{name}");
    }
    assert!(all.closed_in_time < all.closed);
}

#[tokio::test]
async fn a_sum_that_somebody_changed_is_found() {
    let mut play = Play::new(7).await;
    play.open().await;
    fold_figures(&play.bench.app).await.unwrap();
    let changed = play.bench.app.db.write("test.change", |tx| async move {
        let more = "UPDATE figure_cell SET sums = '{\"opened\":2}' WHERE scope_code = '/' AND dimension = 'all'";
        tx.execute_unprepared(more).await?;
        Ok::<_, ::store::StoreError>(())
    });
    changed.await.unwrap();
    let state = verify_figures(&play.bench.app, &|_| ()).await.unwrap();
    let FigureState::Differs(what) = state else {
        panic!("not found: {state:?}");
    };
    assert!(what.starts_with("/ 2026-11-22 all"), "{what}");
    assert!(what.ends_with("opened 2 kept, 1 by the log"), "{what}");
    rebuild_figures(&play.bench.app, &|_| ()).await.unwrap();
    let state = verify_figures(&play.bench.app, &|_| ()).await.unwrap();
    assert!(
        matches!(state, FigureState::Whole { orders: 1, .. }),
        "{state:?}"
    );
}
