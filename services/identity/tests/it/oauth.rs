use std::collections::HashMap;
use std::time::Duration;

use auth::{JwkSet, KeyRing};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::{World, slug};

const OAUTH: &str = "/api/identity/v1/oauth";
const BACK: &str = "https://app.example/callback?tenant=1";
const VERIFIER: &str = "a-verifier-of-the-test-that-is-long-enough-0001";

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

/// A registered application, as its developers hold it.
struct App {
    id: String,
    secret: Option<String>,
    account: Option<String>,
}

async fn register(world: &World, kind: &str) -> App {
    let system = world.sign_in("system").await;
    let mut body = json!({"name": "街道通", "kind": kind});
    if kind != "machine" {
        body["redirect_uris"] = json!([BACK, "http://127.0.0.1/cb"]);
    }
    let made = system
        .post(&format!("{OAUTH}/clients"), &body)
        .await
        .expect(201);
    let text = |name: &str| made[name].as_str().map(str::to_owned);
    App {
        id: text("id").unwrap(),
        secret: text("client_secret"),
        account: text("account"),
    }
}

fn asked(app: &App) -> HashMap<&'static str, String> {
    HashMap::from([
        ("client_id", app.id.clone()),
        ("redirect_uri", BACK.to_owned()),
        ("response_type", "code".to_owned()),
        ("scope", "openid profile offline_access".to_owned()),
        ("state", "s t&te".to_owned()),
        ("nonce", "n-1".to_owned()),
        ("code_challenge", challenge(VERIFIER)),
        ("code_challenge_method", "S256".to_owned()),
    ])
}

/// Asks as a person's app does; returns the parameters that the application gets back.
async fn authorize(
    caller: &Caller,
    query: &HashMap<&'static str, String>,
) -> HashMap<String, String> {
    let reply = try_authorize(caller, query).await;
    assert_eq!(reply.status, 303, "{:#}", reply.body);
    let location = reply.headers["location"].to_str().unwrap();
    let url = reqwest::Url::parse(location).unwrap();
    assert!(location.starts_with(query["redirect_uri"].as_str()));
    url.query_pairs().into_owned().collect()
}

async fn try_authorize(caller: &Caller, query: &HashMap<&'static str, String>) -> Reply {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let url = format!("{}{OAUTH}/authorize", caller.target().of("/"));
    let request = client.get(url).bearer_auth(&caller.token).query(query);
    caller.send(request).await
}

/// Posts a form as the application, which shows its secret in the header.
async fn form(world: &World, path: &str, app: &App, parameters: &[(&str, &str)]) -> Reply {
    let anyone = world.host.anonymous();
    let mut parameters = parameters.to_vec();
    let mut request = anyone.request(Method::POST, &format!("{OAUTH}/{path}"));
    match &app.secret {
        Some(secret) => request = request.basic_auth(&app.id, Some(secret)),
        None => parameters.push(("client_id", &app.id)),
    }
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(&parameters);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    anyone.send(request.body(body.finish())).await
}

async fn redeem(world: &World, app: &App, code: &str, verifier: &str) -> Reply {
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", verifier),
    ];
    form(world, "token", app, &parameters).await
}

async fn refresh(world: &World, app: &App, token: &Value) -> Reply {
    let token = token.as_str().unwrap();
    let parameters = [("grant_type", "refresh_token"), ("refresh_token", token)];
    form(world, "token", app, &parameters).await
}

#[track_caller]
fn refused(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status.as_u16(), status, "{:#}", reply.body);
    assert!(
        reply.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/json")
    );
    assert_eq!(reply.headers["cache-control"], "no-store");
    reply.body["error"].as_str().unwrap().to_owned()
}

/// Lets an application in and returns its tokens.
async fn let_in(world: &World, app: &App, username: &str) -> Value {
    let person = world.sign_in(username).await;
    let code = authorize(&person, &asked(app)).await["code"].clone();
    redeem(world, app, &code, VERIFIER).await.expect(200)
}

