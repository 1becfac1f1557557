use std::fmt::Write as _;

use contracts::identity::AccountDisconnected;
use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply, eventually};

use crate::{hanyang, operator, show, tell};

const SHEETS: &str = "/api/registry/v1/sheets";
pub(crate) const IMPORTS: &str = "/api/registry/v1/sheet-imports";
const CSV: &str = "text/csv";

async fn send(caller: &Caller, resource: &str, query: &str, file: impl Into<Vec<u8>>) -> Reply {
    let path = format!("{SHEETS}/{resource}/imports{query}");
    let request = caller.request(Method::POST, &path);
    let request = request.header("Content-Type", CSV).body(file.into());
    caller.send(request).await
}

pub(crate) async fn dry_run(caller: &Caller, resource: &str, file: impl Into<Vec<u8>>) -> Value {
    send(caller, resource, "?dry_run=true", file)
        .await
        .expect(200)
}

/// Waits until an import has come to a state.
async fn reached(caller: &Caller, import: &Value, state: &str) -> Value {
    let path = format!("{IMPORTS}/{}", import["id"].as_str().unwrap());
    eventually(state, async || {
        let now = caller.get(&path).await.expect(200);
        (now["state"] == state).then_some(now)
    })
    .await
}

pub(crate) async fn import(caller: &Caller, resource: &str, file: impl Into<Vec<u8>>) -> Value {
    let sent = send(caller, resource, "", file).await.expect(201);
    reached(caller, &sent, "applied").await
}

pub(crate) async fn undo(caller: &Caller, import: &Value) -> Value {
    let path = format!("{IMPORTS}/{}/actions/undo", import["id"].as_str().unwrap());
    let undoing = caller.send(caller.request(Method::POST, &path)).await;
    reached(caller, &undoing.expect(200), "undone").await
}

pub(crate) async fn rows(caller: &Caller, import: &Value, query: &str) -> Vec<Value> {
    let path = format!("{IMPORTS}/{}/rows{query}", import["id"].as_str().unwrap());
    let page = caller.get(&path).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn text(caller: &Caller, path: &str) -> (u16, String) {
    let answer = caller.request(Method::GET, path).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.text().await.unwrap())
}

pub(crate) async fn export(caller: &Caller, resource: &str, below: &str) -> String {
    let (status, text) = text(caller, &format!("{SHEETS}/{resource}/export?below={below}")).await;
    assert_eq!(status, 200, "{text}");
    text
}

const ORGANISATIONS: &str = "code,name,kind,parent_code,uscc
420105011010.X77.B2,二号楼,楼栋,,
420105011010.X77,新建小区,小区,420105011010,
420105011010.X77.B1,一号楼,building,,
420105011010.X01,江欣苑,小区,,
420105011010.X88,小区,行星,,
420105011777.X01,小区,小区,,
420105011010.X77,又一个,小区,,
";

#[tokio::test]
async fn organisations_are_imported_whatever_their_order_and_taken_back() {
    let host = hanyang().await;
    let staff = operator(&host);
    let expected = json!({
        "rows": 7, "created": 3, "changed": 1, "unchanged": 0, "refused": 3,
    });
    let report = dry_run(&staff, "organisations", ORGANISATIONS).await;
    let told = json!({
        "rows": report["rows"], "created": report["created"], "changed": report["changed"],
        "unchanged": report["unchanged"], "refused": report["refused"],
    });
    assert_eq!(told, expected);
    let lines: Vec<_> = report["problems"].as_array().unwrap().iter().collect();
    assert_eq!(
        lines.iter().map(|row| &row["line"]).collect::<Vec<_>>(),
        [6, 7, 8]
    );
    assert_eq!(lines[0]["errors"][0]["column"], "kind");
    assert_eq!(lines[1]["errors"][0]["column"], "parent_code");
    let gone = format!("/api/registry/v1/organisations/{}", "420105011010.X77");
    staff.get(&gone).await.expect(404);

    let done = import(&staff, "organisations", ORGANISATIONS).await;
    assert_eq!(
        (&done["created"], &done["changed"], &done["done"]),
        (&json!(3), &json!(1), &json!(7))
    );
    let building = show(&staff, "420105011010.X77.B1").await;
    assert_eq!(building["parent_code"], "420105011010.X77");
    assert_eq!(show(&staff, "420105011010.X01").await["name"], "江欣苑");
    let refused = rows(&staff, &done, "?outcome=refused").await;
    assert_eq!(refused.len(), 3);

    // what was changed since stays, and what is above it
    crate::rename(&staff, "420105011010.X77.B2", "二号楼（改）", None)
        .await
        .expect(200);
    let undone = undo(&staff, &done).await;
    assert_eq!((&undone["undone"], &undone["kept"]), (&json!(2), &json!(2)));
    assert_eq!(show(&staff, "420105011010.X01").await["name"], "江欣苑小区");
    assert!(show(&staff, "420105011010.X77.B1").await["closed_on"].is_string());
    let kept = rows(&staff, &done, "?outcome=kept").await;
    let mut subjects: Vec<&str> = kept
        .iter()
        .map(|row| row["subject"].as_str().unwrap())
        .collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["420105011010.X77", "420105011010.X77.B2"]);
    assert_eq!(
        kept.iter()
            .filter(|row| row["errors"][0]["detail"] == "其下已有其他组织")
            .count(),
        1
    );
    let again = format!("{IMPORTS}/{}/actions/undo", done["id"].as_str().unwrap());
    staff
        .send(staff.request(Method::POST, &again))
        .await
        .expect(409);
    // a code that was taken back may be used again
    let again = import(
        &staff,
        "organisations",
        "code,name,kind\n420105011010.X77.B1,一号楼,楼栋\n",
    )
    .await;
    assert_eq!(again["created"], 1);
    host.stop().await;
}

