use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Caller, FrozenClock, TestHost};

use crate::{IMPORTS, ORGANISATIONS, act, operator, rename, show};

const STREET: &str = "420105011000";

/// A city with two districts and one street, all counting from 2000 on, entered in November 2026: before
/// the tokens of this run, which end by the machine's clock.
async fn city() -> (TestHost, Arc<FrozenClock>) {
    let clock = Arc::new(FrozenClock::at("2026-11-20T04:00:00Z".parse().unwrap()));
    let host = TestHost::start_at(&[registry::MODULE], clock.clone()).await;
    let rows = json!([
        {"code": "420100000000", "name": "武汉市", "level": "city"},
        {"code": "420105000000", "name": "汉阳区", "level": "district", "parent_code": "420100000000"},
        {"code": "420106000000", "name": "武昌区", "level": "district", "parent_code": "420100000000"},
        {"code": STREET, "name": "江堤公社", "level": "street", "parent_code": "420105000000"},
        {"code": "420105011010", "name": "江欣苑社区", "level": "community", "parent_code": STREET},
    ]);
    let done = import(&operator(&host), "2000-01-01", rows).await;
    assert_eq!(done["created"], 5);
    (host, clock)
}

async fn import(caller: &Caller, on: &str, rows: Value) -> Value {
    let body = json!({"effective_on": on, "rows": rows});
    caller.post(IMPORTS, &body).await.expect(200)
}

fn street(name: &str, parent: &str) -> Value {
    json!([{"code": STREET, "name": name, "level": "street", "parent_code": parent}])
}

async fn as_of(caller: &Caller, code: &str, on: &str) -> Value {
    let path = format!("{ORGANISATIONS}/{code}/as-of?on={on}");
    caller.get(&path).await.body
}

#[tokio::test]
async fn imports_of_later_years_leave_a_history_that_answers_for_any_day() {
    let (host, _) = city().await;
    let operator = operator(&host);
    let renamed = import(&operator, "2005-06-01", street("江堤乡", "420105000000")).await;
    assert_eq!(renamed["renamed"], 1);
    // another name and another district on one day
    let moved = import(&operator, "2010-03-01", street("江堤街道", "420106000000")).await;
    assert_eq!((&moved["moved"], &moved["renamed"]), (&json!(1), &json!(0)));
    let back = import(&operator, "2015-01-01", street("江堤街道", "420105000000")).await;
    assert_eq!(back["moved"], 1);
    let late = import(&operator, "2012-01-01", street("晚到", "420105000000")).await;
    assert_eq!(late["refused"], 1);

    let level = json!([{"code": STREET, "name": "江堤街道", "level": "community", "parent_code": "420105000000"}]);
    assert_eq!(import(&operator, "2016-01-01", level).await["refused"], 1);

    for (on, name, parent) in [
        ("2000-01-01", "江堤公社", "420105000000"),
        ("2005-05-31", "江堤公社", "420105000000"),
        ("2005-06-01", "江堤乡", "420105000000"),
        ("2010-02-28", "江堤乡", "420105000000"),
        ("2010-03-01", "江堤街道", "420106000000"),
        ("2014-12-31", "江堤街道", "420106000000"),
        ("2026-11-22", "江堤街道", "420105000000"),
    ] {
        let then = as_of(&operator, STREET, on).await;
        assert_eq!(
            (&then["name"], &then["parent_code"]),
            (&json!(name), &json!(parent)),
            "{on}"
        );
    }
    assert_eq!(as_of(&operator, STREET, "1999-12-31").await["status"], 404);
    // a community follows its street through the districts
    let then = as_of(&operator, "420105011010", "2012-07-01").await;
    let above: Vec<_> = then["above"]
        .as_array()
        .unwrap()
        .iter()
        .map(|above| &above["name"])
        .collect();
    assert_eq!(above, ["江堤街道", "武昌区", "武汉市"]);
    assert_eq!(
        show(&operator, "420105011010").await["path"],
        "/420100000000/420105000000/420105011000/420105011010/"
    );
    let history = operator
        .get(&format!("{ORGANISATIONS}/{STREET}/history?limit=2"))
        .await
        .expect(200);
    let endings: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|past| &past["ended_by"])
        .collect();
    assert_eq!(endings, ["renamed", "moved"]);
    let next = history["next"].as_str().unwrap();
    let rest = format!("{ORGANISATIONS}/{STREET}/history?limit=2&cursor={next}");
    let rest = operator.get(&rest).await.expect(200);
    assert_eq!(
        (rest["items"].as_array().unwrap().len(), &rest["next"]),
        (1, &Value::Null)
    );
    host.stop().await;
}

