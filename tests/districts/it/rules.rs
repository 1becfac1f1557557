//! A district's own calendar, limits and changes of workflows.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, eventually};

use crate::World;

const CALENDAR: &str = "/api/ticketing/v1/calendars/420105";
const OURS: &str = r#"
zone = "Asia/Shanghai"
blocks = ["09:00-12:00", "13:30-17:30"]
workdays = ["mon", "tue", "wed", "thu", "fri"]

[[years]]
year = 2026
notice = "国务院办公厅关于2026年部分节假日安排的通知"
holidays = [{ name = "元旦", from = "2026-01-01", to = "2026-01-03" }]
makeup = ["2026-01-04"]
"#;

fn overrides(workflow: &str) -> String {
    format!("/api/ticketing/v1/workflows/{workflow}/overrides/420105")
}

async fn put(caller: &Caller, path: &str, body: &Value) -> Value {
    let request = caller.request(Method::PUT, path).json(body);
    caller.send(request).await.expect(200)
}

/// Versions of what the district does otherwise, the newest first.
async fn versions(caller: &Caller, workflow: &str) -> Vec<Value> {
    let list = caller.get(&overrides(workflow)).await.expect(200);
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_district_goes_by_the_calendar_of_its_config_map() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    let city = world.city().await;
    let of_map = json!({"calendar": {"configMap": {"name": "hours", "key": "ours.toml"}}});
    world.declare(of_map).await;
    let (_, missing) = world.turns("CalendarApplied", "False").await;
    assert_eq!(missing.reason, "DataMissing");
    world.turns("Ready", "False").await;
    world.write_map("hours", &json!({"ours.toml": OURS})).await;
    world.turns("CalendarApplied", "True").await;
    let (district, _) = world.turns("Ready", "True").await;
    let shown = city.get(CALENDAR).await.expect(200);
    assert_eq!(
        (&shown["owner"], &shown["version"]),
        (&json!("420105"), &json!(1))
    );
    assert_eq!(shown["calendar"]["blocks"][0], "09:00-12:00");
    assert_eq!(district.status.unwrap().calendar.unwrap().version, 1);
    // somebody corrects it by hand
    let mut theirs = shown["calendar"].clone();
    theirs["blocks"] = json!(["08:00-12:00"]);
    put(
        &city,
        CALENDAR,
        &json!({"calendar": theirs, "reason": "by hand"}),
    )
    .await;
    eventually("it is put right", async || {
        let shown = city.get(CALENDAR).await.expect(200);
        (shown["version"] == 3 && shown["calendar"]["blocks"][0] == "09:00-12:00").then_some(())
    })
    .await;
    // another text counts at once, one that the platform refuses changes nothing
    let wrong = OURS.replace("Asia/Shanghai", "Mars/Base");
    world.write_map("hours", &json!({"ours.toml": wrong})).await;
    let refused = eventually("it is refused", async || {
        let (_, said) = world.turns("CalendarApplied", "False").await;
        (said.reason == "Refused").then_some(said)
    });
    assert!(refused.await.message.contains("/calendar/zone"));
    let broken = OURS.replace("workdays =", "workdays");
    world
        .write_map("hours", &json!({"ours.toml": broken}))
        .await;
    let unreadable = eventually("it does not read", async || {
        let (_, said) = world.turns("CalendarApplied", "False").await;
        (said.reason == "DataUnreadable").then_some(said)
    });
    assert!(unreadable.await.message.contains("第 4 行"));
    assert_eq!(city.get(CALENDAR).await.expect(200)["version"], 3);
    // without the wish it stays as it is: there is no way back
    world.change(json!({"spec": {"calendar": null}})).await;
    world.turns("Ready", "True").await;
    assert_eq!(city.get(CALENDAR).await.expect(200)["version"], 3);
    world.end([replica]).await;
}