#[tokio::test]
async fn what_is_exported_is_imported_unchanged() {
    let host = hanyang().await;
    let staff = operator(&host);
    import(&staff, "organisations", ORGANISATIONS).await;
    let formula = "code,name,kind\n420105011010.X78,=1+1小区,小区\n420105011010.G001,网格,网格\n";
    import(&staff, "organisations", formula).await;
    let grid = "网格代码,户数,党员数,职责\n420105011010.G001,420,,党建、综治\n";
    assert_eq!(import(&staff, "grids", grid).await["changed"], 1);
    let account = host.caller(&[]).account;
    let post =
        format!("org_code,kind,account_id,since\n420105011010.G001,网格长,{account},2026/1/1\n");
    assert_eq!(import(&staff, "posts", post).await["created"], 1);
    let venue = "org_code,name,capacity\n420105011010,会议室,40\n";
    assert_eq!(import(&staff, "venues", venue).await["created"], 1);
    for (resource, count) in [
        ("organisations", 124),
        ("grids", 1),
        ("posts", 1),
        ("venues", 1),
    ] {
        let file = export(&staff, resource, "420105000000").await;
        assert!(file.starts_with('\u{feff}'), "{file}");
        let report = dry_run(&staff, resource, file.clone()).await;
        assert_eq!(report["refused"], 0, "{report}");
        assert_eq!(report["unchanged"], report["rows"], "{report}");
        if count == 1 {
            assert_eq!(report["rows"], 1, "{file}");
        } else {
            assert!(report["rows"].as_u64().unwrap() >= count, "{report}");
            assert!(file.contains(",'=1+1小区,"), "a formula got out");
        }
        // and as a workbook
        let path = format!("{SHEETS}/{resource}/export?below=420105000000&format=xlsx");
        let answer = staff.request(Method::GET, &path).send().await.unwrap();
        let workbook = answer.bytes().await.unwrap();
        let same = dry_run(&staff, resource, workbook.to_vec()).await;
        assert_eq!(same, report);
    }
    host.stop().await;
}

