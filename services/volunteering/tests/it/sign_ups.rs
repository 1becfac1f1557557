use std::time::Duration;

use futures_util::future::join_all;
use kernel::Timestamp;
use serde_json::{Value, json};

use crate::service::{API, NOW, Service, act, activity, appeal, sign_up, state, step};
use crate::{COMPOUND, ids, problem};

#[tokio::test]
async fn two_hundred_at_once_never_overfill_a_shift_and_the_rest_wait_in_order() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 20).await;
    let callers = join_all((0..200).map(|_| service.volunteer())).await;
    let replies = join_all(callers.iter().map(|caller| async {
        // as a client does that is told to come back
        loop {
            let reply = sign_up(caller, &shift).await;
            if reply.status != 503 {
                return reply.expect(201);
            }
        }
    }))
    .await;
    let in_state = |wanted: &str| -> Vec<u64> {
        let tickets = replies.iter().filter(|reply| reply["state"] == wanted);
        let mut tickets: Vec<u64> = tickets
            .map(|reply| reply["ticket"].as_u64().unwrap())
            .collect();
        tickets.sort_unstable();
        tickets
    };
    assert_eq!(in_state("confirmed"), (1..=20).collect::<Vec<u64>>());
    assert_eq!(in_state("waiting"), (21..=200).collect::<Vec<u64>>());
    let shifts = service
        .staff
        .get(&format!("{API}/activities/{id}/shifts"))
        .await
        .expect(200);
    let position = &shifts["items"][0]["positions"][0];
    assert_eq!(
        (&position["taken"], &position["waiting"]),
        (&json!(20), &json!(180))
    );
    // five places become free: those who waited longest are asked, nobody else
    let confirmed: Vec<usize> = (0..200)
        .filter(|index| replies[*index]["state"] == "confirmed")
        .collect();
    for index in confirmed.iter().take(5) {
        step(&callers[*index], &replies[*index], "withdraw")
            .await
            .expect(200);
    }
    for (caller, reply) in callers.iter().zip(&replies) {
        let ticket = reply["ticket"].as_u64().unwrap();
        if ticket > 20 {
            let expected = if ticket <= 25 { "offered" } else { "waiting" };
            assert_eq!(state(caller, reply).await, expected, "{ticket}");
        }
    }
    service.stage.host.stop().await;
}

