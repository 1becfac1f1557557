use kernel::Role;
use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::world::{COMMUNITY, seed, send};
use crate::{World, slug};

pub(crate) const CONTACTS: &str = "/api/identity/v1/contacts";
pub(crate) const MINE: &str = "/api/identity/v1/me/contacts";
const SEARCHES: &str = "/api/identity/v1/contacts/searches";
const ID_NUMBER: &str = "990000199001010017";
const ELSEWHERE: &str = "/420105000000/420105012000/420105012001/";

pub(crate) fn contact() -> Value {
    json!({
        "org_path": COMMUNITY, "name": "王小明", "phone": "199 0000 0001",
        "address": "某某街1号1栋101", "id_number": ID_NUMBER,
    })
}

pub(crate) async fn with_staff() -> World {
    let world = World::start().await;
    world
        .add(seed("community", Role::CommunityDispatcher, COMMUNITY))
        .await;
    world
        .add(seed("elsewhere", Role::CommunityDispatcher, ELSEWHERE))
        .await;
    world
}

/// Everything that the tables of the vault hold, as text and as bytes.
async fn stored(world: &World) -> Vec<u8> {
    let db = world.host.deps("identity").db.clone();
    let mut all = Vec::new();
    for table in [
        "contact",
        "contact_field",
        "reveal",
        "access_log",
        "idempotency",
    ] {
        let columns: &[&str] = match table {
            "contact" => &["sealed_key"],
            "contact_field" => &["sealed", "blind"],
            "reveal" => &["reason", "fields"],
            "access_log" => &["subject", "operation"],
            _ => &["fingerprint", "answer"],
        };
        for column in columns {
            let query = sea_orm::sea_query::Query::select()
                .column(*column)
                .from(table)
                .to_owned();
            for row in db.reader().query_all(&query).await.unwrap() {
                let bytes = row.try_get::<Option<Vec<u8>>>("", column).or_else(|_| {
                    row.try_get::<String>("", column)
                        .map(|text| Some(text.into_bytes()))
                });
                all.extend(bytes.unwrap().unwrap_or_default());
            }
        }
    }
    all
}

#[tokio::test]
async fn what_staff_takes_in_is_sealed_and_shown_masked() {
    let world = with_staff().await;
    let worker = world.sign_in("worker").await;
    let request = worker.request(Method::POST, CONTACTS).json(&contact());
    let reply = worker.send(request.header("idempotency-key", "k-1")).await;
    let made = reply.expect(201);
    assert_eq!(made["name"], "王**");
    assert_eq!(made["phone"], "+86199****0001");
    assert_eq!(made["address"], "某某街*******");
    assert_eq!(made["id_number"], "99**************17");
    let one = format!("{CONTACTS}/{}", made["id"].as_str().unwrap());
    assert_eq!(worker.get(&one).await.expect(200)["phone"], made["phone"]);
    let elsewhere = world.sign_in("elsewhere").await;
    assert_eq!(slug(&elsewhere.get(&one).await, 404), "contact-not-found");
    assert_eq!(
        slug(&elsewhere.post(CONTACTS, &contact()).await, 403),
        "place-outside"
    );
    let resident = world.sign_in("resident").await;
    assert_eq!(slug(&resident.get(&one).await, 403), "role-missing");
    let again = worker.request(Method::POST, CONTACTS).json(&contact());
    let again = worker
        .send(again.header("idempotency-key", "k-1"))
        .await
        .expect(201);
    assert_eq!(again["id"], made["id"]);
    let stored = stored(&world).await;
    for secret in ["王小明", "9900000001", "9000001", "某某街", "199001010016"] {
        let found = stored
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{secret}");
    }
}

#[tokio::test]
async fn contacts_are_found_by_number_within_reach() {
    let world = with_staff().await;
    let worker = world.sign_in("worker").await;
    let made = worker.post(CONTACTS, &contact()).await.expect(201);
    let community = world.sign_in("community").await;
    for wanted in [
        json!({"phone": "+86 199-0000-0001"}),
        json!({"id_number": ID_NUMBER}),
    ] {
        let found = community.post(SEARCHES, &wanted).await.expect(200);
        assert_eq!(found["items"], json!([made]));
    }
    let other = community
        .post(SEARCHES, &json!({"phone": "19900000002"}))
        .await;
    assert_eq!(other.expect(200)["items"], json!([]));
    let elsewhere = world.sign_in("elsewhere").await;
    let found = elsewhere
        .post(SEARCHES, &json!({"phone": "19900000001"}))
        .await;
    assert_eq!(found.expect(200)["items"], json!([]));
    assert_eq!(
        slug(
            &worker
                .post(SEARCHES, &json!({"phone": "19900000001"}))
                .await,
            403
        ),
        "role-missing"
    );
    for body in [
        json!({}),
        json!({"phone": "19900000001", "id_number": ID_NUMBER}),
        json!({"phone": "110"}),
    ] {
        let reply = community.post(SEARCHES, &body).await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], "/phone", "{body}");
    }
}

