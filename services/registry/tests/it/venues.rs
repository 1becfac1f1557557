use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost};

use crate::{hanyang, operator};

const VENUES: &str = "/api/registry/v1/venues";
const BOOKINGS: &str = "/api/registry/v1/bookings";

/// A venue of a community, and the instant from which the spans of a test count: tomorrow at noon.
async fn venue(host: &TestHost) -> String {
    let body = json!({"org_code": "420105011010", "name": "党群服务中心会议室", "capacity": 40});
    let venue = operator(host).post(VENUES, &body).await.expect(201);
    venue["id"].as_str().unwrap().to_owned()
}

/// A span of half hours, counted from a day ahead.
fn span(host: &TestHost, first: u64, long: u64) -> Value {
    let half_hours = |count: u64| std::time::Duration::from_mins(30 * count);
    let now = host.deps("registry").clock.now();
    let slot = now.micros() / (30 * 60 * 1_000_000) + 48;
    let day = kernel::Timestamp::from_micros(slot * 30 * 60 * 1_000_000).unwrap();
    json!({"starts_at": day.plus(half_hours(first)), "ends_at": day.plus(half_hours(first + long))})
}

async fn book(caller: &Caller, venue: &str, span: &Value) -> Reply {
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
