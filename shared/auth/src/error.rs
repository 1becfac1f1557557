//! Why a caller is turned away.

use problem::{Category, Fact, Kind};

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
    /// The account was suspended, signed out or lost a grant since the token was made.
    #[error("access ended before the token")]
    AccessEnded,
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
    fn fact(&self) -> Fact {
        match self {
            Self::TokenMissing => Fact::new(
                Kind::Unauthenticated,
                "token-missing",
                "请先登录：请求须带 Authorization: Bearer 令牌",
                "sign in first: the request needs an Authorization: Bearer token",
            ),
            Self::HeaderMalformed | Self::KeyUnknown | Self::TokenInvalid(_) => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            // refreshing tells which: it gives another token, or none
            Self::TokenExpired | Self::AccessEnded => Fact::new(
                Kind::Unauthenticated,
                "token-expired",
                "访问令牌已过期，请刷新会话或重新登录",
                "the access token has expired; refresh the session or sign in again",
            ),
            Self::KeysPending => Fact::new(
                Kind::Unavailable,
                "keys-pending",
                "身份服务尚未就绪，请稍后重试",
                "the identity service is not ready yet; try again later",
            )
            .after(2),
            Self::RoleMissing { .. } => Fact::new(
                Kind::Forbidden,
                "role-missing",
                "当前账号没有执行此操作所需的角色",
                "this account has none of the roles that the operation needs",
            ),
            Self::NotPermitted { .. } => Fact::new(
                Kind::Forbidden,
                "operation-not-permitted",
                "此操作未开放",
                "this operation is not open to anyone",
            ),
            Self::IfMatchMalformed => Fact::new(
                Kind::Malformed,
                "if-match-malformed",
                "If-Match 须为一个版本标记，形如 \"1\"",
                "If-Match must be one entity tag such as \"1\"",
            ),
            Self::IdempotencyKeyMalformed => Fact::new(
                Kind::Malformed,
                "idempotency-key-malformed",
                "Idempotency-Key 须为 1 到 128 个可见 ASCII 字符",
                "Idempotency-Key must be 1 to 128 visible ASCII characters",
            ),
            Self::NotAssembled => Fact::internal(),
        }
    }
}
