use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::StreamExt;
use problem::{Failure, FieldError, Kind, Message};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

/// Largest JSON body in bytes: the server's configuration says it; a scope that takes more puts its
/// own into `app_data`.
#[derive(Debug, Clone, Copy)]
pub struct JsonLimit(pub usize);

/// Longest time that a JSON body may take to arrive: while it does, the request keeps others from being worked on.
const PATIENCE: Duration = Duration::from_secs(10);

/// A JSON body that has the right shape.
///
/// 400 broken JSON, text that is not UTF-8 or a body that does not arrive in time, 413 too large, 415 not JSON, 422 with a pointer to
/// the member that is wrong.
#[derive(Debug)]
pub struct Valid<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Valid<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request
            .app_data::<JsonLimit>()
            .map_or(256 * 1024, |limit| limit.0);
        let is_json = request.content_type() == "application/json";
        let length = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse::<usize>().ok());
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(problem::quick(
                    Kind::UnsupportedMedia,
                    "json-expected",
                    Message::new(
                        "请求体须为 application/json",
                        "the body must be application/json",
                    ),
                ));
            }
            if length.is_some_and(|length| length > limit) {
                return Err(too_large(limit));
            }
            let body = tokio::time::timeout(PATIENCE, read(payload, limit)).await;
            let body = body.map_err(|_| too_slow())??;
            parse(&body).map(Self)
        })
    }
}

async fn read(mut payload: Payload, limit: usize) -> Result<web::BytesMut, Failure> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            problem::quick(
                Kind::Malformed,
                "body-broken",
                Message::new("请求体未完整送达", "the body did not arrive whole"),
            )
        })?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn too_slow() -> Failure {
    let seconds = PATIENCE.as_secs();
    problem::quick(
        Kind::Malformed,
        "body-too-slow",
        Message::new(
            format!("请求体未在 {seconds} 秒内送达"),
            format!("the body did not arrive within {seconds} seconds"),
        ),
    )
}

fn too_large(limit: usize) -> Failure {
    let kib = limit / 1024;
    problem::quick(
        Kind::TooLarge,
        "body-too-large",
        Message::new(
            format!("请求体超过 {kib} KiB"),
            format!("the body exceeds {kib} KiB"),
        ),
    )
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let text = std::str::from_utf8(body).map_err(|_| {
        problem::quick(
            Kind::Malformed,
            "body-not-utf8",
            Message::new("请求体不是有效的 UTF-8", "the body is not valid UTF-8"),
        )
    })?;
    // serde would take a list for a struct, its members in the order of the source
    if text.trim_start().starts_with('[') {
        return Err(wrong_member(
            "",
            "invalid type: sequence, expected an object",
        ));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => wrong_member(&pointer, &strip_position(&inner)),
            _ => broken(&inner),
        }
    })?;
    json.end().map_err(|error| broken(&error))?;
    Ok(value)
}

fn broken(error: &serde_json::Error) -> Failure {
    let (line, column) = (error.line(), error.column());
    problem::quick(
        Kind::Malformed,
        "json-broken",
        Message::new(
            format!("JSON 在第 {line} 行第 {column} 列有误"),
            format!("the JSON is broken at line {line}, column {column}"),
        ),
    )
}

fn strip_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text.get(..end).unwrap_or_default().to_owned(),
        None => text,
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

/// Builds the answer to a member of the wrong shape; `reason` is serde's or a type's own wording.
pub(crate) fn wrong_member(pointer: &str, reason: &str) -> Failure {
    let named = |prefix: &str| {
        let rest = reason.strip_prefix(prefix)?;
        rest.split('`').next().map(str::to_owned)
    };
    let (pointer, detail) = if let Some(name) = named("missing field `") {
        (
            format!("{pointer}/{name}"),
            Message::new("缺少该字段", "is missing"),
        )
    } else if let Some(name) = named("unknown field `") {
        let pointer = if pointer.ends_with(&format!("/{name}")) {
            pointer.to_owned()
        } else {
            format!("{pointer}/{name}")
        };
        (
            pointer,
            Message::new("没有这个字段", "is not a known member"),
        )
    } else if let Some(rest) = reason.strip_prefix("invalid type: ") {
        (
            pointer.to_owned(),
            Message::new(
                format!("类型不对：{rest}"),
                format!("has the wrong type: {rest}"),
            ),
        )
    } else {
        (pointer.to_owned(), Message::bilingual(reason))
    };
    problem::quick_fields(
        Kind::Invalid,
        "invalid-input",
        Message::new("输入内容有误，见 errors", "the input is wrong; see errors"),
        vec![FieldError { pointer, detail }],
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::pin::Pin;

    use actix_web::FromRequest;
    use actix_web::dev::Payload;
    use actix_web::error::PayloadError;
    use actix_web::test::TestRequest;
    use actix_web::web::Bytes;
    use futures_util::{Stream, StreamExt, stream};
    use problem::Locale;

    use super::{Valid, parse};

    type BoxedPayloadStream = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Body {
        title: String,
        place: Option<Place>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Place {
        lon: f64,
    }

    fn refusal(body: &[u8]) -> (u16, String) {
        let Err(failure) = parse::<Body>(body) else {
            return (200, String::new());
        };
        let problem = failure.problem(Locale::En, None);
        let pointer = problem.errors.first().map(|error| error.pointer.clone());
        (problem.status, pointer.unwrap_or_default())
    }

    #[test]
    fn a_wrong_member_is_pointed_at() {
        assert_eq!(refusal(br#"{"title":1}"#), (422, "/title".to_owned()));
        assert_eq!(refusal(br"{}"), (422, "/title".to_owned()));
        assert_eq!(refusal(br#"{"title":"a","x":1}"#), (422, "/x".to_owned()));
        assert_eq!(
            refusal(br#"{"title":"a","place":{"lon":"b"}}"#),
            (422, "/place/lon".to_owned())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_in_is_not_waited_for() {
        let request = TestRequest::post()
            .insert_header(("content-type", "application/json"))
            .to_http_request();
        let begun = stream::iter([Ok(Bytes::from_static(b"{\"title\":"))]);
        let payload: BoxedPayloadStream = Box::pin(begun.chain(stream::pending()));
        let mut payload = Payload::Stream { payload };
        let failure = Valid::<Body>::from_request(&request, &mut payload).await;
        let problem = failure.unwrap_err().problem(Locale::En, None);
        assert_eq!(problem.status, 400);
        assert!(problem.kind.ends_with("body-too-slow"), "{}", problem.kind);
    }

    #[test]
    fn a_list_is_no_object() {
        assert_eq!(refusal(br#"["a",null]"#).0, 422);
        assert_eq!(refusal(b" [").0, 422);
    }

    #[test]
    fn broken_text_is_told_from_a_wrong_member() {
        assert_eq!(refusal(br#"{"title":"#).0, 400);
        assert_eq!(refusal(br#"{"title":"a"} x"#).0, 400);
        assert_eq!(refusal(b"{\"title\":\"\xff\"}").0, 400);
        assert_eq!(refusal(br#"{"title":"a"}"#).0, 200);
    }
}
