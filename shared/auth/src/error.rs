//! Why a caller is turned away.

use problem::{Category, Kind, Message};

/// Why a caller is turned away before any use-case runs.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No bearer token came.
    #[error("no bearer token")]
    TokenMissing,
    /// The header is not `Bearer` and a token, or far too long.
    #[error("authorization header is not a bearer token")]
    HeaderMalformed,
    /// The token names no key, or one that is not in the ring.
    #[error("token of an unknown key")]
    KeyUnknown,
    /// The keys come from another process, and none has come yet.
    #[error("no key is known yet")]
    KeysPending,
    /// Signature, algorithm, issuer, audience or shape are wrong.
    #[error("token does not verify")]
    TokenInvalid(#[source] jsonwebtoken::errors::Error),
    /// The token is over.
    #[error("token expired")]
    TokenExpired,
    /// The caller has none of the roles that the operation asks for.
    #[error("none of the roles of {operation}")]
    RoleMissing {
        /// The operation.
        operation: &'static str,
    },
    /// The operation has no row in the policy table.
    #[error("no policy for {method} {pattern}")]
    NotPermitted {
        /// HTTP method.
        method: String,
        /// Path pattern.
        pattern: String,
    },
    /// `If-Match` is not one entity tag.
    #[error("malformed If-Match")]
    IfMatchMalformed,
    /// `Idempotency-Key` is empty, too long or not visible ASCII.
    #[error("malformed Idempotency-Key")]
    IdempotencyKeyMalformed,
    /// The server was put together without its keys.
    #[error("no auth state in this server")]
    NotAssembled,
}

impl Category for AuthError {
    fn kind(&self) -> Kind {
        match self {
            Self::TokenMissing
            | Self::HeaderMalformed
            | Self::KeyUnknown
            | Self::TokenInvalid(_)
            | Self::TokenExpired => Kind::Unauthenticated,
            Self::RoleMissing { .. } | Self::NotPermitted { .. } => Kind::Forbidden,
            Self::IfMatchMalformed | Self::IdempotencyKeyMalformed => Kind::Malformed,
            Self::KeysPending => Kind::Unavailable,
            Self::NotAssembled => Kind::Internal,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::TokenMissing => "token-missing",
            Self::HeaderMalformed | Self::KeyUnknown | Self::TokenInvalid(_) => "token-invalid",
            Self::TokenExpired => "token-expired",
            Self::KeysPending => "keys-pending",
            Self::RoleMissing { .. } => "role-missing",
            Self::NotPermitted { .. } => "operation-not-permitted",
            Self::IfMatchMalformed => "if-match-malformed",
            Self::IdempotencyKeyMalformed => "idempotency-key-malformed",
            Self::NotAssembled => "internal",
        }
    }

    fn detail(&self) -> Message {
        match self {
            Self::TokenMissing => Message::new(
                "请先登录：请求须带 Authorization: Bearer 令牌",
                "sign in first: the request needs an Authorization: Bearer token",
            ),
            Self::HeaderMalformed | Self::KeyUnknown | Self::TokenInvalid(_) => {
                Message::new("访问令牌无效", "the access token is not valid")
            }
            Self::TokenExpired => Message::new(
                "访问令牌已过期，请刷新会话或重新登录",
                "the access token has expired; refresh the session or sign in again",
            ),
            Self::KeysPending => Message::new(
                "身份服务尚未就绪，请稍后重试",
                "the identity service is not ready yet; try again later",
            ),
            Self::RoleMissing { .. } => Message::new(
                "当前账号没有执行此操作所需的角色",
                "this account has none of the roles that the operation needs",
            ),
            Self::NotPermitted { .. } => {
                Message::new("此操作未开放", "this operation is not open to anyone")
            }
            Self::IfMatchMalformed => Message::new(
                "If-Match 须为一个版本标记，形如 \"1\"",
                "If-Match must be one entity tag such as \"1\"",
            ),
            Self::IdempotencyKeyMalformed => Message::new(
                "Idempotency-Key 须为 1 到 128 个可见 ASCII 字符",
                "Idempotency-Key must be 1 to 128 visible ASCII characters",
            ),
            Self::NotAssembled => Message::new("服务内部错误", "internal error"),
        }
    }
    fn retry_after(&self) -> Option<u32> {
        matches!(self, Self::KeysPending).then_some(2)
    }
}
