//! Problems as RFC 9457 writes them.

use actix_web::{HttpResponse, http::header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    fact::Fact,
    kind::Kind,
    locale::{Locale, Message},
};

/// Media type of a problem.
const PROBLEM_JSON: &str = "application/problem+json";

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body (RFC 6901), `""` for the body itself.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: Message,
}

impl FieldError {
    /// Makes a field error.
    #[must_use]
    pub fn new(pointer: impl Into<String>, detail: Message) -> Self {
        Self {
            pointer: pointer.into(),
            detail,
        }
    }
}

/// One wrong field, in the language of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer into the body.
    #[schema(example = "/title")]
    pub pointer: String,
    /// 说明 (what is wrong with it).
    #[schema(example = "不能为空")]
    pub detail: String,
}

/// Body of every answer that is not a success (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// 问题类型，固定不变 (stable name of the problem, to decide by).
    #[serde(rename = "type")]
    #[schema(example = "https://linli.city/problems/order-not-found")]
    pub kind: String,
    /// 标题，同类问题相同 (title, the same for every problem of the kind).
    #[schema(example = "未找到")]
    pub title: String,
    /// HTTP 状态码 (status).
    #[schema(example = 404)]
    pub status: u16,
    /// 说明 (what happened, for the caller).
    #[schema(example = "没有这个工单")]
    pub detail: String,
    /// 有误的字段 (wrong fields).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// 追踪编号，报告问题时请提供 (trace id, to quote in a report).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: Option<String>,
}

/// Returns the address that names a problem.
fn type_url(slug: &str) -> String {
    format!("https://linli.city/problems/{slug}")
}

/// Writes the problem in one language.
pub(crate) fn problem(fact: Fact, locale: Locale, trace_id: Option<&str>) -> Problem {
    let errors = fact.fields.into_iter().map(|field| FieldProblem {
        detail: field.detail.text(locale).to_owned(),
        pointer: field.pointer,
    });
    Problem {
        kind: type_url(fact.slug),
        title: fact.kind.title().text(locale).to_owned(),
        status: fact.kind.status().as_u16(),
        detail: fact.detail.text(locale).to_owned(),
        errors: errors.collect(),
        trace_id: trace_id.map(str::to_owned),
    }
}

/// Builds the answer.
pub(crate) fn respond(fact: Fact, locale: Locale, trace_id: Option<&str>) -> HttpResponse {
    let kind = fact.kind;
    let mut response = HttpResponse::build(kind.status());
    response
        .insert_header((header::CONTENT_TYPE, PROBLEM_JSON))
        .insert_header((header::CONTENT_LANGUAGE, locale.tag()))
        // an error of one caller is no answer for the next
        .insert_header((header::CACHE_CONTROL, "no-store"));
    // 429 and 503 always say when to come again
    if let Some(seconds) = fact.retry_after.or_else(|| kind.default_retry_after()) {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if kind == Kind::Unauthenticated {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    let problem = problem(fact, locale, trace_id);
    // strings and a number always serialise
    response.body(serde_json::to_vec(&problem).unwrap_or_default())
}
