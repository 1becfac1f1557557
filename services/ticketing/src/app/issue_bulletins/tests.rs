//! From the quarter's orders to its bulletins, and what a check finds when somebody changes something afterwards.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use auth::{Ctx, Grant, Principal};
use kernel::{Clock, IdSourceExt, OrgPath, Role};
use problem::Category;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{
    AnswerObjection, IssueKey, Object, answer_objection, open_bulletin_issue, open_objection,
    publish_bulletins, show_bulletin_issue,
};
use crate::app::act_on_order::{ActOnOrder, act_on_order};
use crate::app::bulletin_sums::own_of;
use crate::app::issue_error::IssueError;
use crate::app::list_bulletins::{
    ListBulletins, list_bulletin_roots, list_bulletins, show_bulletin,
};
use crate::app::open_at::HowItCame;
use crate::app::open_order::{OpenOrder, open_order};
use crate::app::testing::{Bench, PLACE};
use crate::app::verify_bulletins::{BulletinState, verify_bulletins};
use crate::store::orgs::{Org, save_org};

const DISTRICT: &str = "/420105000000/";
const NEIGHBOUR: &str = "/420105000000/420105011000/420105011010/420105011010.X02/";
const DAY: Duration = Duration::from_hours(24);

struct Town {
    bench: Bench,
    opener: Ctx,
    publisher: Ctx,
    resident: Ctx,
}

fn key() -> IssueKey {
    IssueKey {
        district: "420105".to_owned(),
        period: "2026Q4".to_owned(),
    }
}

impl Town {
    /// A district with two compounds in one community, a quarter behind it.
    async fn new() -> Self {
        let bench = Bench::new().await;
        for (path, kind, name) in [
            (DISTRICT, "district", "汉阳区"),
            ("/420105000000/420105011000/", "street", "江堤街道"),
            (
                "/420105000000/420105011000/420105011010/",
                "community",
                "江欣苑社区",
            ),
            (NEIGHBOUR, "compound", "江腾苑小区"),
        ] {
            let path: OrgPath = path.parse().unwrap();
            let org = &Org {
                code: path.leaf().unwrap(),
                path,
                kind: kind.to_owned(),
                name: name.to_owned(),
            };
            let saved =
                bench.app.db.write(
                    "test.org",
                    |tx| async move { save_org(&tx, org.clone()).await },
                );
            saved.await.unwrap();
        }
        let caller = |role, path: &str| {
            let principal = Principal {
                account: bench.app.ids.next(),
                session: bench.app.ids.next(),
                grants: vec![Grant::new(role, path.parse().unwrap())],
            };
            Ctx::internal(principal, "test", bench.clock.now())
        };
        let town = Self {
            opener: caller(Role::DistrictOperator, DISTRICT),
            publisher: caller(Role::PlatformOperator, "/"),
            resident: caller(Role::Resident, DISTRICT),
            bench,
        };
        for _ in 0..12 {
            town.order(PLACE, "0101").await;
        }
        for _ in 0..10 {
            town.order(PLACE, "").await;
        }
        for _ in 0..3 {
            town.order(NEIGHBOUR, "0101").await;
        }
        for _ in 0..20 {
            town.order(NEIGHBOUR, "").await;
        }
        town.bench
            .clock
            .set("2027-01-04T01:00:00Z".parse().unwrap());
        town
    }

    /// Opens an order about the district itself, with which nobody of it has to do.
    async fn order_about_the_district(&self) {
        let who = self.bench.now(&self.resident);
        self.bench
            .open(&who, "six-step", Some("420105000000"))
            .await;
    }

