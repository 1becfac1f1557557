use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost};

use crate::{hanyang, operator};

pub(crate) const VENUES: &str = "/api/registry/v1/venues";
pub(crate) const BOOKINGS: &str = "/api/registry/v1/bookings";

/// A venue of a community, and the instant from which the spans of a test count: tomorrow at noon.
async fn venue(host: &TestHost) -> String {
    let body = json!({"org_code": "420105011010", "name": "党群服务中心会议室", "capacity": 40});
    let venue = operator(host).post(VENUES, &body).await.expect(201);
    venue["id"].as_str().unwrap().to_owned()
}

/// A span of half hours, counted from a day ahead.
pub(crate) fn span(host: &TestHost, first: u64, long: u64) -> Value {
    let half_hours = |count: u64| std::time::Duration::from_mins(30 * count);
    let now = host.deps("registry").clock.now();
    let slot = now.micros() / (30 * 60 * 1_000_000) + 48;
    let day = kernel::Timestamp::from_micros(slot * 30 * 60 * 1_000_000).unwrap();
    json!({"starts_at": day.plus(half_hours(first)), "ends_at": day.plus(half_hours(first + long))})
}

pub(crate) async fn book(caller: &Caller, venue: &str, span: &Value) -> Reply {
    caller
        .post(&format!("{VENUES}/{venue}/bookings"), span)
        .await
}

async fn cancel(caller: &Caller, booking: &Value) -> Reply {
    let id = booking["id"].as_str().unwrap();
    let path = format!("{BOOKINGS}/{id}/actions/cancel");
    caller.send(caller.request(Method::POST, &path)).await
}

#[tokio::test]
async fn of_many_who_ask_for_overlapping_times_one_gets_each() {
    let host = hanyang().await;
    let venue = venue(&host).await;
    let callers: Vec<Caller> = (0..8).map(|_| host.caller(&[])).collect();
    // two hours each, half an hour apart: no two of them fit
    let spans: Vec<Value> = (0..8).map(|number| span(&host, number % 4, 4)).collect();
    let asked = callers
        .iter()
        .zip(&spans)
        .map(|(caller, span)| book(caller, &venue, span));
    let replies = futures_util::future::join_all(asked).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    let shown = host
        .caller(&[])
        .get(&format!("{VENUES}/{venue}"))
        .await
        .expect(200);
    assert_eq!(shown["taken"].as_array().unwrap().len(), 1);
    // the next ones fit beside it
    let after = span(&host, 8, 2);
    book(&callers[0], &venue, &after).await.expect(201);
    book(&callers[1], &venue, &after).await.expect(409);
    host.stop().await;
}

#[tokio::test]
async fn a_cancelled_booking_gives_its_time_back() {
    let host = hanyang().await;
    let venue = venue(&host).await;
    let (first, second) = (host.caller(&[]), host.caller(&[]));
    let noon = span(&host, 0, 2);
    let booking = book(&first, &venue, &noon).await.expect(201);
    cancel(&second, &booking).await.expect(404);
    let id = booking["id"].as_str().unwrap();
    let other = first.request(Method::POST, &format!("{BOOKINGS}/{id}/actions/cancel"));
    let other = first.send(other.header("If-Match", "\"2\"")).await;
    other.expect(412);
    assert_eq!(
        cancel(&first, &booking).await.expect(200)["state"],
        "cancelled"
    );
    cancel(&first, &booking).await.expect(409);
    let again = book(&second, &venue, &noon).await.expect(201);
    // staff of the place may
    let staff = host.caller(&[(Role::StreetDispatcher, "/420105000000/420105011000/")]);
    cancel(&staff, &again).await.expect(200);
    let own = second.get(BOOKINGS).await.expect(200);
    assert_eq!(own["items"][0]["state"], "cancelled");
    let list = format!("{VENUES}?org_code=420105011010");
    assert_eq!(
        first.get(&list).await.expect(200)["items"][0]["id"],
        venue.as_str()
    );
    host.stop().await;
}