#[tokio::test]
async fn limits_come_from_the_profile_and_the_districts_own_go_before() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    let city = world.city().await;
    let profile = json!({
        "calendar": OURS,
        "six-step": "[limits.handle]\nwork_days = 9\n[limits.rehandle]\nwork_days = 2\n",
        "five-order": "[limits.accept]\nwork_hours = 3\n",
    });
    world.write_map("strict", &profile).await;
    let own = json!({"six.toml": "most_parts = 3\n[limits.handle]\nwork_days = 4\n"});
    world.write_map("flows", &own).await;
    let six = json!({"name": "six-step", "configMap": {"name": "flows", "key": "six.toml"}});
    world
        .declare(json!({
            "slaProfile": "strict", "calendar": {"profile": "strict"}, "workflows": [six],
        }))
        .await;
    let (_, said) = world.turns("WorkflowsApplied", "True").await;
    assert_eq!(
        said.message, "five-order 420105001, six-step 420105001",
        "{said:?}"
    );
    world.turns("CalendarApplied", "True").await;
    world.turns("Ready", "True").await;
    let both = json!({
        "most_parts": 3, "limits": {"handle": {"work_days": 4}, "rehandle": {"work_days": 2}},
    });
    assert_eq!(versions(&city, "six-step").await[0]["changes"], both);
    // somebody publishes something else
    let theirs = json!({"changes": {"max_rounds": 5}, "reason": "by hand"});
    put(&city, &overrides("six-step"), &theirs).await;
    eventually("it is put right", async || {
        let versions = versions(&city, "six-step").await;
        (versions.len() == 3 && versions[0]["changes"] == both).then_some(())
    })
    .await;
    // nothing is published a second time by itself, however often the operator looks
    world
        .write_map("flows", &json!({"six.toml": own["six.toml"], "note": "x"}))
        .await;
    let more = json!({"six.toml": "most_parts = 2\n"});
    world.write_map("flows", &more).await;
    eventually("the new text counts", async || {
        let versions = versions(&city, "six-step").await;
        (versions[0]["changes"]["most_parts"] == 2).then_some(())
    })
    .await;
    assert_eq!(versions(&city, "six-step").await.len(), 4);
    assert_eq!(versions(&city, "five-order").await.len(), 1);
    // what is not asked for any more is as in the file again
    world
        .change(json!({"spec": {"slaProfile": null, "workflows": null}}))
        .await;
    eventually("both are as in the file", async || {
        let [six, five] = [
            versions(&city, "six-step").await,
            versions(&city, "five-order").await,
        ];
        (six[0]["changes"] == json!({}) && five[0]["changes"] == json!({})).then_some(())
    })
    .await;
    let (district, _) = world.turns("Ready", "True").await;
    let status = district.status.unwrap();
    assert_eq!((status.workflows, status.last_error), (vec![], None));
    world.end([replica]).await;
}

#[tokio::test]
async fn what_the_platform_refuses_is_said_with_its_reasons_and_the_rest_is_applied() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    let city = world.city().await;
    let flows = json!({
        "six": "[limits.dance]\nwork_days = 4\n", "none": "max_rounds = 2\n", "five": "[limits.accept]\nwork_hours = 3\n",
    });
    world.write_map("flows", &flows).await;
    let of =
        |name: &str, key: &str| json!({"name": name, "configMap": {"name": "flows", "key": key}});
    let asked = [
        of("six-step", "six"),
        of("nothing", "none"),
        of("five-order", "five"),
    ];
    world.declare(json!({"workflows": asked})).await;
    let (district, said) = world.turns("WorkflowsApplied", "False").await;
    assert_eq!(said.reason, "Refused");
    for part in ["six-step: 422", "dance", "nothing: 404"] {
        assert!(said.message.contains(part), "{part}: {}", said.message);
    }
    let known = district.status.unwrap().workflows;
    let known: Vec<_> = known.iter().map(|known| known.name.as_str()).collect();
    assert_eq!(known, ["five-order"]);
    assert_eq!(versions(&city, "six-step").await, Vec::<Value>::new());
    world.turns("Degraded", "True").await;
    // a profile that says more than limits, and one that is not there
    let more = json!({"six-step": "max_rounds = 2\n", "Six": ""});
    world.write_map("loose", &more).await;
    let profile = json!({"spec": {"workflows": null, "slaProfile": "loose"}});
    world.change(profile).await;
    let (_, said) = world.turns("WorkflowsApplied", "False").await;
    assert_eq!(said.reason, "DataUnreadable");
    assert!(said.message.contains("max_rounds") && said.message.contains("Six"));
    assert_eq!(
        versions(&city, "five-order").await.len(),
        1,
        "nothing is taken back while it is unclear what is asked for"
    );
    world
        .change(json!({"spec": {"slaProfile": "nowhere"}}))
        .await;
    let (_, said) = world.turns("WorkflowsApplied", "False").await;
    assert_eq!(said.reason, "DataMissing");
    world.end([replica]).await;
}
