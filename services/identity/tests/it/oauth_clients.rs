use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::oauth::{App, BACK, OAUTH, form, let_in, refresh, refused, register};
use crate::{World, slug};

#[tokio::test]
async fn a_machine_acts_with_the_grants_of_its_own_account() {
    let world = World::start().await;
    let machine = register(&world, "machine").await;
    let wanted = [("grant_type", "client_credentials")];
    let tokens = form(&world, "token", &machine, &wanted).await.expect(200);
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    let account = machine.account.clone().unwrap();
    let before = world.caller(&tokens).await;
    assert_eq!(before.account.to_string(), account);
    assert_eq!(
        slug(&before.get("/api/identity/v1/accounts").await, 403),
        "role-missing"
    );
    let security = world.sign_in("security").await;
    let grants = format!("/api/identity/v1/accounts/{account}/grants");
    let body = json!({"role": "callback_agent", "org_path": "/"});
    security.post(&grants, &body).await.expect(201);
    let tokens = form(&world, "token", &machine, &wanted).await.expect(200);
    let me = world
        .caller(&tokens)
        .await
        .get("/api/identity/v1/me")
        .await
        .expect(200);
    assert_eq!(me["roles"], json!(["callback_agent"]));
    // it is nobody who signs in, and no application that people let in
    let name = me["username"].as_str().unwrap();
    assert_eq!(
        slug(&world.try_sign_in(name, "x").await, 401),
        "credentials-invalid"
    );
    let app = register(&world, "confidential").await;
    assert_eq!(
        refused(&form(&world, "token", &app, &wanted).await, 400),
        "unauthorized_client"
    );
    let suspend = format!("/api/identity/v1/accounts/{account}/actions/suspend");
    security.post(&suspend, &json!({})).await.expect(200);
    assert_eq!(
        refused(&form(&world, "token", &machine, &wanted).await, 401),
        "invalid_client"
    );
}

#[tokio::test]
async fn what_a_machine_holds_ends_with_its_secret_and_with_its_registration() {
    let world = World::start().await;
    let machine = register(&world, "machine").await;
    let asking = register(&world, "confidential").await;
    let wanted = [("grant_type", "client_credentials")];
    let system = world.sign_in("system").await;
    let one = format!("{OAUTH}/clients/{}", machine.id);
    let first = form(&world, "token", &machine, &wanted).await.expect(200);
    let renew = format!("{one}/actions/renew-secret");
    let renewed = system.send(system.request(Method::POST, &renew)).await;
    let machine = App {
        secret: Some(
            renewed.expect(200)["client_secret"]
                .as_str()
                .unwrap()
                .to_owned(),
        ),
        ..machine
    };
    let ended = async |tokens: &serde_json::Value| {
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        let caller = world.host.caller_with(system.account, token);
        testkit::eventually("its access has ended", async || {
            let reply = caller.get("/api/identity/v1/me").await;
            (reply.status == 401).then_some(())
        })
        .await;
    };
    ended(&first).await;
    let second = form(&world, "token", &machine, &wanted).await.expect(200);
    let token = second["access_token"].as_str().unwrap();
    let about = async || {
        form(&world, "introspect", &asking, &[("token", token)])
            .await
            .expect(200)
    };
    assert_eq!(about().await["active"], true);
    world.delete(&system, &one).await.expect(204);
    // at once, before anybody has heard of it
    assert_eq!(about().await, json!({"active": false}));
    ended(&second).await;
    let account = machine.account.as_deref().unwrap();
    let shown = format!("/api/identity/v1/accounts/{account}");
    assert_eq!(system.get(&shown).await.expect(200)["status"], "suspended");
}