#[tokio::test]
async fn an_offer_is_accepted_declined_or_ends_and_the_next_is_asked() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 1).await;
    let mut people = Vec::new();
    for _ in 0..5 {
        let caller = service.volunteer().await;
        let made = sign_up(&caller, &shift).await.expect(201);
        people.push((caller, made));
    }
    let now = async |index: usize| state(&people[index].0, &people[index].1).await;
    let act = async |index: usize, what: &str| step(&people[index].0, &people[index].1, what).await;
    assert_eq!(
        problem(&sign_up(&people[0].0, &shift).await.expect(409)),
        "signed-up"
    );
    act(1, "accept").await.expect(409);
    act(0, "withdraw").await.expect(200);
    assert_eq!(now(1).await, "offered");
    // nobody answers for somebody else
    step(&people[2].0, &people[1].1, "accept").await.expect(404);
    step(&service.staff, &people[1].1, "accept")
        .await
        .expect(403);
    act(1, "admit").await.expect(403);
    act(1, "decline").await.expect(200);
    assert_eq!(now(2).await, "offered");
    service.clock.advance(Duration::from_hours(2));
    assert_eq!(problem(&act(2, "accept").await.expect(409)), "too-late");
    assert_eq!(service.run("expire_offers").await, 2);
    assert_eq!(service.run("expire_offers").await, 0);
    assert_eq!(
        (now(2).await, now(3).await),
        ("lapsed".to_owned(), "offered".to_owned())
    );
    act(3, "accept").await.expect(200);
    assert_eq!(now(3).await, "confirmed");
    // whoever missed it waits again, behind the others
    let again = sign_up(&people[2].0, &shift).await.expect(201);
    assert_eq!(
        (&again["state"], &again["ticket"]),
        (&json!("waiting"), &json!(6))
    );
    act(3, "withdraw").await.expect(200);
    assert_eq!(
        (now(4).await, now(2).await),
        ("offered".to_owned(), "waiting".to_owned())
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn what_is_lacking_colliding_or_close_is_said() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let (shift, same, close, far) = (
        service.shift(&id, 48, 5).await,
        service.shift(&id, 49, 5).await,
        service.shift(&id, 50, 5).await,
        service.shift(&id, 60, 5).await,
    );
    let stranger = service.caller(&[]);
    assert_eq!(
        problem(&sign_up(&stranger, &shift).await.expect(409)),
        "volunteers-only"
    );
    let described = json!({"home": COMPOUND});
    stranger
        .post(&format!("{API}/volunteers"), &described)
        .await
        .expect(201);
    let lacks = sign_up(&stranger, &shift).await.expect(409);
    assert_eq!(problem(&lacks), "not-qualified");
    assert_eq!(lacks["errors"][0]["pointer"], "/certification");
    let volunteer = service.volunteer().await;
    sign_up(&volunteer, &shift).await.expect(201);
    assert_eq!(
        problem(&sign_up(&volunteer, &same).await.expect(409)),
        "shift-collides"
    );
    let warned = sign_up(&volunteer, &close).await.expect(409);
    assert_eq!(problem(&warned), "acknowledge-warnings");
    assert_eq!(warned["errors"][0]["pointer"], "/acknowledge/too_close");
    let path = format!("{API}/shifts/{close}/sign-ups");
    volunteer
        .post(&path, &json!({"acknowledge": ["whatever"]}))
        .await
        .expect(422);
    volunteer
        .post(&path, &json!({"acknowledge": ["too_close"]}))
        .await
        .expect(201);
    let path = format!("{API}/shifts/{far}/sign-ups");
    volunteer
        .post(&path, &json!({"position": 2}))
        .await
        .expect(422);
    let path = format!("{API}/shifts/shf_00000000000000000000000000/sign-ups");
    volunteer.post(&path, &json!({})).await.expect(404);
    let mine = volunteer
        .get(&format!("{API}/sign-ups?limit=1"))
        .await
        .expect(200);
    let next = mine["next"].as_str().unwrap();
    let rest = volunteer
        .get(&format!("{API}/sign-ups?limit=1&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(mine["items"][0]["shift_id"], json!(close));
    assert_eq!(rest["items"][0]["shift_id"], json!(shift));
    assert_eq!(rest["next"], Value::Null);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn withdrawing_has_a_deadline_and_absence_an_appeal() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    let (one, two) = (service.volunteer().await, service.volunteer().await);
    let first = sign_up(&one, &shift).await.expect(201);
    let second = sign_up(&two, &shift).await.expect(201);
    let early = step(&service.staff, &first, "mark_absent")
        .await
        .expect(409);
    assert_eq!(problem(&early), "too-early");
    service.clock.advance(Duration::from_hours(47));
    step(&two, &second, "withdraw").await.expect(200);
    service.clock.advance(Duration::from_secs(1));
    assert_eq!(
        problem(&step(&one, &first, "withdraw").await.expect(409)),
        "too-late"
    );
    service.clock.advance(Duration::from_hours(2));
    step(&one, &first, "mark_absent").await.expect(403);
    step(&service.staff, &first, "mark_absent")
        .await
        .expect(200);
    appeal(&one, &first).await.expect(200);
    let dismissed = json!({"step": "mark_absent", "answer": "未见请假"});
    act(&service.staff, &first, &dismissed).await.expect(200);
    // one appeal for each absence
    let again = appeal(&one, &first).await.expect(409);
    assert_eq!(problem(&again), "step-not-possible");
    step(&service.staff, &first, "excuse").await.expect(200);
    assert_eq!(state(&one, &first).await, "excused");
    assert_eq!(
        service
            .stage
            .heard_of(first["id"].as_str().unwrap(), 5)
            .await
            .len(),
        5
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn the_pause_after_absences_holds_until_somebody_is_excused_and_for_far_shifts() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let volunteer = service.volunteer().await;
    let mut missed = Vec::new();
    for hours in [48, 60] {
        let shift = service.shift(&id, hours, 5).await;
        missed.push(sign_up(&volunteer, &shift).await.expect(201));
    }
    service.clock.advance(Duration::from_hours(72));
    for one in &missed {
        step(&service.staff, one, "mark_absent").await.expect(200);
    }
    // of another activity: what somebody did in the same one is known however long ago it was
    let other = service.activity(&activity()).await;
    let near = service.shift(&other, 96, 5).await;
    let far = service.shift(&other, 24 * 150, 5).await;
    for appealed in [false, true] {
        for shift in [&near, &far] {
            let refused = sign_up(&volunteer, shift).await.expect(409);
            assert_eq!(problem(&refused), "paused", "{appealed}");
        }
        if !appealed {
            appeal(&volunteer, &missed[0]).await.expect(200);
        }
    }
    let excused = json!({"step": "excuse", "answer": "情况属实"});
    act(&service.staff, &missed[0], &excused).await.expect(200);
    for shift in [&near, &far] {
        sign_up(&volunteer, shift).await.expect(201);
    }
    service.stage.host.stop().await;
}

#[tokio::test]
async fn where_people_are_chosen_they_wait_for_it() {
    let service = Service::start().await;
    let mut body = activity();
    body["admission"] = json!("review");
    let id = service.activity(&body).await;
    let shift = service.shift(&id, 48, 1).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(
            sign_up(&service.volunteer().await, &shift)
                .await
                .expect(201),
        );
    }
    assert!(made.iter().all(|sign_up| sign_up["state"] == "applied"));
    let list = service
        .staff
        .get(&format!("{API}/shifts/{shift}/sign-ups"))
        .await
        .expect(200);
    assert_eq!(ids(&list).len(), 3);
    step(&service.staff, &made[1], "admit").await.expect(200);
    let waits = step(&service.staff, &made[0], "admit").await.expect(200);
    assert_eq!(waits["state"], "waiting");
    step(&service.staff, &made[2], "refuse").await.expect(200);
    step(&service.staff, &made[1], "refuse").await.expect(200);
    assert_eq!(state(&service.staff, &made[0]).await, "offered");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn people_are_reminded_once_the_day_before() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 1).await;
    let (one, two) = (service.volunteer().await, service.volunteer().await);
    let first = sign_up(&one, &shift).await.expect(201);
    sign_up(&two, &shift).await.expect(201);
    assert_eq!(service.run("remind_shifts").await, 0);
    let begins = NOW
        .parse::<Timestamp>()
        .unwrap()
        .plus(Duration::from_hours(48));
    service.clock.set(begins.minus(Duration::from_hours(24)));
    // the service's own schedule may have been first
    let reminded = service.run("remind_shifts").await;
    assert!(reminded <= 1, "{reminded}");
    assert_eq!(service.run("remind_shifts").await, 0);
    let heard = service
        .stage
        .heard_of(first["id"].as_str().unwrap(), 2)
        .await;
    assert_eq!(heard, ["changed", "reminded"]);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn whoever_keeps_out_of_a_place_gets_no_shift_there() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    let volunteer = service.volunteer().await;
    let compound = Some("420105011010.X01".parse().unwrap());
    crate::exclusions::exclude(&service.stage, &volunteer, (compound, None)).await;
    let refused = testkit::eventually("the exclusion is heard", async || {
        let reply = sign_up(&volunteer, &shift).await;
        if reply.status == 201 {
            step(&volunteer, &reply.expect(201), "withdraw")
                .await
                .expect(200);
            return None;
        }
        Some(reply.expect(409))
    })
    .await;
    assert_eq!(problem(&refused), "keeps-out");
    service.stage.host.stop().await;
}