    async fn order(&self, place: &str, category: &str) {
        let place: OrgPath = place.parse().unwrap();
        let known = self.bench.app.categories.contains(category);
        let command = OpenOrder {
            workflow: "six-step".to_owned(),
            title: "无法归类".to_owned(),
            content: "甲乙丙丁".to_owned(),
            category: known.then(|| category.to_owned()),
            org_code: place.leaf().unwrap(),
            location: None,
            confidential: false,
            client_id: None,
            intake: HowItCame::default(),
        };
        let who = self.bench.now(&self.resident);
        let opened = open_order(&self.bench.app, &who, command).await.unwrap();
        let accept = ActOnOrder {
            id: opened.id,
            action: "accept".to_owned(),
            input: json!({}),
        };
        let who = self.bench.now(&self.opener);
        act_on_order(&self.bench.app, &who, accept).await.unwrap();
    }

    async fn open(&self) {
        let who = self.bench.now(&self.opener);
        open_bulletin_issue(&self.bench.app, &who, &key())
            .await
            .unwrap();
    }

    async fn publish(&self) {
        self.open().await;
        self.bench.clock.advance(DAY * 14);
        let who = self.bench.now(&self.publisher);
        publish_bulletins(&self.bench.app, &who, &key())
            .await
            .unwrap();
    }

    async fn run(&self, sql: &str) {
        let done = self.bench.app.db.write("test.change", |tx| async move {
            tx.execute_unprepared(sql).await?;
            Ok::<_, ::store::StoreError>(())
        });
        done.await.unwrap();
    }

    async fn state(&self) -> BulletinState {
        verify_bulletins(&self.bench.app).await.unwrap()
    }

    async fn difference(&self) -> String {
        match self.state().await {
            BulletinState::Differs(what) => what,
            whole @ BulletinState::Whole { .. } => panic!("not found: {whole:?}"),
        }
    }
}

#[tokio::test]
async fn a_bulletin_counts_orders_about_its_own_district() {
    let town = Town::new().await;
    let app = &town.bench.app;
    let opened = async || {
        let district = "420105000000".parse().unwrap();
        let quarter = key().period.parse().unwrap();
        let now = town.bench.clock.now();
        let own = own_of(app, app.db.reader(), &district, quarter, now).await;
        let totals = own.unwrap();
        totals
            .values()
            .map(|place| place.counts.opened)
            .sum::<u64>()
    };
    let before = opened().await;
    let now = town.bench.clock.now();
    town.bench
        .clock
        .set("2026-12-01T01:00:00Z".parse().unwrap());
    town.order_about_the_district().await;
    town.bench.clock.set(now);
    assert_eq!((before, opened().await), (45, 46));
}