#[tokio::test]
async fn an_application_shows_who_it_is_in_one_way() {
    let world = World::start().await;
    let wanted = [("grant_type", "client_credentials")];
    let posted = App {
        secret: None,
        ..register(&world, "machine").await
    };
    assert_eq!(
        refused(&form(&world, "token", &posted, &wanted).await, 401),
        "invalid_client"
    );
    let machine = register(&world, "machine").await;
    let secret = machine.secret.clone().unwrap();
    let in_form = App {
        secret: None,
        id: machine.id.clone(),
        account: None,
    };
    let both = [wanted[0], ("client_secret", secret.as_str())];
    form(&world, "token", &in_form, &both).await.expect(200);
    assert_eq!(
        refused(&form(&world, "token", &machine, &both).await, 400),
        "invalid_request"
    );
    let twice = [wanted[0], wanted[0]];
    assert_eq!(
        refused(&form(&world, "token", &machine, &twice).await, 400),
        "invalid_request"
    );
    assert_eq!(
        refused(&form(&world, "token", &machine, &[]).await, 400),
        "invalid_request"
    );
    let unknown = [("grant_type", "password")];
    assert_eq!(
        refused(&form(&world, "token", &machine, &unknown).await, 400),
        "unsupported_grant_type"
    );
    let anyone = world.host.anonymous();
    let json = anyone
        .post(
            &format!("{OAUTH}/token"),
            &json!({"grant_type": "client_credentials"}),
        )
        .await;
    assert_eq!(refused(&json, 400), "invalid_request");
    for header in ["Basic", "Basic !!!", "Basic eA==", "Bearer x"] {
        let request = anyone.request(Method::POST, &format!("{OAUTH}/token"));
        let request = request
            .header("authorization", header)
            .header("content-type", "application/x-www-form-urlencoded");
        let reply = anyone
            .send(request.body("grant_type=client_credentials"))
            .await;
        assert_eq!(refused(&reply, 401), "invalid_client", "{header}");
        assert!(reply.headers.contains_key("www-authenticate"));
    }
}

#[tokio::test]
async fn guessing_secrets_stops_the_source_and_locks_no_application_out() {
    let world = World::start_set(|config, _| {
        config["source_failures"] = json!(10);
        config["source_recovery_s"] = json!(60);
    })
    .await;
    let machine = register(&world, "machine").await;
    let wanted = [("grant_type", "client_credentials")];
    let guess = App {
        secret: Some("A".repeat(43)),
        id: machine.id.clone(),
        account: None,
    };
    for _ in 0..9 {
        let reply = form(&world, "token", &guess, &wanted).await;
        assert_eq!(refused(&reply, 401), "invalid_client");
    }
    form(&world, "token", &machine, &wanted).await.expect(200);
    form(&world, "token", &guess, &wanted).await;
    let reply = form(&world, "token", &machine, &wanted).await;
    assert_eq!(slug(&reply, 429), "too-many-attempts");
    world.clock.advance(Duration::from_mins(1));
    form(&world, "token", &machine, &wanted).await.expect(200);
}

#[tokio::test]
async fn applications_are_registered_changed_and_revoked_by_the_system_administrator() {
    let world = World::start().await;
    let app = register(&world, "confidential").await;
    let tokens = let_in(&world, &app, "worker").await;
    let system = world.sign_in("system").await;
    let clients = format!("{OAUTH}/clients");
    for (body, pointer) in [
        (json!({"name": "x", "kind": "public"}), "/redirect_uris"),
        (
            json!({"name": "x", "kind": "machine", "redirect_uris": [BACK]}),
            "/redirect_uris",
        ),
        (
            json!({"name": "x", "kind": "public", "redirect_uris": ["http://app.example"]}),
            "/redirect_uris/0",
        ),
        (json!({"name": "", "kind": "machine"}), "/name"),
        (json!({"name": "x", "kind": "native"}), "/kind"),
        (
            json!({"name": "x", "kind": "machine", "secret": "mine"}),
            "/secret",
        ),
    ] {
        let reply = system.post(&clients, &body).await;
        assert_eq!(reply.status, 422, "{body}");
        let at = reply.body["errors"][0]["pointer"].as_str().unwrap();
        assert!(at.starts_with(pointer.trim_end_matches("/0")), "{at}");
    }
    let security = world.sign_in("security").await;
    assert_eq!(slug(&security.get(&clients).await, 403), "role-missing");
    let one = format!("{clients}/{}", app.id);
    let renewed = system
        .send(system.request(Method::POST, &format!("{one}/actions/renew-secret")))
        .await;
    let secret = renewed.expect(200)["client_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        refused(&refresh(&world, &app, &tokens["refresh_token"]).await, 401),
        "invalid_client"
    );
    let app = App {
        secret: Some(secret),
        ..app
    };
    let tokens = refresh(&world, &app, &tokens["refresh_token"])
        .await
        .expect(200);
    world.delete(&system, &one).await.expect(204);
    assert_eq!(
        slug(&world.delete(&system, &one).await, 404),
        "client-not-found"
    );
    assert_eq!(
        refused(&refresh(&world, &app, &tokens["refresh_token"]).await, 401),
        "invalid_client"
    );
    let listed = system.get(&format!("{clients}?limit=1")).await.expect(200);
    assert!(listed["items"][0]["revoked_at"].is_string());
    assert!(listed["items"][0].get("client_secret").is_none() && listed.get("next").is_none());
}
