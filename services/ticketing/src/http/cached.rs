//! Answers that callers and caches may keep: `ETag`, `Last-Modified`, 304.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use actix_web::http::header::{self, HeaderName, HttpDate};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use kernel::Timestamp;

use crate::domain::panel::hex;

/// How long an open answer may be used without asking again.
const PUBLIC: &str = "public, max-age=60";

/// Tells whether the caller already has what bears this tag.
pub(super) fn has(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get_all(header::IF_NONE_MATCH);
    let mut known = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','));
    known.any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

/// Answers 304.
pub(super) fn not_modified(headers: &[(HeaderName, &str)]) -> HttpResponse {
    let mut answer = HttpResponse::NotModified();
    for (name, value) in headers {
        answer.insert_header((name.clone(), *value));
    }
    answer.finish()
}

/// Answers with an open document, or 304 where the caller has it.
pub(super) fn open(
    request: &HttpRequest,
    kind: &'static str,
    body: String,
    changed: Option<Timestamp>,
) -> HttpResponse {
    let tag = format!("\"{}\"", hex(digest(&SHA256, body.as_bytes()).as_ref()));
    let changed = changed.map(http_date);
    let dated = changed.map(|date| date.to_string());
    let mut headers = vec![
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, PUBLIC),
    ];
    if let Some(dated) = &dated {
        headers.push((header::LAST_MODIFIED, dated.as_str()));
    }
    let asked = request.headers().contains_key(header::IF_NONE_MATCH);
    let unchanged = if asked {
        has(request, &tag)
    } else {
        changed.is_some_and(|changed| is_since(request, changed))
    };
    if unchanged {
        return not_modified(&headers);
    }
    let mut answer = HttpResponse::Ok();
    for header in headers {
        answer.insert_header(header);
    }
    answer.content_type(kind).body(body)
}

/// Tells whether nothing changed since the caller asked last.
fn is_since(request: &HttpRequest, changed: HttpDate) -> bool {
    let known = request.headers().get(header::IF_MODIFIED_SINCE);
    let known = known.and_then(|value| value.to_str().ok());
    known
        .and_then(|text| HttpDate::from_str(text).ok())
        .is_some_and(|known| changed <= known)
}

/// Cuts an instant to the whole seconds that HTTP knows.
fn http_date(at: Timestamp) -> HttpDate {
    let seconds = u64::try_from(at.seconds()).unwrap_or(0);
    HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}
