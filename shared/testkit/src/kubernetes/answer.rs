use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Value, json};

/// Why something is refused, as the API says it (`metav1.Status`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) causes: Vec<Value>,
}

impl Refusal {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            causes: Vec::new(),
        }
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(404, "NotFound", format!("{what} not found"))
    }

    pub(super) fn exists(what: &str) -> Self {
        Self::new(409, "AlreadyExists", format!("{what} already exists"))
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "Conflict", message)
    }

    pub(super) fn gone() -> Self {
        Self::new(410, "Expired", "too old resource version")
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "Invalid", message)
    }

    pub(super) fn media_type() -> Self {
        Self::new(415, "UnsupportedMediaType", "no such patch")
    }

    pub(super) fn method() -> Self {
        Self::new(405, "MethodNotAllowed", "not allowed here")
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "no token")
    }

    pub(super) fn unavailable() -> Self {
        Self::new(503, "ServiceUnavailable", "cut off")
    }

    pub(super) fn status(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Status",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code,
            "details": {"causes": self.causes},
        })
    }

    pub(super) fn response(&self) -> HttpResponse {
        let code = StatusCode::from_u16(self.code).expect("it is a status");
        HttpResponse::build(code).json(self.status())
    }
}
