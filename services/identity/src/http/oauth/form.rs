//! Bodies as OAuth prescribes them: forms; and answers, errors too, as plain JSON.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use chassis::http::Prescribed;
use problem::Failure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::oauth::{OAuthError, Presented};

/// Longest value of a parameter: an access token is the longest of them.
const MAX_VALUE: usize = 8 * 1024;
/// Most parameters; nobody needs a dozen.
const MAX_PARAMETERS: usize = 32;

/// 错误 (an error in the words of RFC 6749, section 5.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct OAuthErrorView {
    /// Its name.
    #[schema(example = "invalid_grant")]
    error: &'static str,
    /// 说明 (in words, for developers).
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<String>,
}

/// Parameters of a form, each once.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a form.
    pub(super) fn parse(request: &HttpRequest, body: &web::Bytes) -> Result<Self, OAuthError> {
        let wrong = OAuthError::InvalidRequest;
        if request.content_type() != "application/x-www-form-urlencoded" {
            return Err(wrong("the body must be application/x-www-form-urlencoded"));
        }
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if parameters.len() == MAX_PARAMETERS || value.len() > MAX_VALUE {
                return Err(wrong("too many parameters, or one that is too long"));
            }
            if parameters
                .insert(name.into_owned(), value.into_owned())
                .is_some()
            {
                return Err(wrong("a parameter came twice"));
            }
        }
        Ok(Self(parameters))
    }

    /// Takes a parameter out; an empty one counts as absent.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|value| !value.is_empty())
    }

    /// Takes a parameter out that must be there.
    pub(super) fn require(&mut self, name: &'static str) -> Result<String, OAuthError> {
        self.take(name)
            .ok_or(OAuthError::InvalidRequest("a parameter is missing"))
    }

    /// Takes out how the application presents itself: by the header, or in the form, never both.
    pub(super) fn client(&mut self, headers: &HeaderMap) -> Result<Presented, OAuthError> {
        let in_form = self.take("client_id");
        let secret = self.take("client_secret");
        let Some(header) = headers.get(AUTHORIZATION) else {
            let id = in_form.ok_or(OAuthError::InvalidClient)?;
            return Ok(Presented { id, secret });
        };
        let presented = basic(header.to_str().ok()).ok_or(OAuthError::InvalidClient)?;
        if secret.is_some() || in_form.is_some_and(|id| id != presented.id) {
            return Err(OAuthError::InvalidRequest(
                "the application presents itself twice",
            ));
        }
        Ok(presented)
    }
}

/// Name and secret of the header (RFC 6749, section 2.3.1): each was encoded as in a form.
fn basic(header: Option<&str>) -> Option<Presented> {
    let (scheme, encoded) = header?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |text: &str| {
        let pair = format!("x={text}");
        form_urlencoded::parse(pair.as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Some(Presented {
        id: decode(id)?,
        secret: Some(decode(secret)?).filter(|secret| !secret.is_empty()),
    })
}

/// Answers 200, or an error in the words of the standard; what is none of it goes the usual way.
pub(super) fn answer(
    result: Result<impl Serialize, OAuthError>,
) -> Ready<Result<HttpResponse, Failure>> {
    let error = match result {
        Ok(view) => {
            let mut response = HttpResponse::Ok();
            return ready(Ok(response
                .insert_header((CACHE_CONTROL, "no-store"))
                .json(view)));
        }
        Err(error) => error,
    };
    let Some(name) = error.name() else {
        return ready(Err(error.into()));
    };
    let mut response = HttpResponse::build(StatusCode::BAD_REQUEST);
    if matches!(error, OAuthError::InvalidClient) {
        response.status(StatusCode::UNAUTHORIZED);
        response.insert_header((WWW_AUTHENTICATE, "Basic realm=\"linli\""));
    }
    let view = OAuthErrorView {
        error: name,
        error_description: Some(error.to_string()),
    };
    response
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "application/json"));
    let mut response = response.json(view);
    response.extensions_mut().insert(Prescribed);
    ready(Ok(response))
}