#[tokio::test]
async fn posts_venues_and_grids_are_taken_back_unless_somebody_changed_them() {
    let host = hanyang().await;
    let staff = operator(&host);
    import(
        &staff,
        "organisations",
        "code,name,kind\n420105011010.G001,网格,网格\n",
    )
    .await;
    let (first, second) = (host.caller(&[]).account, host.caller(&[]).account);
    let posts = format!(
        "org_code,kind,account_id\n420105011010.G001,网格长,{first}\n420105011010.G001,网格长,{second}\n420105011010.G001,网格员,{second}\n420105011010.G001,专职网格员,{second}\n"
    );
    let done = import(&staff, "posts", posts).await;
    assert_eq!((&done["created"], &done["refused"]), (&json!(2), &json!(2)));
    let held = rows(&staff, &done, "?outcome=created").await;
    let leave = format!(
        "/api/registry/v1/posts/{}/actions/leave",
        held[0]["subject"].as_str().unwrap()
    );
    staff
        .post(&leave, &json!({"reason": "resigned"}))
        .await
        .expect(200);
    let undone = undo(&staff, &done).await;
    assert_eq!((&undone["undone"], &undone["kept"]), (&json!(1), &json!(1)));

    let venues = "org_code,name,capacity\n420105011010,一号室,10\n420105011010,二号室,20\n420105011010,三号室,0\n";
    let done = import(&staff, "venues", venues).await;
    let made = rows(&staff, &done, "?outcome=created").await;
    let path = format!(
        "/api/registry/v1/venues/{}/bookings",
        made[1]["subject"].as_str().unwrap()
    );
    let slot = host.deps("registry").clock.now().micros() / 1_800_000_000 + 48;
    let at = |slot: i64| kernel::Timestamp::from_micros(slot * 1_800_000_000).unwrap();
    let span = json!({"starts_at": at(slot), "ends_at": at(slot + 1)});
    host.caller(&[]).post(&path, &span).await.expect(201);
    let undone = undo(&staff, &done).await;
    assert_eq!((&undone["undone"], &undone["kept"]), (&json!(1), &json!(1)));

    let grids = "code,households\n420105011010.G001,420\n420105011010.G002,1\n";
    let done = import(&staff, "grids", grids).await;
    assert_eq!((&done["changed"], &done["refused"]), (&json!(1), &json!(1)));
    undo(&staff, &done).await;
    let grid = staff
        .get("/api/registry/v1/grids/420105011010.G001")
        .await
        .expect(200);
    assert!(grid["households"].is_null(), "{grid}");
    host.stop().await;
}

#[tokio::test]
async fn a_large_import_comes_on_chunk_by_chunk_and_is_sent_once() {
    let host = hanyang().await;
    let staff = operator(&host);
    let mut file = String::from("capacity,name,org_code\n");
    for number in 0..1_000 {
        writeln!(file, "10,第{number}室,420105011010").unwrap();
    }
    let path = format!("{SHEETS}/venues/imports");
    let request = || {
        let request = staff
            .request(Method::POST, &path)
            .header("Content-Type", CSV);
        request.header("Idempotency-Key", "one").body(file.clone())
    };
    let sent = staff.send(request()).await.expect(201);
    let same = staff.send(request()).await.expect(201);
    assert_eq!(sent["id"], same["id"]);
    let other = request().body("org_code,name,capacity\n420105011010,别室,1\n");
    staff.send(other).await.expect(422);
    let done = reached(&staff, &sent, "applied").await;
    assert_eq!(
        (&done["done"], &done["created"]),
        (&json!(1_000), &json!(1_000))
    );
    // five chunks, five versions
    assert_eq!(done["version"], 6);
    let list = staff.get(IMPORTS).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let first = format!("{IMPORTS}/{}/rows?limit=200", sent["id"].as_str().unwrap());
    let mut seen = 0;
    let mut next = Some(String::new());
    while let Some(cursor) = next {
        let page = staff.get(&format!("{first}{cursor}")).await.expect(200);
        seen += page["items"].as_array().unwrap().len();
        next = page["next"]
            .as_str()
            .map(|cursor| format!("&cursor={cursor}"));
    }
    assert_eq!(seen, 1_000);
    assert_eq!(undo(&staff, &done).await["undone"], 1_000);
    host.stop().await;
}

#[tokio::test]
async fn an_import_that_was_left_behind_goes_on() {
    let host = hanyang().await;
    let staff = operator(&host);
    let sent = send(
        &staff,
        "venues",
        "",
        "org_code,name,capacity\n420105011010,会议室,40\n",
    )
    .await
    .expect(201);
    // whether the process works on it before it stops or after it starts: once
    let host = host.restart().await;
    let staff = host.caller_with(staff.account, staff.token.clone());
    let deps = host.deps("registry").clone();
    let clock = testkit::FrozenClock::at(deps.clock.now().plus(std::time::Duration::from_mins(10)));
    let later = chassis::Deps {
        clock: std::sync::Arc::new(clock),
        ..deps
    };
    let service = (registry::MODULE.build)(later).unwrap();
    let resume = service
        .schedules()
        .iter()
        .find(|schedule| schedule.name() == "resume_imports");
    resume.unwrap().run_once().await.unwrap();
    let done = reached(&staff, &sent, "applied").await;
    assert_eq!(done["created"], 1);
    let venues = staff
        .get("/api/registry/v1/venues?org_code=420105011010")
        .await
        .expect(200);
    assert_eq!(venues["items"].as_array().unwrap().len(), 1);
    host.stop().await;
}

