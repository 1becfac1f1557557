//! The kinds of failure, and what each is in HTTP. Statuses are named here and nowhere else.

use actix_web::http::StatusCode;

use crate::locale::Message;

/// What sort of failure it was, as far as the caller is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// The state of the thing, or its version, does not allow it.
    Conflict,
    /// Well formed, but the content does not hold.
    Invalid,
    /// The request cannot be read at all.
    Malformed,
    /// The caller is known and may not do it.
    Forbidden,
    /// The caller is not known.
    Unauthenticated,
    /// The body is larger than the operation takes.
    TooLarge,
    /// The body is of a type that the operation does not read.
    UnsupportedMedia,
    /// `If-Match` names another version.
    Precondition,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The caller asks too often.
    TooMany,
    /// The service cannot answer now; the same request may succeed soon.
    Unavailable,
    /// A fault of the service.
    Internal,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::NotFound,
        Self::Conflict,
        Self::Invalid,
        Self::Malformed,
        Self::Forbidden,
        Self::Unauthenticated,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::Precondition,
        Self::MethodNotAllowed,
        Self::TooMany,
        Self::Unavailable,
        Self::Internal,
    ];

    /// Returns the HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Precondition => StatusCode::PRECONDITION_FAILED,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the title, the same for every failure of the kind.
    #[must_use]
    pub const fn title(self) -> Message {
        match self {
            Self::NotFound => Message::fixed("未找到", "Not found"),
            Self::Conflict => Message::fixed("与当前状态冲突", "Conflict with the current state"),
            Self::Invalid => Message::fixed("内容不符合要求", "Invalid content"),
            Self::Malformed => Message::fixed("请求格式错误", "Malformed request"),
            Self::Forbidden => Message::fixed("没有权限", "Forbidden"),
            Self::Unauthenticated => Message::fixed("未登录或登录已失效", "Not authenticated"),
            Self::TooLarge => Message::fixed("请求内容过大", "Content too large"),
            Self::UnsupportedMedia => {
                Message::fixed("不支持的内容类型", "Unsupported content type")
            }
            Self::Precondition => Message::fixed("版本已变化", "Version has changed"),
            Self::MethodNotAllowed => Message::fixed("不支持的请求方法", "Method not allowed"),
            Self::TooMany => Message::fixed("请求过于频繁", "Too many requests"),
            Self::Unavailable => Message::fixed("服务暂时不可用", "Service unavailable"),
            Self::Internal => Message::fixed("服务内部错误", "Internal error"),
        }
    }

    /// The only slug that a failure of the service shows: another would tell how it is built.
    pub(crate) const INTERNAL_SLUG: &'static str = "internal";

    /// Returns the only detail that a failure of the service shows.
    pub(crate) const fn internal_detail() -> Message {
        Message::fixed(
            "服务出现内部错误，请稍后重试；如再次出现，请提供 trace_id。",
            "The service failed. Please try again later; if it happens again, quote the trace_id.",
        )
    }

    /// Seconds after which a retry makes sense when the failure itself does not say.
    pub(crate) const fn default_retry_after(self) -> Option<u32> {
        match self {
            Self::TooMany | Self::Unavailable => Some(1),
            _ => None,
        }
    }
}