#[tokio::test]
async fn a_reveal_has_a_reason_shows_what_was_asked_for_and_ends() {
    let world = with_staff().await;
    let worker = world.sign_in("worker").await;
    let made = worker.post(CONTACTS, &contact()).await.expect(201);
    let path = format!("{CONTACTS}/{}/reveals", made["id"].as_str().unwrap());
    let community = world.sign_in("community").await;
    let body = json!({"fields": ["phone", "phone"], "reason": "回访核实"});
    let shown = community.post(&path, &body).await.expect(201);
    assert_eq!(shown["state"], "approved");
    assert_eq!(shown["revealed"], json!({"phone": "+8619900000001"}));
    let open = format!(
        "/api/identity/v1/reveals/{}/actions/open",
        shown["id"].as_str().unwrap()
    );
    let again = community.post(&open, &json!({})).await.expect(200);
    assert_eq!(again["revealed"], shown["revealed"]);
    let elsewhere = world.sign_in("elsewhere").await;
    assert_eq!(
        slug(&elsewhere.post(&open, &json!({})).await, 404),
        "reveal-not-found"
    );
    assert_eq!(
        slug(&elsewhere.post(&path, &body).await, 404),
        "contact-not-found"
    );
    assert_eq!(slug(&worker.post(&path, &body).await, 403), "role-missing");
    world.clock.advance(std::time::Duration::from_mins(15));
    let community = world.sign_in("community").await;
    assert_eq!(
        slug(&community.post(&open, &json!({})).await, 409),
        "reveal-over"
    );
    for (body, pointer) in [
        (json!({"fields": ["phone"]}), "/reason"),
        (json!({"fields": ["phone"], "reason": "看"}), "/reason"),
        (json!({"fields": [], "reason": "回访核实"}), "/fields"),
        (
            json!({"fields": ["salary"], "reason": "回访核实"}),
            "/fields/0",
        ),
    ] {
        let reply = community.post(&path, &body).await;
        assert_eq!(reply.status.as_u16(), 422, "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let log = world.sign_in("auditor").await;
    let log = log
        .get("/api/identity/v1/access-log?limit=200")
        .await
        .expect(200);
    let count = |operation: &str| {
        let items = log["items"].as_array().unwrap().iter();
        items
            .filter(|item| item["operation"] == operation && item["subject"] == shown["id"])
            .count()
    };
    assert_eq!((count("request_reveal"), count("open_reveal")), (1, 1));
}

#[tokio::test]
async fn a_confidential_contact_takes_a_second_person() {
    let world = with_staff().await;
    world
        .add(seed("district", Role::DistrictOperator, "/420105000000/"))
        .await;
    world
        .add(seed("second", Role::DistrictOperator, "/420105000000/"))
        .await;
    world
        .add(seed("far", Role::DistrictOperator, "/420106000000/"))
        .await;
    let district = world.sign_in("district").await;
    let mut body = contact();
    body["confidential"] = json!(true);
    let made = district.post(CONTACTS, &body).await.expect(201);
    let path = format!("{CONTACTS}/{}/reveals", made["id"].as_str().unwrap());
    let body = json!({"fields": ["name", "phone"], "reason": "核实举报内容"});
    let asked = district.post(&path, &body).await.expect(201);
    assert_eq!(
        (&asked["state"], asked.get("revealed")),
        (&json!("pending"), None)
    );
    let at = |action: &str| {
        format!(
            "/api/identity/v1/reveals/{}/actions/{action}",
            asked["id"].as_str().unwrap()
        )
    };
    assert_eq!(
        slug(&district.post(&at("open"), &json!({})).await, 409),
        "reveal-not-approved"
    );
    assert_eq!(
        slug(&district.post(&at("approve"), &json!({})).await, 403),
        "reveal-own"
    );
    let far = world.sign_in("far").await;
    let nothing = far.get("/api/identity/v1/reveals").await.expect(200);
    assert_eq!(nothing["items"], json!([]));
    assert_eq!(
        slug(&far.post(&at("approve"), &json!({})).await, 404),
        "reveal-not-found"
    );
    let second = world.sign_in("second").await;
    let waiting = second
        .get("/api/identity/v1/reveals?limit=1")
        .await
        .expect(200);
    assert_eq!(waiting["items"], json!([asked]));
    second.post(&at("approve"), &json!({})).await.expect(200);
    assert_eq!(
        slug(&second.post(&at("refuse"), &json!({})).await, 409),
        "reveal-decided"
    );
    let shown = district.post(&at("open"), &json!({})).await.expect(200);
    assert_eq!(
        shown["revealed"],
        json!({"name": "王小明", "phone": "+8619900000001"})
    );
    assert_eq!(
        slug(&second.post(&at("open"), &json!({})).await, 404),
        "reveal-not-found"
    );
}

#[tokio::test]
async fn whoever_keeps_out_sees_nothing() {
    let world = with_staff().await;
    let resident = world.sign_in("resident").await;
    let made = resident.post(MINE, &contact()).await.expect(201);
    let community = world.sign_in("community").await;
    let one = format!("{CONTACTS}/{}", made["id"].as_str().unwrap());
    community.get(&one).await.expect(200);
    let own = json!({"person": resident.account, "reason": "亲属"});
    community
        .post("/api/identity/v1/me/exclusions", &own)
        .await
        .expect(201);
    assert_eq!(
        slug(&community.get(&one).await, 403),
        "conflict-of-interest"
    );
    let body = json!({"fields": ["phone"], "reason": "回访核实"});
    let reply = community.post(&format!("{one}/reveals"), &body).await;
    assert_eq!(slug(&reply, 403), "conflict-of-interest");
    let found = community
        .post(SEARCHES, &json!({"phone": "19900000001"}))
        .await;
    assert_eq!(found.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn ones_own_contacts_are_kept_changed_and_deleted() {
    let world = with_staff().await;
    let resident = world.sign_in("resident").await;
    let made = resident.post(MINE, &contact()).await.expect(201);
    let one = format!("{MINE}/{}", made["id"].as_str().unwrap());
    assert_eq!(resident.get(MINE).await.expect(200)["items"], json!([made]));
    let clear = resident.get(&one).await.expect(200);
    assert_eq!(
        (&clear["name"], &clear["id_number"]),
        (&json!("王小明"), &json!(ID_NUMBER))
    );
    let body = json!({"org_path": COMMUNITY, "phone": "027-80000000", "confidential": true});
    let changed = send(&resident, Method::PUT, &one, &body).await;
    assert_eq!(changed.headers["etag"], "\"2\"");
    let changed = changed.expect(200);
    assert_eq!(
        (&changed["phone"], changed.get("name")),
        (&json!("+8627******00"), None)
    );
    let stale = resident
        .request(Method::PUT, &one)
        .header("if-match", "\"1\"")
        .json(&body);
    assert_eq!(slug(&resident.send(stale).await, 412), "version-changed");
    let worker = world.sign_in("worker").await;
    for reply in [
        worker.get(&one).await,
        send(&worker, Method::PUT, &one, &body).await,
    ] {
        assert_eq!(slug(&reply, 404), "contact-not-found");
    }
    let gone = resident.send(resident.request(Method::DELETE, &one)).await;
    gone.expect(204);
    assert_eq!(slug(&resident.get(&one).await, 404), "contact-not-found");
    for (change, pointer) in [
        (json!({"phone": "12900000000"}), "/phone"),
        (json!({"id_number": "990000199001010016"}), "/id_number"),
        (json!({"name": ""}), "/name"),
        (json!({"org_path": "x"}), "/org_path"),
        (json!({"colour": "red"}), "/colour"),
    ] {
        let mut body = contact();
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let reply = resident.post(MINE, &body).await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{change}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{change}");
        assert!(!reply.body.to_string().contains("990000199001010016"));
    }
    let empty = resident.post(MINE, &json!({"org_path": COMMUNITY})).await;
    assert_eq!(slug(&empty, 422), "contact-empty");
}

#[tokio::test]
async fn an_added_sealing_key_seals_every_contact_anew() {
    let world = with_staff().await;
    let resident = world.sign_in("resident").await;
    let made = resident.post(MINE, &contact()).await.expect(201);
    assert_eq!(world.identity.reseal_contacts().await.unwrap(), 0);
    let added = identity::Identity::add_sealing_key(world.host.deps("identity"));
    added.unwrap();
    let renewed = identity::Identity::new(world.host.deps("identity")).unwrap();
    assert_eq!(renewed.reseal_contacts().await.unwrap(), 1);
    assert_eq!(renewed.reseal_contacts().await.unwrap(), 0);
    // whoever has only the key of before cannot read it any more
    assert!(world.identity.reseal_contacts().await.is_err());
    let world = World {
        host: world.host.restart().await,
        ..world
    };
    let resident = world.sign_in("resident").await;
    let one = format!("{MINE}/{}", made["id"].as_str().unwrap());
    assert_eq!(resident.get(&one).await.expect(200)["name"], "王小明");
}

#[tokio::test]
async fn what_staff_took_in_is_forgotten_after_its_last_use_and_ones_own_stays() {
    let day = std::time::Duration::from_hours(24);
    let world = World::start_set(|config, _| {
        config["contacts"]["days"] = json!(30);
        config["second_factor"]["required_roles"] = json!([]);
    })
    .await;
    let worker = world.sign_in("worker").await;
    let unused = worker.post(CONTACTS, &contact()).await.expect(201);
    let used = worker.post(CONTACTS, &contact()).await.expect(201);
    let resident = world.sign_in("resident").await;
    resident.post(MINE, &contact()).await.expect(201);
    world.clock.advance(day * 20);
    let worker = world.sign_in("worker").await;
    let at = |made: &Value| format!("{CONTACTS}/{}", made["id"].as_str().unwrap());
    worker.get(&at(&used)).await.expect(200);
    world.clock.advance(day * 9);
    assert_eq!(world.identity.forget_contacts().await.unwrap(), 0);
    world.clock.advance(day);
    assert_eq!(world.identity.forget_contacts().await.unwrap(), 1);
    let worker = world.sign_in("worker").await;
    assert_eq!(
        slug(&worker.get(&at(&unused)).await, 404),
        "contact-not-found"
    );
    worker.get(&at(&used)).await.expect(200);
    world.clock.advance(day * 400);
    assert_eq!(world.identity.forget_contacts().await.unwrap(), 1);
    assert_eq!(
        (
            world.count("contact").await,
            world.count("contact_field").await
        ),
        (1, 4)
    );
    let auditor = world.sign_in("auditor").await;
    let log = auditor
        .get("/api/identity/v1/access-log?limit=200")
        .await
        .expect(200);
    let mut forgotten = log["items"].as_array().unwrap().iter();
    assert!(
        forgotten.any(|item| {
            item["operation"] == "forget_contacts" && item["subject"] == unused["id"]
        })
    );
}

#[tokio::test]
async fn another_cipher_seals_from_now_on_and_reseals_what_was_there() {
    let world = with_staff().await;
    let resident = world.sign_in("resident").await;
    let before = resident.post(MINE, &contact()).await.expect(201);
    let version = "SELECT sealed_key AS v FROM contact ORDER BY id LIMIT 1";
    assert_eq!(world.column(version).await[0], 1);
    let indexes = world.column("SELECT blind AS v FROM contact_field WHERE field = 'phone'");
    let index = indexes.await;
    let mut deps = world.host.deps("identity").clone();
    let sm4 = figment::providers::Serialized::default("identity.contacts.cipher", "sm4-gcm");
    deps.config = deps.config.merge(sm4);
    let renewed = identity::Identity::new(&deps).unwrap();
    assert_eq!(renewed.reseal_contacts().await.unwrap(), 1);
    assert_eq!(renewed.reseal_contacts().await.unwrap(), 0);
    assert_eq!(world.column(version).await[0], 2);
    // the process that has not heard of it reads both, and is found by the same number
    let one = format!("{MINE}/{}", before["id"].as_str().unwrap());
    let shown = resident.get(&one).await.expect(200);
    assert_eq!(
        (&shown["name"], &shown["id_number"]),
        (&json!("王小明"), &json!(ID_NUMBER))
    );
    let indexes = world.column("SELECT blind AS v FROM contact_field WHERE field = 'phone'");
    assert_eq!(indexes.await, index);
    resident.post(MINE, &contact()).await.expect(201);
    // and the other way
    assert_eq!(world.identity.reseal_contacts().await.unwrap(), 1);
    assert_eq!(world.column(version).await[0], 1);
    assert_eq!(resident.get(&one).await.expect(200)["name"], "王小明");
}
