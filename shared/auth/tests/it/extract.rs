use std::sync::Arc;

use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HeaderName, WWW_AUTHENTICATE};
use actix_web::test::TestRequest;
use actix_web::{App, HttpMessage, HttpResponse, test, web};
use auth::{AuthState, Ctx, PublicCtx};
use kernel::{Clock, Role, Timestamp};
use problem::Locale;
use serde_json::{Value, json};

use crate::{SIGNER, claims_of, now};

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        now()
    }
}

async fn closed(ctx: Ctx) -> HttpResponse {
    let command = json!({"title": "t"});
    HttpResponse::Ok().json(json!({
        "operation": ctx.operation,
        "account": ctx.principal.account,
        "trace_id": ctx.trace.trace_id,
        "english": ctx.locale == Locale::En,
        "if_match": ctx.if_match,
        "fingerprint": ctx.idempotency(&command).map(|key| key.fingerprint),
    }))
}

async fn open(ctx: PublicCtx) -> HttpResponse {
    HttpResponse::Ok().json(json!({"operation": ctx.operation}))
}

async fn call(request: TestRequest) -> (u16, Value, bool) {
    let state = AuthState {
        keys: Arc::new(SIGNER.ring()),
        clock: Arc::new(Fixed),
    };
    let app = test::init_service(
        App::new().app_data(web::Data::new(state)).service(
            web::scope("/api/identity/v1")
                .route("/me", web::get().to(closed))
                .route("/accounts/{id}", web::get().to(closed))
                .route("/sessions", web::post().to(open))
                // a closed operation whose handler forgot to ask for the token
                .route("/accounts", web::post().to(open))
                .route("/unlisted", web::get().to(closed)),
        ),
    )
    .await;
    let response = test::call_service(&app, request.to_request()).await;
    let challenged = response.headers().contains_key(WWW_AUTHENTICATE);
    let status = response.status().as_u16();
    (status, test::read_body_json(response).await, challenged)
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn signed(path: &str, role: Role) -> TestRequest {
    let token = SIGNER.sign(&claims_of(role, "/"));
    get(path).insert_header((AUTHORIZATION, format!("Bearer {token}")))
}

#[track_caller]
fn is_problem(answer: &(u16, Value, bool), status: u16, slug: &str) {
    assert_eq!(answer.0, status, "{answer:?}");
    assert_eq!(
        answer.1["type"],
        format!("https://linli.city/problems/{slug}")
    );
}

#[actix_web::test]
async fn a_signed_in_caller_gets_a_context() {
    let request = signed("/api/identity/v1/me", Role::Resident)
        .insert_header((ACCEPT_LANGUAGE, "en"))
        .insert_header((HeaderName::from_static("if-match"), "\"3\""))
        .insert_header((HeaderName::from_static("idempotency-key"), "k-1"))
        .insert_header((
            HeaderName::from_static("traceparent"),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ));
    let (status, body, _) = call(request).await;
    assert_eq!(status, 200);
    assert_eq!(body["operation"], "show_me");
    assert_eq!(body["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(
        (&body["english"], &body["if_match"]),
        (&json!(true), &json!(3))
    );
    assert_eq!(body["fingerprint"].as_str().unwrap().len(), 64);
}

#[actix_web::test]
async fn no_token_or_no_bearer_token_is_401_with_a_challenge() {
    let answer = call(get("/api/identity/v1/me")).await;
    is_problem(&answer, 401, "token-missing");
    assert!(answer.2);
    for value in ["Basic eDp5", "Bearer", "Bearer  ", "x"] {
        let request = get("/api/identity/v1/me").insert_header((AUTHORIZATION, value));
        is_problem(&call(request).await, 401, "token-invalid");
    }
    let long = format!("Bearer {}", "a".repeat(20_000));
    let request = get("/api/identity/v1/me").insert_header((AUTHORIZATION, long));
    is_problem(&call(request).await, 401, "token-invalid");
    let request = get("/api/identity/v1/me").insert_header((AUTHORIZATION, &b"Bearer \xff"[..]));
    is_problem(&call(request).await, 401, "token-invalid");
}

#[actix_web::test]
async fn the_policy_decides_by_role() {
    let path = "/api/identity/v1/accounts/acc_1";
    is_problem(
        &call(signed(path, Role::Resident)).await,
        403,
        "role-missing",
    );
    let (status, body, _) = call(signed(path, Role::SecurityAdmin)).await;
    assert_eq!((status, &body["operation"]), (200, &json!("show_account")));
}

#[actix_web::test]
async fn an_operation_without_a_policy_is_closed_to_everyone() {
    let path = "/api/identity/v1/unlisted";
    is_problem(&call(get(path)).await, 403, "operation-not-permitted");
    is_problem(
        &call(signed(path, Role::SystemAdmin)).await,
        403,
        "operation-not-permitted",
    );
}

#[actix_web::test]
async fn an_open_context_serves_open_operations_only() {
    let (status, body, _) = call(TestRequest::post().uri("/api/identity/v1/sessions")).await;
    assert_eq!((status, &body["operation"]), (200, &json!("open_session")));
    let closed = TestRequest::post().uri("/api/identity/v1/accounts");
    is_problem(&call(closed).await, 403, "role-missing");
}

#[actix_web::test]
async fn malformed_conditions_are_400() {
    for value in ["3", "*", "W/\"3\"", "\"0\"", "\"3\", \"4\""] {
        let request = signed("/api/identity/v1/me", Role::Resident)
            .insert_header((HeaderName::from_static("if-match"), value));
        is_problem(&call(request).await, 400, "if-match-malformed");
    }
    for value in [String::new(), "a b".to_owned(), "x".repeat(129)] {
        let request = signed("/api/identity/v1/me", Role::Resident)
            .insert_header((HeaderName::from_static("idempotency-key"), value));
        is_problem(&call(request).await, 400, "idempotency-key-malformed");
    }
}

/// A ring that fetches its keys, and a token of a key that it does not have yet.
fn following() -> (
    AuthState,
    tokio::sync::mpsc::Receiver<auth::KeyRequest>,
    String,
) {
    let keys = crate::Signer::generate().ring();
    let requests = keys.fetched_elsewhere().unwrap();
    let state = AuthState {
        keys: Arc::new(keys),
        clock: Arc::new(Fixed),
    };
    let token = SIGNER.sign(&claims_of(Role::Resident, "/"));
    (state, requests, token)
}

async fn call_with(state: AuthState, token: &str) -> u16 {
    let me = web::scope("/api/identity/v1").route("/me", web::get().to(closed));
    let request = get("/api/identity/v1/me")
        .insert_header((AUTHORIZATION, format!("Bearer {token}")))
        .to_request();
    auth::await_key(&state, request.headers()).await;
    let app = App::new().app_data(web::Data::new(state)).service(me);
    let app = test::init_service(app).await;
    test::call_service(&app, request).await.status().as_u16()
}

#[actix_web::test]
async fn a_token_of_a_new_key_waits_for_the_fetch() {
    let (state, mut requests, token) = following();
    let keys = Arc::clone(&state.keys);
    let fetch = async {
        let request = requests.recv().await.unwrap();
        keys.insert(&SIGNER.jwk).unwrap();
        request.send(()).unwrap();
    };
    let (status, ()) = tokio::join!(call_with(state, &token), fetch);
    assert_eq!(status, 200);
}

#[actix_web::test]
async fn a_token_of_an_unknown_key_is_refused_when_nothing_is_fetched_now() {
    let (state, mut requests, token) = following();
    let drop_it = async { drop(requests.recv().await) };
    let (status, ()) = tokio::join!(call_with(state, &token), drop_it);
    assert_eq!(status, 401);
    let (state, requests, token) = following();
    drop(requests);
    assert_eq!(call_with(state, &token).await, 401);
}