#[tokio::test]
async fn an_application_is_let_in_and_learns_who_the_person_is() {
    let world = World::start().await;
    for kind in ["public", "confidential"] {
        let app = register(&world, kind).await;
        assert_eq!(app.secret.is_some(), kind == "confidential");
        let worker = world.sign_in("worker").await;
        let answer = authorize(&worker, &asked(&app)).await;
        assert_eq!(
            (answer["state"].as_str(), answer["tenant"].as_str()),
            ("s t&te", "1")
        );
        let reply = redeem(&world, &app, &answer["code"], VERIFIER).await;
        assert_eq!(reply.headers["cache-control"], "no-store");
        let tokens = reply.expect(200);
        assert_eq!(
            (&tokens["token_type"], &tokens["expires_in"]),
            (&json!("Bearer"), &json!(600))
        );

        let discovery = "/api/identity/.well-known/openid-configuration";
        let discovery = world.host.anonymous().get(discovery).await.expect(200);
        assert_eq!(
            discovery["issuer"],
            format!("{}/api/identity", world.host.url())
        );
        assert_eq!(answer["iss"], discovery["issuer"].as_str().unwrap());
        let statement = verified(
            &world,
            &discovery,
            &app,
            tokens["id_token"].as_str().unwrap(),
        )
        .await;
        assert_eq!(statement["sub"], worker.account.to_string());
        assert_eq!(
            (&statement["nonce"], &statement["name"]),
            (&json!("n-1"), &json!("worker"))
        );

        let caller = world.caller(&tokens).await;
        let info = caller.get(&format!("{OAUTH}/userinfo")).await.expect(200);
        assert_eq!(info["sub"], statement["sub"]);
        let sessions = worker.get("/api/identity/v1/me/sessions").await.expect(200);
        assert_eq!(sessions["items"][0]["client_id"], app.id);
        assert_eq!(sessions["items"][0]["method"], "application");
    }
}

/// Verifies a statement as an application does: by what discovery says.
async fn verified(world: &World, discovery: &Value, app: &App, token: &str) -> Value {
    let jwks = discovery["jwks_uri"].as_str().unwrap();
    let jwks = jwks.strip_prefix(&world.host.url()).unwrap();
    let keys = world.host.anonymous().get(jwks).await.expect(200);
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[discovery["issuer"].as_str().unwrap()]);
    validation.set_audience(&[&app.id]);
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation)
        .unwrap()
        .claims;
    // it says who somebody is, and opens nothing
    let ring = KeyRing::new();
    ring.replace(&keys);
    ring.verify(token, world.now()).unwrap_err();
    claims
}

#[tokio::test]
async fn a_code_is_good_once_in_the_right_hands_for_a_minute() {
    let world = World::start().await;
    let app = register(&world, "confidential").await;
    let other = register(&world, "confidential").await;
    let worker = world.sign_in("worker").await;
    let code = authorize(&worker, &asked(&app)).await["code"].clone();
    let wrong = "another-verifier-of-the-test-long-enough-000001";
    assert_eq!(
        refused(&redeem(&world, &app, &code, wrong).await, 400),
        "invalid_grant"
    );
    assert_eq!(
        refused(&redeem(&world, &other, &code, VERIFIER).await, 400),
        "invalid_grant"
    );
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1/cb"),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(
        refused(&form(&world, "token", &app, &elsewhere).await, 400),
        "invalid_grant"
    );
    let tokens = redeem(&world, &app, &code, VERIFIER).await.expect(200);
    // a second time: somebody else has it too, and what it gave out ends
    assert_eq!(
        refused(&redeem(&world, &app, &code, VERIFIER).await, 400),
        "invalid_grant"
    );
    assert_eq!(
        refused(&refresh(&world, &app, &tokens["refresh_token"]).await, 400),
        "invalid_grant"
    );
    let late = authorize(&worker, &asked(&app)).await["code"].clone();
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(
        refused(&redeem(&world, &app, &late, VERIFIER).await, 400),
        "invalid_grant"
    );
}

#[tokio::test]
async fn one_code_handed_in_many_times_at_once_opens_at_most_one_session() {
    let world = World::start().await;
    let app = register(&world, "public").await;
    let worker = world.sign_in("worker").await;
    let code = authorize(&worker, &asked(&app)).await["code"].clone();
    let all =
        futures_util::future::join_all((0..6).map(|_| redeem(&world, &app, &code, VERIFIER))).await;
    assert_eq!(all.iter().filter(|reply| reply.status == 200).count(), 1);
}

