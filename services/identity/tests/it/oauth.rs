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

pub(crate) const OAUTH: &str = "/api/identity/v1/oauth";
pub(crate) const BACK: &str = "https://app.example/callback?tenant=1";
const VERIFIER: &str = "a-verifier-of-the-test-that-is-long-enough-0001";

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

/// A registered application, as its developers hold it.
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) account: Option<String>,
}

pub(crate) async fn register(world: &World, kind: &str) -> App {
    let system = world.sign_in("system").await;
    let mut body = json!({"name": "街道通", "kind": kind});
    if kind != "machine" {
        body["redirect_uris"] = json!([BACK, "http://127.0.0.1/cb"]);
        body["may_act"] = json!(true);
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

pub(crate) fn asked(app: &App) -> HashMap<&'static str, String> {
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
pub(crate) async fn authorize(
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
pub(crate) async fn form(
    world: &World,
    path: &str,
    app: &App,
    parameters: &[(&str, &str)],
) -> Reply {
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

pub(crate) async fn refresh(world: &World, app: &App, token: &Value) -> Reply {
    let token = token.as_str().unwrap();
    let parameters = [("grant_type", "refresh_token"), ("refresh_token", token)];
    form(world, "token", app, &parameters).await
}

#[track_caller]
pub(crate) fn refused(reply: &Reply, status: u16) -> String {
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
pub(crate) async fn let_in(world: &World, app: &App, username: &str) -> Value {
    let_in_for(world, app, username, "openid profile offline_access").await
}

/// Lets an application in for a scope and returns its tokens.
pub(crate) async fn let_in_for(world: &World, app: &App, username: &str, scope: &str) -> Value {
    let person = world.sign_in(username).await;
    let mut query = asked(app);
    query.insert("scope", scope.to_owned());
    let code = authorize(&person, &query).await["code"].clone();
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
    let through: Vec<&Reply> = all.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(through.len(), 1);
    // one of those who had it is a thief: what it opened has ended
    let reply = refresh(&world, &app, &through[0].body["refresh_token"]).await;
    assert_eq!(refused(&reply, 400), "invalid_grant");
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
    let tokens = let_in_for(&world, &app, "worker", "act").await;
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
