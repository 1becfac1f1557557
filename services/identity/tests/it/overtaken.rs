//! Whatever ends access while somebody signs in ends that sign-in, too.

use futures_util::future::{join, join_all};
use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Reply, eventually};

use crate::world::{COMMUNITY, seed, send};
use crate::{PASSWORD, World, second_factor, slug};

const NEXT: &str = "another horse staple";
const PATH: &str = "/api/identity/v1/me/password";

/// Tokens of those who came through.
fn through(replies: &[Reply]) -> Vec<&Value> {
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        // those that come behind the change fail, and too many of them are told nothing
        let refused = slug(reply, reply.status.as_u16());
        let expected = [
            "credentials-invalid",
            "sign-in-overtaken",
            "too-many-attempts",
        ];
        assert!(expected.contains(&refused.as_str()), "{refused}");
    }
    let good = replies.iter().filter(|reply| reply.status == 200);
    good.map(|reply| &reply.body).collect()
}

/// Many sign in while something else is done.
async fn crowd(world: &World, meanwhile: impl Future<Output = Reply>) -> (Vec<Reply>, Reply) {
    let crowd = (0..12).map(|_| world.try_sign_in("worker", PASSWORD));
    join(join_all(crowd), meanwhile).await
}

#[tokio::test]
async fn a_suspension_leaves_no_token_of_a_sign_in_that_was_under_way() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let worker = world.account_of("worker").await;
    let suspend = format!("/api/identity/v1/accounts/{worker}/actions/suspend");
    let nothing = json!({});
    let (replies, done) = crowd(&world, security.post(&suspend, &nothing)).await;
    done.expect(200);
    for tokens in through(&replies) {
        let token = tokens["access_token"].as_str().unwrap();
        let caller = world.host.caller_with(worker, token.to_owned());
        eventually("its access has ended", async || {
            let reply = caller.get("/api/identity/v1/me").await;
            (reply.status == 401).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_changed_password_leaves_no_session_of_the_one_before() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let body = json!({"current_password": PASSWORD, "new_password": NEXT});
    let change = send(&worker, Method::PUT, PATH, &body);
    let (replies, done) = crowd(&world, change).await;
    done.expect(204);
    for tokens in through(&replies) {
        let refused = world.refresh(&tokens["refresh_token"]).await;
        assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    }
    world.try_sign_in("worker", NEXT).await.expect(200);
}

#[tokio::test]
async fn a_first_step_with_the_password_of_before_leads_nowhere() {
    let world = World::start().await;
    world.add(seed("helper", Role::Volunteer, COMMUNITY)).await;
    let helper = world.sign_in("helper").await;
    let (app, _) = second_factor::enrol(&world, &helper).await;
    let first = second_factor::challenge(&world, "helper").await;
    let body = json!({"current_password": PASSWORD, "new_password": NEXT});
    send(&helper, Method::PUT, PATH, &body).await.expect(204);
    let code = app.code(world.now());
    let reply = second_factor::pass(&world, &first, &code).await;
    assert_eq!(slug(&reply, 401), "challenge-invalid");
    // the code is not used up by that
    let anew = world.try_sign_in("helper", NEXT).await.expect(202);
    let anew = anew["challenge"].as_str().unwrap();
    second_factor::pass(&world, anew, &code).await.expect(200);
}
