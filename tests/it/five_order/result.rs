//! What others get to see of an order: photos, messages, publications.

use reqwest::Method;
use scenarios::order::{self, INBOX, PUBLICATIONS, SECRET_IN_PHOTO, act, items, text, upload};
use serde_json::{Value, json};
use testkit::Caller;

use super::crew::Crew;
use crate::world::{World, assert_problem};

/// An order that waits for its publication.
async fn reviewed(crew: &Crew, title: &str) -> Value {
    let order = order::open(&crew.requester, &order::five_order(title)).await;
    act(&crew.dispatcher, &order, "dispatch", json!({}))
        .await
        .expect(200);
    order::claim(&crew.volunteer, &order).await;
    order::handle(&crew.volunteer, &order).await;
    order::review(&crew.neighbours(), &order, 5, true).await
}

#[tokio::test]
async fn a_text_with_a_phone_or_a_room_number_is_not_published() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let order = reviewed(&crew, "楼道照明灯不亮").await;
    let clean = "志愿力量当日更换灯泡并检查线路。";
    let dirty = [
        (
            "楼道灯已修复",
            "联系电话13900001234，已更换灯泡。",
            "/summary",
        ),
        ("楼道灯已修复", "3栋2单元501室门前的灯已更换。", "/summary"),
        (
            "楼道灯已修复",
            "身份证号990101199001010019的住户已确认。",
            "/summary",
        ),
        ("张建国先生反映的灯已修复", clean, "/title"),
    ];
    for (title, summary, pointer) in dirty {
        let reply = act(
            &crew.dispatcher,
            &order,
            "publish",
            json!({"title": title, "summary": summary}),
        )
        .await;
        assert_eq!(reply.status, 422, "{title} {summary}");
        let problem = assert_problem(&reply, 422);
        assert!(
            text(problem, "type").ends_with("/personal-data"),
            "{problem:#}"
        );
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
        // the refusal does not repeat what it found
        assert!(!problem.to_string().contains("13900001234"), "{problem:#}");
    }
    let page = world.host.anonymous().get(PUBLICATIONS).await.expect(200);
    assert!(items(&page).is_empty());
    act(
        &crew.dispatcher,
        &order,
        "publish",
        json!({"title": "楼道灯已修复", "summary": clean}),
    )
    .await
    .expect(200);
    world.host.stop().await;
}