#[tokio::test]
async fn figures_are_put_up_objected_to_and_published_by_somebody_else() {
    let town = Town::new().await;
    let app = &town.bench.app;
    let too_early = IssueKey {
        period: "2027Q1".to_owned(),
        ..key()
    };
    let opener = town.bench.now(&town.opener);
    let refused = open_bulletin_issue(app, &opener, &too_early)
        .await
        .unwrap_err();
    assert!(matches!(refused, IssueError::NotOver(_)));
    let nowhere = IssueKey {
        district: "420106".to_owned(),
        ..key()
    };
    let refused = open_bulletin_issue(app, &opener, &nowhere)
        .await
        .unwrap_err();
    assert!(matches!(refused, IssueError::NoDistrict(_)));

    town.open().await;
    let again = open_bulletin_issue(app, &opener, &key()).await.unwrap_err();
    assert!(matches!(again, IssueError::OpenedBefore(_)));
    let place: OrgPath = PLACE.parse().unwrap();
    let shown = show_bulletin_issue(app, &opener, &key(), place.leaf().as_ref())
        .await
        .unwrap();
    assert!(shown.opened_by_me);
    // five working days, the first of which is not counted
    assert_eq!(shown.objection_until.to_string(), "2027-01-11T10:00:00Z");
    assert_eq!(shown.draft.unwrap().opened, Some(22));

    let objection = Object {
        key: key(),
        org_code: place.leaf().unwrap(),
        reason: "口径有误".to_owned(),
    };
    let objected = open_objection(app, &opener, &objection).await.unwrap();
    assert_eq!(objected.objections[0].number, 1);
    let publisher = town.bench.now(&town.publisher);
    let early = publish_bulletins(app, &publisher, &key())
        .await
        .unwrap_err();
    assert!(matches!(early, IssueError::Window("open")));
    assert_eq!(list_all(&town).await, 0);

    town.bench.clock.advance(DAY * 14);
    let late = open_objection(app, &town.bench.now(&town.opener), &objection).await;
    assert!(matches!(late.unwrap_err(), IssueError::Window("over")));
    let own = publish_bulletins(app, &town.bench.now(&town.opener), &key())
        .await
        .unwrap_err();
    assert!(matches!(own, IssueError::OwnIssue));
    assert_eq!(own.fact().kind, problem::Kind::Forbidden);
    let publisher = town.bench.now(&town.publisher);
    let waits = publish_bulletins(app, &publisher, &key()).await;
    assert!(matches!(waits.unwrap_err(), IssueError::Unanswered(1)));
    let mut answer = AnswerObjection {
        key: key(),
        number: 1,
        upheld: false,
        answer: "口径与公式一致".to_owned(),
    };
    let own = answer_objection(app, &town.bench.now(&town.opener), &answer).await;
    assert!(matches!(own.unwrap_err(), IssueError::OwnObjection));
    let answered = answer_objection(app, &publisher, &answer).await.unwrap();
    assert_eq!(answered.objections[0].upheld, Some(false));
    let again = answer_objection(app, &publisher, &answer).await;
    assert!(matches!(again.unwrap_err(), IssueError::Answered));
    answer.number = 2;
    let none = answer_objection(app, &publisher, &answer).await;
    assert!(matches!(none.unwrap_err(), IssueError::NoObjection(2)));
    let done = publish_bulletins(app, &publisher, &key()).await.unwrap();
    assert_eq!(done.published_at, Some(publisher.now));
    let again = publish_bulletins(app, &publisher, &key())
        .await
        .unwrap_err();
    assert!(matches!(again, IssueError::Published(_)));
    // district, street, community, two compounds
    assert_eq!(list_all(&town).await, 5);
    let view = show_bulletin(app, &place.leaf().unwrap(), "2026Q4")
        .await
        .unwrap();
    assert_eq!(
        (view.bulletin.opened, view.bulletin.objections),
        (Some(22), 1)
    );
    assert_eq!(
        town.state().await,
        BulletinState::Whole {
            bulletins: 5,
            roots: 0
        }
    );
}

#[tokio::test]
async fn nobody_fills_the_list_of_objections_and_those_that_wait_come_first() {
    let town = Town::new().await;
    let app = &town.bench.app;
    town.open().await;
    let objection = Object {
        key: key(),
        org_code: PLACE.parse::<OrgPath>().unwrap().leaf().unwrap(),
        reason: "口径有误".to_owned(),
    };
    let opener = town.bench.now(&town.opener);
    open_objection(app, &opener, &objection).await.unwrap();
    let publisher = town.bench.now(&town.publisher);
    for number in 2..=21 {
        let objected = open_objection(app, &publisher, &objection).await.unwrap();
        assert_eq!(objected.objections.len(), number);
    }
    let many = open_objection(app, &publisher, &objection).await;
    assert!(matches!(many.unwrap_err(), IssueError::Many(20)));
    for number in 2..=21 {
        let answer = AnswerObjection {
            number,
            upheld: false,
            answer: "口径与公式一致".to_owned(),
            key: key(),
        };
        let answered = answer_objection(app, &opener, &answer).await.unwrap();
        let objections = answered.objections;
        assert_eq!((objections[0].number, objections[0].upheld), (1, None));
        assert_eq!(objections.last().unwrap().number, number);
    }
}

