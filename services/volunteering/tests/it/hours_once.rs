//! The same time counts once, and what was taken back does not come to count.

use std::time::Duration;

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::imports::{HOURS, number, send, undo};
use crate::service::{API, Service, activity, sign_up};
use crate::{COMPOUND, problem};

/// Records of somebody, the newest first, as paths of their versions.
async fn records(person: &Caller) -> Vec<String> {
    let mine = person.get(&format!("{API}/hours")).await.expect(200);
    let items = mine["items"].as_array().unwrap().iter();
    let path = |item: &Value| format!("{API}/hours/{}/versions", item["id"].as_str().unwrap());
    items.map(path).collect()
}

async fn minutes(person: &Caller) -> Value {
    let path = format!("{API}/me/record");
    person.get(&path).await.expect(200)["minutes"].clone()
}

#[tokio::test]
async fn time_that_counts_already_is_not_confirmed_again() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 2).await;
    sign_up(&volunteer, &shift).await.expect(201);
    // the second day from 9 to 11 in Beijing; somebody says that it was an hour of it elsewhere
    service.attend(&shift, 48, &[&volunteer]).await;
    let colleague = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let confirm = json!({"verdict": "confirm"});
    let refuse = json!({"verdict": "refuse", "reason": "核实"});
    let shown = records(&volunteer).await;
    // as it stands where the import came before anybody had checked out: both wait
    service.staff.post(&shown[0], &refuse).await.expect(200);
    let number = number(&volunteer).await;
    let file = format!(
        "{HOURS}{number},陪伴,visit,2026-11-24,10:00,60\n{number},陪伴,visit,2026-11-24,11:00,30\n"
    );
    service.clock.advance(Duration::from_hours(1));
    send(&service.staff, "hours", file).await.expect(201);
    let all = records(&volunteer).await;
    assert_eq!(all.len(), 3);
    for path in all.iter().take(2) {
        colleague.post(path, &confirm).await.expect(200);
    }
    assert_eq!(minutes(&volunteer).await, json!(90));
    let correct =
        |minutes: u32| json!({"verdict": "correct", "minutes": minutes, "reason": "核实"});
    let refused = colleague.post(&shown[0], &correct(120)).await.expect(409);
    assert_eq!(problem(&refused), "hours-overlap");
    assert_eq!(minutes(&volunteer).await, json!(90));
    // what counts is put right as before, and once it counts no more the other does
    let overlapping = overlapping(&volunteer).await;
    colleague.post(&overlapping, &correct(50)).await.expect(200);
    colleague.post(&overlapping, &refuse).await.expect(200);
    colleague.post(&shown[0], &correct(120)).await.expect(200);
    assert_eq!(minutes(&volunteer).await, json!(150));
    let refused = colleague.post(&overlapping, &correct(10)).await.expect(409);
    assert_eq!(problem(&refused), "hours-overlap");
    service.stage.host.stop().await;
}

/// The imported record that begins at 10 in Beijing.
async fn overlapping(person: &Caller) -> String {
    let mine = person.get(&format!("{API}/hours")).await.expect(200);
    let mut items = mine["items"].as_array().unwrap().iter();
    let one = items.find(|item| item["began_at"] == json!("2026-11-24T02:00:00Z"));
    format!(
        "{API}/hours/{}/versions",
        one.unwrap()["id"].as_str().unwrap()
    )
}

#[tokio::test]
async fn what_an_import_brought_that_was_taken_back_does_not_count() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let file = format!(
        "{HOURS}{},陪伴,visit,2026-10-18,09:00,60\n",
        number(&volunteer).await
    );
    let import = send(&service.staff, "hours", file).await.expect(201);
    undo(&service.staff, &import).await.expect(200);
    let colleague = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let record = records(&volunteer).await.remove(0);
    let correct = json!({"verdict": "correct", "minutes": 60, "reason": "核实"});
    let refused = colleague.post(&record, &correct).await.expect(409);
    assert_eq!(problem(&refused), "import-undone");
    let confirm = json!({"verdict": "confirm"});
    colleague.post(&record, &confirm).await.expect(409);
    assert_eq!(minutes(&volunteer).await, json!(0));
    service.stage.host.stop().await;
}