#[tokio::test]
async fn results_are_public_with_figures_and_without_persons() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let order = reviewed(&crew, "楼道照明灯不亮").await;
    let publication = json!({"title": "<楼道>照明灯 & 线路已修复", "summary": "当日更换灯泡。"});
    act(&crew.dispatcher, &order, "publish", publication)
        .await
        .expect(200);

    let nobody = world.host.anonymous();
    let page = nobody.get(PUBLICATIONS).await.expect(200);
    let shown = &items(&page)[0];
    assert_eq!(text(shown, "number"), text(&order, "number"));
    let one = nobody
        .get(&format!("{PUBLICATIONS}/{}", text(shown, "id")))
        .await
        .expect(200);
    assert_eq!(one["title"], "<楼道>照明灯 & 线路已修复");
    let feed = nobody
        .request(Method::GET, &format!("{PUBLICATIONS}.atom"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(feed.status(), 200);
    let kind = feed.headers()["content-type"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(kind.starts_with("application/atom+xml"), "{kind}");
    let feed = feed.text().await.expect("text");
    assert!(
        feed.contains("&lt;楼道&gt;照明灯 &amp; 线路已修复") && feed.contains("<updated>"),
        "{feed}"
    );

    for told in [page.to_string(), one.to_string(), feed] {
        assert!(!told.contains("acc_"), "{told}");
        for person in crew.all() {
            assert!(!told.contains(&person.account.to_string()), "{told}");
        }
        let private = text(&order, "content");
        assert!(
            !told.contains(private),
            "the resident's own words stay private: {told}"
        );
    }
    world.host.stop().await;
}

#[tokio::test]
async fn a_photo_is_served_without_its_metadata_and_only_to_those_concerned() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let order = order::open(&crew.requester, &order::five_order("墙面渗水")).await;
    let photo = order::photo();
    assert!(
        photo
            .windows(SECRET_IN_PHOTO.len())
            .any(|window| window == SECRET_IN_PHOTO.as_bytes())
    );
    let stored = upload(&crew.requester, &order, "before.jpg", photo)
        .await
        .expect(201);
    let address = format!(
        "{}/attachments/{}",
        order::path(&order),
        text(&stored, "id")
    );

    let got = crew
        .dispatcher
        .request(Method::GET, &address)
        .send()
        .await
        .expect("an answer");
    assert_eq!(got.status(), 200);
    assert_eq!(
        got.headers()["content-type"],
        "image/png",
        "by content, not by name"
    );
    assert_eq!(got.headers()["x-content-type-options"], "nosniff");
    let bytes = got.bytes().await.expect("the photo");
    assert!(bytes.starts_with(b"\x89PNG"), "it is still a picture");
    assert!(
        !bytes
            .windows(SECRET_IN_PHOTO.len())
            .any(|window| window == SECRET_IN_PHOTO.as_bytes())
    );

    assert_problem(&crew.residents[0].get(&address).await, 404);
    assert_problem(&crew.volunteer.get(&address).await, 404);
    assert_problem(&world.host.anonymous().get(&address).await, 401);
    world.host.stop().await;
}

/// Kinds of a person's messages about an order, oldest first.
async fn told(person: &Caller, order: &Value) -> Vec<String> {
    let page = person.get(&format!("{INBOX}?limit=200")).await.expect(200);
    let about = items(&page)
        .iter()
        .rev()
        .filter(|message| message["order_id"] == order["id"]);
    about
        .map(|message| text(message, "kind").to_owned())
        .collect()
}

#[tokio::test]
async fn each_step_reaches_the_people_concerned_once() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let mut stream = crew
        .requester
        .request(Method::GET, "/api/notifications/v1/stream")
        .send()
        .await
        .expect("the stream opens");
    let order = reviewed(&crew, "楼道照明灯不亮").await;
    let publication = json!({"title": "楼道照明灯已修复", "summary": "当日更换灯泡。"});
    act(&crew.dispatcher, &order, "publish", publication)
        .await
        .expect(200);
    world.settled().await;

    // dispatched, taken, handled, judged, published; of the request itself the requester knows
    let requester = told(&crew.requester, &order).await;
    assert_eq!(
        requester,
        [
            "order_progress",
            "order_progress",
            "review_wanted",
            "order_progress",
            "order_published"
        ]
    );
    assert!(
        told(&crew.dispatcher, &order)
            .await
            .contains(&"order_new".to_owned())
    );
    let volunteer = told(&crew.volunteer, &order).await;
    assert!(volunteer.contains(&"task_open".to_owned()), "{volunteer:?}");
    assert!(
        volunteer.contains(&"order_published".to_owned()),
        "{volunteer:?}"
    );
    let mut asked = 0;
    for resident in &crew.residents {
        asked += usize::from(
            told(resident, &order)
                .await
                .contains(&"review_wanted".to_owned()),
        );
    }
    assert_eq!(asked, 4, "the panel");

    // the stream carried the same messages, in order
    let mut text = String::new();
    let mut streamed: Vec<String> = Vec::new();
    while streamed.len() < requester.len() {
        let chunk = stream
            .chunk()
            .await
            .expect("the stream goes on")
            .expect("it has not ended");
        text.push_str(std::str::from_utf8(&chunk).expect("text"));
        streamed = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok())
            .filter_map(|message| Some(message["kind"].as_str()?.to_owned()))
            .collect();
    }
    assert_eq!(streamed, requester);

    let count = format!("{INBOX}/unread-count");
    let unread = crew.requester.get(&count).await.expect(200);
    assert_eq!(unread["unread"], requester.len());
    let nothing = json!({});
    assert_eq!(
        crew.requester
            .post(&format!("{INBOX}/read-all"), &nothing)
            .await
            .status,
        204
    );
    assert_eq!(crew.requester.get(&count).await.expect(200)["unread"], 0);
    world.host.stop().await;
}