#[tokio::test]
async fn a_withdrawn_code_is_nobody_until_it_is_used_again() {
    let (host, _) = city().await;
    let operator = operator(&host);
    let gone = |code: &str, level: &str| json!({"code": code, "name": "任意", "level": level, "withdrawn": true});
    let refused = import(&operator, "2008-01-01", json!([gone(STREET, "street")])).await;
    assert_eq!(refused["rows"][0]["reason"], "其下仍有未撤销的组织");
    // wide and narrow in one request, the wide one first
    let both = json!([
        gone(STREET, "street"),
        gone("420105011010", "community"),
        gone("420105012000", "street")
    ]);
    let done = import(&operator, "2008-01-01", both).await;
    assert_eq!(
        (&done["withdrawn"], &done["refused"]),
        (&json!(2), &json!(1))
    );
    let again = import(&operator, "2012-01-01", street("新街道", "420105000000")).await;
    assert_eq!(again["restored"], 1);
    for (on, name) in [
        ("2007-12-31", json!("江堤公社")),
        ("2008-01-01", Value::Null),
        ("2011-12-31", Value::Null),
        ("2012-01-01", json!("新街道")),
    ] {
        assert_eq!(as_of(&operator, STREET, on).await["name"], name, "{on}");
    }
    assert_eq!(
        show(&operator, STREET).await["path"],
        "/420100000000/420105000000/420105011000/"
    );
    host.stop().await;
}

#[tokio::test]
async fn of_several_changes_on_one_day_the_last_one_stays() {
    let (host, clock) = city().await;
    let operator = operator(&host);
    for name in ["甲街道", "乙街道", "丙街道"] {
        rename(&operator, STREET, name, None).await.expect(200);
    }
    // it is the 21st in Shanghai
    clock.advance(Duration::from_hours(14));
    let operator = crate::operator(&host);
    rename(&operator, STREET, "丁街道", None).await.expect(200);
    let history = operator
        .get(&format!("{ORGANISATIONS}/{STREET}/history"))
        .await
        .expect(200);
    let names: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|past| &past["name"])
        .collect();
    assert_eq!(names, ["江堤公社", "丙街道"]);
    assert_eq!(
        as_of(&operator, STREET, "2026-11-20").await["name"],
        "丙街道"
    );
    assert_eq!(show(&operator, STREET).await["since"], "2026-11-21");
    let backdated = json!({"parent_code": "420106000000", "effective_on": "2026-11-20"});
    let problem = act(&operator, STREET, "move", &backdated).await.expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/effective_on");
    host.stop().await;
}

#[tokio::test]
async fn a_wrong_question_about_history_is_refused() {
    let (host, _) = city().await;
    let anyone = host.caller(&[]);
    for (path, status) in [
        (format!("{ORGANISATIONS}/{STREET}/as-of"), 422),
        (format!("{ORGANISATIONS}/{STREET}/as-of?on=2020-13-01"), 422),
        (
            format!("{ORGANISATIONS}/{STREET}/as-of?on=-00001-01-01"),
            422,
        ),
        (format!("{ORGANISATIONS}/{STREET}/as-of?on=9999-12-31"), 200),
        (format!("{ORGANISATIONS}/x/as-of?on=2020-01-01"), 404),
        (format!("{ORGANISATIONS}/420105011777/history"), 404),
        (format!("{ORGANISATIONS}/{STREET}/history?cursor=x"), 422),
        (format!("{ORGANISATIONS}/420105011777/successions"), 404),
    ] {
        assert_eq!(anyone.get(&path).await.status.as_u16(), status, "{path}");
    }
    host.stop().await;
}
