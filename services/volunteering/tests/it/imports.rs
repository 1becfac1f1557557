//! Sheets that are taken over: hours served elsewhere, proofs, activities; all of a file or nothing of it.

use std::fmt::Write;

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::service::{API, Service};
use crate::{COMPOUND, OTHER_COMPOUND, ids, problem};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(crate) const HOURS: &str = "志愿者编号,活动名称,服务类别,日期,开始时间,时长（分钟）\n";
const ACTIVITIES: &str = "title,kind,date,begin,end,needed,skill\n";

async fn send_as(caller: &Caller, query: &str, (media, file): (&str, impl Into<Vec<u8>>)) -> Reply {
    let path = format!("{API}/imports?org_path={COMPOUND}&kind={query}");
    let request = caller.request(Method::POST, &path);
    let request = request.header("Content-Type", media).body(file.into());
    caller.send(request).await
}

pub(crate) async fn send(caller: &Caller, query: &str, file: impl Into<Vec<u8>>) -> Reply {
    send_as(caller, query, ("text/csv", file)).await
}

pub(crate) async fn number(volunteer: &Caller) -> String {
    let me = volunteer.get(&format!("{API}/me")).await.expect(200);
    me["number"].as_str().unwrap().to_owned()
}

async fn pending(service: &Service) -> Vec<Value> {
    let path = format!("{API}/hours/pending?org_path={COMPOUND}");
    let page = service.staff.get(&path).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

pub(crate) async fn undo(caller: &Caller, import: &Value) -> Reply {
    let path = format!("{API}/imports/{}/undo", import["id"].as_str().unwrap());
    caller.post(&path, &Value::Null).await
}

fn codes(report: &Value) -> Vec<(u64, &str, &str)> {
    let lines = report["lines"].as_array().unwrap();
    lines
        .iter()
        .map(|line| {
            (
                line["line"].as_u64().unwrap(),
                line["column"].as_str().unwrap_or_default(),
                line["code"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn hours_served_elsewhere_count_once_somebody_else_confirms_them() {
    let service = Service::start().await;
    let (one, two) = (service.volunteer().await, service.volunteer().await);
    let file = format!(
        "{HOURS}{},敬老院陪伴,入户关怀,2026-10-18,09:00,120\n{},=清洁,clean_up,2026-10-18,09:00,60\n",
        number(&one).await,
        number(&two).await,
    );
    let report = send(&service.staff, "hours&dry_run=true", file.as_str()).await;
    assert_eq!(
        report.expect(200),
        json!({"rows": 2, "wrong": 0, "lines": []})
    );
    assert!(pending(&service).await.is_empty());

    let import = send(&service.staff, "hours", file.as_str())
        .await
        .expect(201);
    assert_eq!(
        (&import["state"], &import["rows"], &import["made"]),
        (&json!("applied"), &json!(2), &json!(2))
    );
    // the same content again, as a spreadsheet writes it: the same import
    let again = format!("\u{feff}{}", file.replace('\n', "\r\n"));
    let again = send(&service.staff, "hours", again).await.expect(200);
    assert_eq!(again["id"], import["id"]);
    let report = send(&service.staff, "hours&dry_run=true", file.as_str()).await;
    assert_eq!(report.expect(200)["import_id"], import["id"]);
    let waiting = pending(&service).await;
    assert_eq!(waiting.len(), 2);

    let mine = one.get(&format!("{API}/hours")).await.expect(200);
    let record = &mine["items"][0];
    assert_eq!(
        (&record["import_id"], &record["title"], &record["minutes"]),
        (&import["id"], &json!("敬老院陪伴"), &json!(120))
    );
    let versions = format!("{API}/hours/{}/versions", record["id"].as_str().unwrap());
    let confirm = json!({"verdict": "confirm"});
    let own = service.staff.post(&versions, &confirm).await.expect(403);
    assert_eq!(problem(&own), "own-import");
    let own = one.post(&versions, &confirm).await.expect(403);
    assert_eq!(problem(&own), "own-confirmation");
    let colleague = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    colleague.post(&versions, &confirm).await.expect(200);
    let record = one.get(&format!("{API}/me/record")).await.expect(200);
    assert_eq!(record["minutes"], json!(120));

    // what somebody confirmed is not taken back with the rest
    let refused = undo(&service.staff, &import).await.expect(409);
    assert_eq!(problem(&refused), "import-built-on");
    assert_eq!(pending(&service).await.len(), 1);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn an_import_of_hours_is_taken_back_as_a_whole() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let number = number(&volunteer).await;
    let mut file = HOURS.to_owned();
    for day in 1..=28 {
        writeln!(file, "{number},陪伴,visit,2026-10-{day:02},09:00,60").unwrap();
    }
    let import = send(&service.staff, "hours", file.as_str())
        .await
        .expect(201);
    assert_eq!(pending(&service).await.len(), 28);
    let neighbour = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    undo(&neighbour, &import).await.expect(404);
    let undone = undo(&service.staff, &import).await.expect(200);
    assert_eq!(
        (&undone["state"], &undone["version"]),
        (&json!("undone"), &json!(2))
    );
    assert_eq!(undo(&service.staff, &import).await.expect(200), undone);
    assert!(pending(&service).await.is_empty());
    let mine = volunteer.get(&format!("{API}/hours")).await.expect(200);
    let record = &mine["items"][0];
    assert_eq!(
        (&record["state"], &record["minutes"], &record["version"]),
        (&json!("refused"), &json!(0), &json!(2))
    );
    let path = format!("{API}/hours/{}", record["id"].as_str().unwrap());
    let versions = volunteer.get(&path).await.expect(200);
    assert_eq!(versions["items"][1]["minutes"], json!(60));

    // the same file may come again, and is another import
    let anew = send(&service.staff, "hours", file.as_str())
        .await
        .expect(201);
    assert_ne!(anew["id"], import["id"]);
    let listed = format!("{API}/imports?org_path={COMPOUND}");
    let listed = service.staff.get(&listed).await.expect(200);
    assert_eq!(
        ids(&listed),
        [&anew["id"], &import["id"]].map(|id| id.as_str().unwrap())
    );
    let shown = format!("{API}/imports/{}", import["id"].as_str().unwrap());
    neighbour.get(&shown).await.expect(404);
    let shown = service.staff.get(&shown).await.expect(200);
    assert_eq!(shown["undone_at"], json!("2026-11-22T01:00:00Z"));
    service.stage.host.stop().await;
}

#[tokio::test]
async fn one_wrong_line_and_nothing_of_a_file_is_taken() {
    let service = Service::start().await;
    let own = number(&service.volunteer().await).await;
    let elsewhere = service.caller(&[]);
    let described = json!({"home": OTHER_COMPOUND});
    let path = format!("{API}/volunteers");
    let made = elsewhere.post(&path, &described).await.expect(201);
    let foreign = made["number"].as_str().unwrap();
    let file = format!(
        "{HOURS}{own},陪伴,visit,2026-10-18,09:00,60\n\
         {foreign},陪伴,visit,2026-10-18,09:00,60\n\
         {own},应急,rescue,2026-10-19,09:00,60\n\
         {own},致电 13900001234,visit,2026-10-20,09:00,60\n\
         {own},陪伴,visit,2026-10-18,09:30,60\n"
    );
    let expected = [
        (3, "volunteer_number", "volunteer_unknown"),
        (4, "kind", "not_qualified"),
        (5, "activity", "personal_data"),
        (6, "begin", "overlap"),
    ];
    let report = send(&service.staff, "hours&dry_run=true", file.as_str()).await;
    let report = report.expect(200);
    assert_eq!(codes(&report), expected);
    let refused = send(&service.staff, "hours", file.as_str())
        .await
        .expect(422);
    assert_eq!(problem(&refused), "import-refused");
    assert_eq!(
        (codes(&refused), &refused["wrong"]),
        (expected.to_vec(), &json!(4))
    );
    assert!(!refused.to_string().contains("1390000"), "{refused}");
    assert_eq!(
        refused["lines"][3]["detail"],
        json!("与第 2 行的服务时间重叠")
    );
    assert!(pending(&service).await.is_empty());

    // at most 200 are told one by one
    let mut many = HOURS.to_owned();
    for _ in 0..250 {
        many.push_str("1,陪伴,visit,2026-10-18,09:00,60\n");
    }
    let report = send(&service.staff, "hours&dry_run=true", many.as_str()).await;
    let report = report.expect(200);
    assert_eq!((codes(&report).len(), &report["wrong"]), (200, &json!(250)));
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_file_that_is_none_or_asks_for_people_is_refused() {
    let service = Service::start().await;
    let staff = &service.staff;
    for (file, slug) in [
        ("手机号码,志愿者编号\n13900001234,1\n", "personal-column"),
        ("", "sheet-unreadable"),
        ("志愿者编号\n1\n", "sheet-unreadable"),
        (HOURS, "sheet-empty"),
    ] {
        let refused = send(staff, "hours", file).await.expect(422);
        assert_eq!(problem(&refused), slug, "{refused}");
        assert!(!refused.to_string().contains("1390000"), "{refused}");
    }
    let mut many = HOURS.to_owned();
    for _ in 0..2_001 {
        many.push_str("1,陪伴,visit,2026-10-18,09:00,60\n");
    }
    send(staff, "hours", many).await.expect(422);
    let large = vec![b'a'; 2 * 1024 * 1024 + 1];
    send(staff, "hours", large).await.expect(413);
    send_as(staff, "hours", ("application/json", "{}"))
        .await
        .expect(415);
    send(staff, "people", HOURS).await.expect(422);
    let resident = service.caller(&[(Role::Resident, COMPOUND)]);
    send(&resident, "hours", HOURS).await.expect(403);
    let neighbour = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    send(&neighbour, "hours", HOURS).await.expect(403);
    let listed = format!("{API}/imports?org_path={COMPOUND}");
    neighbour.get(&listed).await.expect(403);
    let city = service.caller(&[(Role::PlatformOperator, "/")]);
    let path = format!("{API}/imports?org_path=/&kind=hours");
    let request = city.request(Method::POST, &path);
    let request = request.header("Content-Type", "text/csv").body(HOURS);
    let refused = city.send(request).await.expect(422);
    assert_eq!(problem(&refused), "place-not-an-organisation");

    for (format, kind) in [("csv", "text/csv; charset=utf-8"), ("xlsx", XLSX)] {
        let path = format!("{API}/imports/template?kind=proofs&format={format}");
        let answer = staff.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], kind);
        let file = answer.bytes().await.unwrap().to_vec();
        let empty = send(staff, "proofs", file).await.expect(422);
        assert_eq!(problem(&empty), "sheet-empty");
    }
    service.stage.host.stop().await;
}

#[tokio::test]
async fn proofs_that_are_imported_wait_for_confirmation() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let number = number(&volunteer).await;
    let file = format!(
        "volunteer_number,kind,skill,paper,tail,valid_from\n\
         {number},,急救,救护员证,0123,2026-01-01\n{number},保险,,意外险,,2026-01-01\n"
    );
    let states = async |volunteer: &Caller| {
        let me = volunteer.get(&format!("{API}/me")).await.expect(200);
        let proofs = me["proofs"].as_array().unwrap().clone();
        let states: Vec<String> = proofs
            .iter()
            .map(|proof| proof["state"].as_str().unwrap().to_owned())
            .collect();
        (states, me["id"].as_str().unwrap().to_owned())
    };
    let import = send(&service.staff, "proofs", file.as_str())
        .await
        .expect(201);
    assert_eq!(import["made"], json!(2));
    assert_eq!(states(&volunteer).await.0, ["claimed", "claimed"]);
    undo(&service.staff, &import).await.expect(200);
    let (withdrawn, id) = states(&volunteer).await;
    assert_eq!(withdrawn, ["withdrawn", "withdrawn"]);

    let import = send(&service.staff, "proofs", file.as_str())
        .await
        .expect(201);
    let steps = format!("{API}/volunteers/{id}/proofs/steps");
    let confirm = json!({"number": 3, "step": "confirm"});
    service.staff.post(&steps, &confirm).await.expect(200);
    let refused = undo(&service.staff, &import).await.expect(409);
    assert_eq!(problem(&refused), "import-built-on");
    let twice = format!("{file}{number},,急救,另一张,,2026-01-01\n");
    let refused = send(&service.staff, "proofs", twice).await.expect(422);
    assert_eq!(
        codes(&refused),
        [(2, "skill", "known"), (3, "skill", "known")]
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn activities_come_with_their_shifts_and_stay_drafts() {
    let service = Service::start().await;
    let rows = [
        ["title", "kind", "date", "begin", "end", "needed", "skill"],
        ["义诊", "visit", "2026-12-06", "09:00", "11:00", "10", ""],
        [
            "义诊",
            "visit",
            "2026-12-06",
            "09:00",
            "11:00",
            "2",
            "first_aid",
        ],
        ["义诊", "visit", "2026-12-13", "09:00", "11:00", "10", ""],
        ["清扫", "clean_up", "2026-12-06", "09:00", "11:00", "20", ""],
    ];
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
        .collect();
    let book = tables::workbook(&rows).unwrap();
    let import = send_as(&service.staff, "activities", (XLSX, book)).await;
    let import = import.expect(201);
    assert_eq!((&import["rows"], &import["made"]), (&json!(4), &json!(2)));
    let drafts = format!("{API}/activities?org_path={COMPOUND}&drafts=true");
    let listed = service.staff.get(&drafts).await.expect(200);
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let clinic = items.iter().find(|item| item["title"] == "义诊").unwrap();
    assert_eq!(clinic["state"], json!("draft"));
    let shifts = format!("{API}/activities/{}/shifts", clinic["id"].as_str().unwrap());
    let shifts = service.staff.get(&shifts).await.expect(200);
    assert_eq!(shifts["items"].as_array().unwrap().len(), 2);
    let positions = &shifts["items"][0]["positions"];
    assert_eq!(
        (&positions[0]["needed"], &positions[1]["skill"]),
        (&json!(10), &json!("first_aid"))
    );

    undo(&service.staff, &import).await.expect(200);
    let public = format!("{API}/activities?org_path={COMPOUND}");
    let listed = service.staff.get(&public).await.expect(200);
    assert!(ids(&listed).is_empty(), "nobody sees what was taken back");
    let listed = service.staff.get(&drafts).await.expect(200);
    assert_eq!(listed["items"][0]["state"], json!("archived"));

    // once it recruits, people rely on it
    let file = format!("{ACTIVITIES}清扫,clean_up,2026-12-06,09:00,11:00,20,\n");
    let import = send(&service.staff, "activities", file).await.expect(201);
    let listed = service.staff.get(&drafts).await.expect(200);
    let steps = format!("{API}/activities/{}/steps", ids(&listed)[0]);
    let publish = json!({"step": "publish"});
    service.staff.post(&steps, &publish).await.expect(200);
    let refused = undo(&service.staff, &import).await.expect(409);
    assert_eq!(problem(&refused), "import-built-on");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_full_sheet_is_taken_over_and_back_in_one_go() {
    let service = Service::start().await;
    let (one, two) = (service.volunteer().await, service.volunteer().await);
    let mut file = HOURS.to_owned();
    for number in [number(&one).await, number(&two).await] {
        for day in 0..1_000 {
            let (year, month, day) = (2020 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
            let date = format!("{year}-{month:02}-{day:02}");
            writeln!(file, "{number},陪伴,visit,{date},09:00,60").unwrap();
        }
    }
    let import = send(&service.staff, "hours", file).await.expect(201);
    assert_eq!(import["made"], json!(2_000));
    undo(&service.staff, &import).await.expect(200);
    assert!(pending(&service).await.is_empty());
    let last = two.get(&format!("{API}/hours?limit=200")).await.expect(200);
    let states = last["items"].as_array().unwrap().iter();
    assert_eq!(
        states.filter(|item| item["state"] == "refused").count(),
        200
    );
    service.stage.host.stop().await;
}
