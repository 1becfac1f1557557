use std::{error::Error, io};

use actix_web::{App, HttpResponse, ResponseError, body::to_bytes, get, http::header, test};
use problem::{
    Category, Fact, Failure, FieldError, Kind, Locale, Message, Problem, quick, quick_fields,
};
use serde_json::{Value, json};

/// A use-case's error, as services write them.
#[derive(Debug, thiserror::Error)]
enum CloseOrderError {
    #[error("order is already closed")]
    AlreadyClosed,
    #[error("the body does not hold")]
    Fields,
    #[error("storing the order")]
    Store(#[source] io::Error),
    #[error(transparent)]
    Wrapped(Box<Self>),
    #[error("full")]
    Full,
}

impl Category for CloseOrderError {
    fn fact(&self) -> Fact {
        let blank = || {
            vec![FieldError::new(
                "/title",
                Message::new("不能为空", "must not be blank"),
            )]
        };
        match self {
            Self::AlreadyClosed => Fact::new(
                Kind::Conflict,
                "order-already-closed",
                "工单已办结",
                "The order is already closed.",
            ),
            Self::Fields => Fact::new(
                Kind::Invalid,
                "invalid-content",
                "请修改标出的字段",
                "Please correct the fields.",
            )
            .with_fields(blank()),
            Self::Store(error) => Fact::new(
                Kind::Internal,
                "order-table-broken",
                error.to_string(),
                error.to_string(),
            )
            .with_fields(blank()),
            Self::Wrapped(inner) => inner.fact(),
            Self::Full => Fact::new(
                Kind::Unavailable,
                "too-busy",
                "请稍后重试",
                "Please try again later.",
            )
            .after(30),
        }
    }
}

fn broken() -> CloseOrderError {
    let cause = io::Error::other("secret: /var/lib/orders.db is read-only");
    CloseOrderError::Wrapped(Box::new(CloseOrderError::Store(cause)))
}

async fn body(response: HttpResponse) -> Value {
    let bytes = to_bytes(response.into_body()).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn header_of(response: &HttpResponse, name: header::HeaderName) -> Option<&str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

#[test]
async fn every_kind_has_its_status_and_titles() {
    let statuses = [
        (Kind::NotFound, 404),
        (Kind::Conflict, 409),
        (Kind::Invalid, 422),
        (Kind::Malformed, 400),
        (Kind::Forbidden, 403),
        (Kind::Unauthenticated, 401),
        (Kind::TooLarge, 413),
        (Kind::UnsupportedMedia, 415),
        (Kind::Precondition, 412),
        (Kind::MethodNotAllowed, 405),
        (Kind::TooMany, 429),
        (Kind::Unavailable, 503),
        (Kind::Internal, 500),
    ];
    assert_eq!(statuses.map(|(kind, _)| kind), *Kind::ALL);
    for (kind, status) in statuses {
        let failure = quick(kind, "some-slug", Message::new("说明", "detail"));
        assert_eq!(failure.status_code().as_u16(), status);
        let response = failure.error_response();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(
            header_of(&response, header::CONTENT_TYPE),
            Some("application/problem+json")
        );
        assert_eq!(
            header_of(&response, header::CACHE_CONTROL),
            Some("no-store")
        );
        let challenge = header_of(&response, header::WWW_AUTHENTICATE);
        assert_eq!(challenge, (status == 401).then_some("Bearer"));
        let retry = header_of(&response, header::RETRY_AFTER);
        assert_eq!(retry, matches!(status, 429 | 503).then_some("1"));
        let body = body(response).await;
        assert_eq!(body.get("status"), Some(&json!(status)));
        assert_eq!(body.get("title"), Some(&json!(kind.title().zh)));
        assert!(!kind.title().zh.is_ascii() && kind.title().en.is_ascii());
    }
}

#[test]
async fn a_problem_is_written_in_the_language_of_the_caller() {
    let failure = Failure::from(CloseOrderError::Fields);
    let chinese = failure.respond(Locale::Zh, Some("4bf92f35"));
    assert_eq!(header_of(&chinese, header::CONTENT_LANGUAGE), Some("zh-CN"));
    assert_eq!(
        body(chinese).await,
        json!({
            "type": "https://linli.city/problems/invalid-content",
            "title": "内容不符合要求",
            "status": 422,
            "detail": "请修改标出的字段",
            "errors": [{"pointer": "/title", "detail": "不能为空"}],
            "trace_id": "4bf92f35",
        })
    );
    let english = failure.respond(Locale::En, None);
    assert_eq!(header_of(&english, header::CONTENT_LANGUAGE), Some("en"));
    assert_eq!(
        body(english).await,
        json!({
            "type": "https://linli.city/problems/invalid-content",
            "title": "Invalid content",
            "status": 422,
            "detail": "Please correct the fields.",
            "errors": [{"pointer": "/title", "detail": "must not be blank"}],
        })
    );
}

#[test]
async fn a_fault_of_the_service_shows_nothing_of_its_cause() {
    let failure = Failure::from(broken());
    for locale in [Locale::Zh, Locale::En] {
        let body = body(failure.respond(locale, Some("t"))).await;
        assert_eq!(
            body.get("type"),
            Some(&json!("https://linli.city/problems/internal"))
        );
        assert_eq!(body.get("errors"), None);
        let text = body.to_string();
        assert!(
            !text.contains("secret") && !text.contains("order"),
            "{text}"
        );
    }
    let text = failure.to_string();
    assert!(!text.contains("secret"), "{text}");
}

#[test]
async fn the_log_sees_every_cause_once() {
    let failure = Failure::from(broken());
    let chain = "storing the order: secret: /var/lib/orders.db is read-only";
    assert_eq!(failure.source_chain(), chain);
    let debug = format!("{failure:?}");
    assert!(
        debug.contains(chain) && debug.contains("order-table-broken"),
        "{debug}"
    );
    assert!(broken().source().is_some());
}

#[test]
async fn a_failure_may_say_when_to_come_back() {
    let response = Failure::from(CloseOrderError::Full).error_response();
    assert_eq!(header_of(&response, header::RETRY_AFTER), Some("30"));
}

#[test]
async fn edges_name_fields_without_an_enum_of_their_own() {
    let field = FieldError::new("", Message::new("须为对象", "must be an object"));
    let failure = quick_fields(
        Kind::Invalid,
        "invalid-body",
        Message::new("请求内容不符合要求", "The body does not hold."),
        vec![field],
    );
    let problem = failure.problem(Locale::En, None);
    assert_eq!(problem.errors.first().unwrap().detail, "must be an object");
    let json = serde_json::to_string(&problem).unwrap();
    assert_eq!(serde_json::from_str::<Problem>(&json).unwrap(), problem);
}

#[get("/orders")]
async fn close_order() -> Result<HttpResponse, Failure> {
    Err(CloseOrderError::AlreadyClosed)?;
    Ok(HttpResponse::Ok().finish())
}

#[test]
async fn a_middleware_finds_the_failure_in_the_response() {
    let app = test::init_service(App::new().service(close_order)).await;
    let request = test::TestRequest::get().uri("/orders").to_request();
    let response = test::call_service(&app, request).await;
    let failure = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Failure>())
        .unwrap();
    assert_eq!(failure.kind(), Kind::Conflict);
    assert_eq!(failure.fact().slug, "order-already-closed");
    let problem: Problem = test::read_body_json(response).await;
    assert_eq!(problem.detail, "工单已办结");
}

#[test]
async fn the_schema_names_the_members_of_the_standard() {
    let schema = serde_json::to_value(<Problem as utoipa::PartialSchema>::schema()).unwrap();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap();
    let names: Vec<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 6);
    for name in ["type", "title", "status", "detail", "errors", "trace_id"] {
        assert!(names.contains(&name), "{name} is missing");
    }
}