#[tokio::test]
async fn an_import_stops_with_its_senders_access_and_is_taken_back_by_another() {
    let host = hanyang().await;
    let sender = operator(&host);
    // it takes longer than the event
    let mut sheet = "org_code,name,capacity\n".to_owned();
    for number in 0..10_000 {
        writeln!(sheet, "420105011010,第{number}室,40").unwrap();
    }
    let sent = send(&sender, "venues", "", sheet).await.expect(201);
    let account_id = sender.account;
    tell(&host, "account", 2, &AccountDisconnected { account_id }).await;
    let other = host.caller(&[(Role::PlatformOperator, "/")]);
    let stopped = reached(&other, &sent, "stopped").await;
    assert_eq!(stopped["stopped_because"], "access_ended");
    assert!(stopped["done"].as_u64().unwrap() < 10_000, "{stopped}");
    assert_eq!(undo(&other, &stopped).await["undone"], stopped["created"]);
    host.stop().await;
}

#[tokio::test]
async fn a_place_that_is_not_the_callers_is_neither_imported_nor_exported() {
    let host = hanyang().await;
    let elsewhere = host.caller(&[(Role::DistrictOperator, "/420106000000/")]);
    for (resource, row) in [
        (
            "organisations",
            "code,name,kind\n420105011010.X77,小区,小区\n",
        ),
        ("venues", "org_code,name,capacity\n420105011010,会议室,40\n"),
    ] {
        let report = dry_run(&elsewhere, resource, row).await;
        assert_eq!(report["refused"], 1, "{report}");
        let done = import(&elsewhere, resource, row).await;
        assert_eq!(done["refused"], 1);
        let path = format!("{SHEETS}/{resource}/export?below=420105011010");
        elsewhere.get(&path).await.expect(403);
        // nor is another's import shown
        let other = host.caller(&[(Role::DistrictOperator, "/")]);
        let path = format!("{IMPORTS}/{}", done["id"].as_str().unwrap());
        other.get(&path).await.expect(404);
        other.get(&format!("{path}/rows")).await.expect(404);
        let undo = other.request(Method::POST, &format!("{path}/actions/undo"));
        other.send(undo).await.expect(404);
    }
    host.stop().await;
}

#[tokio::test]
async fn a_wrong_file_or_request_is_refused() {
    let host = hanyang().await;
    let staff = operator(&host);
    for file in [
        &b""[..],
        b"a,b\n1,2\n",
        b"PK\x03\x04broken",
        b"\xd0\xcf\x11\xe0old",
        b"org_code,name,capacity\n1,\xff\xff\xff,2\n",
        b"{\"rows\": []}",
        b"\0\0\0",
    ] {
        let problem = send(&staff, "venues", "", file).await.expect(422);
        assert_eq!(
            problem["type"].as_str().unwrap().rsplit('/').next(),
            Some("sheet-unreadable")
        );
    }
    send(&staff, "venues", "", vec![b'a'; 8 * 1024 * 1024 + 1])
        .await
        .expect(413);
    send(&staff, "planets", "", "x").await.expect(404);
    send(&staff, "venues", "?dry_run=maybe", "x")
        .await
        .expect(422);
    let path = format!("{SHEETS}/venues/imports");
    staff.post(&path, &json!({})).await.expect(415);
    for path in [
        "/sheets/venues/export",
        "/sheets/venues/export?below=x",
        "/sheets/venues/export?below=420105011777",
        "/sheets/venues/export?below=420105011010&format=pdf",
        "/sheets/venues/template?format=pdf",
        "/sheet-imports?cursor=x",
    ] {
        staff
            .get(&format!("/api/registry/v1{path}"))
            .await
            .expect(422);
    }
    staff
        .get(&format!("{IMPORTS}/imp_01jcgb2r00e8arc5tmvkbzqy7x"))
        .await
        .expect(404);
    staff.get(&format!("{IMPORTS}/x/rows")).await.expect(404);
    let someone = host.caller(&[]);
    send(&someone, "venues", "", "org_code,name,capacity\n")
        .await
        .expect(403);
    let (status, template) = text(&someone, &format!("{SHEETS}/posts/template")).await;
    assert_eq!(status, 200);
    assert_eq!(dry_run(&staff, "posts", template).await["rows"], 0);
    let workbook = someone.request(Method::GET, &format!("{SHEETS}/posts/template?format=xlsx"));
    let workbook = workbook.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(dry_run(&staff, "posts", workbook.to_vec()).await["rows"], 0);
    host.stop().await;
}