#[tokio::test]
async fn a_wrong_venue_or_span_is_refused() {
    let host = hanyang().await;
    let venue = venue(&host).await;
    let someone = host.caller(&[]);
    for (body, pointer) in [
        (
            json!({"starts_at": "2026-11-22T08:10:00Z", "ends_at": "2026-11-22T09:00:00Z"}),
            "/starts_at",
        ),
        (
            json!({"starts_at": "2001-01-01T08:00:00Z", "ends_at": "2001-01-01T09:00:00Z"}),
            "/starts_at",
        ),
        (
            json!({"starts_at": "9998-01-01T08:00:00Z", "ends_at": "9998-01-01T09:00:00Z"}),
            "/starts_at",
        ),
        (span(&host, 2, 0), "/ends_at"),
        (span(&host, 0, 49), "/ends_at"),
        (json!({"starts_at": "noon"}), "/starts_at"),
        (json!({}), "/starts_at"),
    ] {
        let problem = book(&someone, &venue, &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    book(
        &someone,
        "vnu_01jcgb2r00e8arc5tmvkbzqy7x",
        &span(&host, 0, 1),
    )
    .await
    .expect(404);
    someone.get(&format!("{VENUES}/x")).await.expect(404);
    let open = |code: &str, capacity: i64| json!({"org_code": code, "name": "会议室", "capacity": capacity});
    let staff = operator(&host);
    staff
        .post(VENUES, &open("420105011777", 10))
        .await
        .expect(422);
    staff
        .post(VENUES, &open("420105011010", 0))
        .await
        .expect(422);
    staff
        .post(VENUES, &open("420105011010", 100_001))
        .await
        .expect(422);
    let other = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    other
        .post(VENUES, &open("420105011010", 10))
        .await
        .expect(403);
    someone
        .post(VENUES, &open("420105011010", 10))
        .await
        .expect(403);
    host.stop().await;
}

#[tokio::test]
async fn nobody_has_more_than_five_bookings_ahead_however_many_they_ask_for_at_once() {
    let host = hanyang().await;
    let venue = venue(&host).await;
    let greedy = host.caller(&[]);
    let spans: Vec<Value> = (0..12).map(|number| span(&host, number * 2, 1)).collect();
    let asked = spans.iter().map(|span| book(&greedy, &venue, span));
    let mut made = Vec::new();
    for reply in futures_util::future::join_all(asked).await {
        match reply.status.as_u16() {
            201 => made.push(reply.body),
            409 => assert!(
                reply.body["type"]
                    .as_str()
                    .unwrap()
                    .ends_with("too-many-bookings"),
                "{}",
                reply.body
            ),
            status => panic!("{status} {}", reply.body),
        }
    }
    assert_eq!(made.len(), 5);
    // others are not kept out, and one that is cancelled makes room
    let free = span(&host, 40, 1);
    book(&greedy, &venue, &free).await.expect(409);
    cancel(&greedy, &made[0]).await.expect(200);
    book(&greedy, &venue, &free).await.expect(201);
    book(&host.caller(&[]), &venue, &span(&host, 42, 1))
        .await
        .expect(201);
    // staff of the place book for others
    let staff = host.caller(&[(Role::StreetDispatcher, "/420105000000/420105011000/")]);
    for number in 0..6 {
        book(&staff, &venue, &span(&host, 50 + number, 1))
            .await
            .expect(201);
    }
    host.stop().await;
}

#[tokio::test]
async fn who_has_a_venue_is_told_to_its_staff_and_to_nobody_else() {
    let host = hanyang().await;
    let venue = venue(&host).await;
    let (first, second) = (host.caller(&[]), host.caller(&[]));
    book(&first, &venue, &span(&host, 0, 1)).await.expect(201);
    book(&second, &venue, &span(&host, 1, 1)).await.expect(201);
    let list = format!("{VENUES}/{venue}/bookings");
    first.get(&list).await.expect(403);
    let elsewhere = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    elsewhere.get(&list).await.expect(403);
    let staff = host.caller(&[(Role::StreetDispatcher, "/420105000000/420105011000/")]);
    let page = staff.get(&format!("{list}?limit=1")).await.expect(200);
    assert_eq!(page["items"][0]["account_id"], second.account.to_string());
    assert_eq!(page["items"][0]["state"], "booked");
    let next = page["next"].as_str().unwrap();
    let page = staff.get(&format!("{list}?limit=1&cursor={next}")).await;
    let page = page.expect(200);
    assert_eq!(page["items"][0]["account_id"], first.account.to_string());
    assert_eq!(page["next"], Value::Null);
    staff.get(&format!("{list}?cursor=x")).await.expect(422);
    let none = "vnu_01jcgb2r00e8arc5tmvkbzqy7x";
    staff
        .get(&format!("{VENUES}/{none}/bookings"))
        .await
        .expect(404);
    host.stop().await;
}