#[tokio::test]
async fn an_applications_refresh_token_is_good_in_its_hands_only() {
    let world = World::start().await;
    let app = register(&world, "confidential").await;
    let other = register(&world, "public").await;
    let tokens = let_in(&world, &app, "worker").await;
    let token = &tokens["refresh_token"];
    assert_eq!(
        slug(&world.refresh(token).await, 401),
        "refresh-token-invalid"
    );
    assert_eq!(
        refused(&refresh(&world, &other, token).await, 400),
        "invalid_grant"
    );
    let renewed = refresh(&world, &app, token).await.expect(200);
    assert_ne!(&renewed["refresh_token"], token);
    world.clock.advance(Duration::from_secs(11));
    assert_eq!(
        refused(&refresh(&world, &app, token).await, 400),
        "invalid_grant"
    );
    assert_eq!(
        refused(&refresh(&world, &app, &renewed["refresh_token"]).await, 400),
        "invalid_grant"
    );
    // and our own sessions are none of an application's business
    let own = world.tokens("worker").await;
    assert_eq!(
        refused(&refresh(&world, &app, &own["refresh_token"]).await, 400),
        "invalid_grant"
    );
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_told_to_the_application_where_it_is_known() {
    let world = World::start().await;
    let app = register(&world, "public").await;
    let worker = world.sign_in("worker").await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", VERIFIER, "invalid_request"),
        ("scope", "openid admin", "invalid_scope"),
    ] {
        let mut query = asked(&app);
        query.insert(name, value.to_owned());
        let answer = authorize(&worker, &query).await;
        assert_eq!(answer["error"], error, "{name}");
        assert_eq!(answer["state"], "s t&te");
        assert!(!answer.contains_key("code"));
    }
    for (name, value, pointer) in [
        ("client_id", "cli_01jcgb2r00e8arc5tmvkbzqy7x", "/client_id"),
        ("client_id", "x", "/client_id"),
        (
            "redirect_uri",
            "https://evil.example/callback",
            "/redirect_uri",
        ),
        (
            "redirect_uri",
            "https://app.example/callback",
            "/redirect_uri",
        ),
        ("state", "", "/state"),
    ] {
        let mut query = asked(&app);
        query.insert(name, value.to_owned());
        let reply = try_authorize(&worker, &query).await;
        assert_eq!(reply.status, 422, "{name}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer);
        assert!(!reply.headers.contains_key("location"));
    }
    let mut local = asked(&app);
    local.insert("redirect_uri", "http://127.0.0.1:49152/cb".to_owned());
    assert!(authorize(&worker, &local).await.contains_key("code"));
    // an application that was let in does not let others in, nor does a session that ended
    let tokens = let_in(&world, &app, "worker").await;
    let inside = world.caller(&tokens).await;
    assert_eq!(
        authorize(&inside, &asked(&app)).await["error"],
        "access_denied"
    );
    world
        .delete(&worker, "/api/identity/v1/sessions/current")
        .await
        .expect(204);
    assert_eq!(
        authorize(&worker, &asked(&app)).await["error"],
        "access_denied"
    );
}

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
async fn tokens_are_asked_about_and_given_back() {
    let world = World::start().await;
    let app = register(&world, "confidential").await;
    let other = register(&world, "machine").await;
    let public = register(&world, "public").await;
    let tokens = let_in(&world, &app, "worker").await;
    let access = tokens["access_token"].as_str().unwrap();
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let about =
        async |app: &App, token: &str| form(&world, "introspect", app, &[("token", token)]).await;
    let shown = about(&other, access).await.expect(200);
    assert_eq!(
        (&shown["active"], &shown["client_id"]),
        (&json!(true), &json!(app.id))
    );
    assert_eq!(shown["exp"], world.now().seconds() + 600);
    let shown = about(&app, refresh_token).await.expect(200);
    assert_eq!(shown["token_type"], "refresh_token");
    // another's refresh token is nothing to it, nor is what is no token
    for token in [refresh_token, "x", "a.b.c", &"A".repeat(64)] {
        assert_eq!(
            about(&other, token).await.expect(200),
            json!({"active": false})
        );
    }
    assert_eq!(
        refused(&about(&public, access).await, 400),
        "unauthorized_client"
    );
    for token in [refresh_token, access, "x"] {
        form(&world, "revoke", &other, &[("token", token)])
            .await
            .expect(200);
    }
    assert_eq!(about(&app, access).await.expect(200)["active"], true);
    form(&world, "revoke", &app, &[("token", refresh_token)])
        .await
        .expect(200);
    for token in [access, refresh_token] {
        assert_eq!(
            about(&app, token).await.expect(200),
            json!({"active": false})
        );
    }
    assert_eq!(
        refused(&refresh(&world, &app, &tokens["refresh_token"]).await, 400),
        "invalid_grant"
    );
}

#[tokio::test]
async fn an_application_shows_who_it_is_in_one_way() {
    let world = World::start().await;
    let app = register(&world, "confidential").await;
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