async fn list_all(town: &Town) -> usize {
    let wanted = ListBulletins {
        org_code: None,
        cursor: None,
        limit: 50,
    };
    list_bulletins(&town.bench.app, &wanted)
        .await
        .unwrap()
        .0
        .len()
}

#[tokio::test]
async fn a_small_count_is_hidden_with_what_would_give_it_away() {
    let town = Town::new().await;
    town.publish().await;
    let place: OrgPath = NEIGHBOUR.parse().unwrap();
    let view = show_bulletin(&town.bench.app, &place.leaf().unwrap(), "2026Q4")
        .await
        .unwrap();
    let shown: Vec<_> = view
        .bulletin
        .categories
        .iter()
        .map(|count| count.opened)
        .collect();
    // 3 is small, and 23 - 20 would tell it
    assert_eq!((shown, view.bulletin.opened), (vec![None, None], Some(23)));
}

#[tokio::test]
async fn whoever_changes_what_was_published_is_found_out() {
    let town = Town::new().await;
    town.publish().await;
    town.run(
        "UPDATE bulletin SET body = REPLACE(body, '\"opened\":45', '\"opened\":46') WHERE seq = 1",
    )
    .await;
    assert!(
        town.difference()
            .await
            .ends_with("the hash is not that of the body")
    );
    town.run(
        "UPDATE bulletin SET body = REPLACE(body, '\"opened\":46', '\"opened\":45') WHERE seq = 1",
    )
    .await;
    assert_eq!(
        town.state().await,
        BulletinState::Whole {
            bulletins: 5,
            roots: 0
        }
    );
    town.run("DELETE FROM bulletin WHERE seq = 2").await;
    assert!(town.difference().await.contains("number 2 is missing"));
}

#[tokio::test]
async fn a_bulletin_whose_orders_were_changed_is_found_out() {
    let town = Town::new().await;
    town.publish().await;
    // what comes after the cut-off changes nothing
    town.order(PLACE, "").await;
    assert!(matches!(town.state().await, BulletinState::Whole { .. }));
    let gone = "DELETE FROM order_event WHERE order_id = (SELECT MIN(order_id) FROM order_scope WHERE scope_code = '420105011010.X02')";
    let text = if std::env::var("LINLI_TEST_STORE").is_ok_and(|store| store == "postgres") {
        gone.replace("MIN(order_id)", "order_id")
            .replace("X02')", "X02' ORDER BY order_id LIMIT 1)")
    } else {
        gone.to_owned()
    };
    town.run(&text).await;
    assert!(town.difference().await.contains("by the event log"));
}

#[tokio::test]
async fn the_next_quarter_follows_in_the_chain_and_the_month_gets_its_root() {
    let town = Town::new().await;
    town.publish().await;
    assert!(
        list_bulletin_roots(&town.bench.app)
            .await
            .unwrap()
            .is_empty()
    );
    town.bench
        .clock
        .set("2027-04-06T01:00:00Z".parse().unwrap());
    let next = IssueKey {
        period: "2027Q1".to_owned(),
        ..key()
    };
    open_bulletin_issue(&town.bench.app, &town.bench.now(&town.opener), &next)
        .await
        .unwrap();
    town.bench.clock.advance(DAY * 14);
    let publisher = town.bench.now(&town.publisher);
    publish_bulletins(&town.bench.app, &publisher, &next)
        .await
        .unwrap();
    let roots = list_bulletin_roots(&town.bench.app).await.unwrap();
    assert_eq!(
        (roots[0].month.as_str(), roots[0].bulletins),
        ("2027-01", 5)
    );
    assert_eq!(
        town.state().await,
        BulletinState::Whole {
            bulletins: 10,
            roots: 1
        }
    );
    town.run(
        "UPDATE bulletin_root SET bulletins = 5, root = REPLACE(root, SUBSTR(root, 1, 4), '0000')",
    )
    .await;
    assert!(town.difference().await.starts_with("2027-01: the root"));
}
