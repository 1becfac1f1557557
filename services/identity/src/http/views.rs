//! What callers are shown.

use kernel::{AccountId, GrantId, OrgPath, Role, Timestamp, Version};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{AccountFacts, Tokens};
use crate::domain::{AccountStatus, HeldGrant};

/// 会话令牌 (tokens of a session).
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionTokensView {
    /// 访问令牌 (JWT for `Authorization: Bearer`).
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSIsImtpZCI6…")]
    access_token: String,
    /// 刷新令牌，每次使用后更换 (good for one refresh; each refresh gives a new one).
    refresh_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// 访问令牌的剩余秒数 (seconds until the access token ends).
    #[schema(example = 600)]
    expires_in: u64,
    /// 须绑定二次验证的期限 (from then on the account signs in with a second factor only; absent when no
    /// role asks for one, or there is one).
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor_required_from: Option<Timestamp>,
}

impl From<Tokens> for SessionTokensView {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            refresh_token: tokens.refresh.to_text(),
            token_type: "Bearer",
            expires_in: tokens.expires_in.as_secs(),
            second_factor_required_from: tokens.second_factor_from,
        }
    }
}

/// 授权 (a role within a part of the organisation tree).
#[derive(Serialize, ToSchema)]
pub(crate) struct GrantView {
    /// Its id.
    id: GrantId,
    /// 角色 (role).
    role: Role,
    /// 角色名称 (title of the role).
    #[schema(example = "网格员")]
    title: &'static str,
    /// 范围：此组织及其下级 (this node and everything below it).
    org_path: OrgPath,
    /// 工单类别，空为全部 (categories of orders; none named means all).
    categories: Vec<String>,
    /// 生效时间 (first instant).
    valid_from: Timestamp,
    /// 截止时间 (end; absent while open).
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
    /// 复核有效期 (until when somebody stands for it; absent where nobody has to).
    #[serde(skip_serializing_if = "Option::is_none")]
    certified_until: Option<Timestamp>,
    /// 授权人 (who granted it; absent for the system).
    #[serde(skip_serializing_if = "Option::is_none")]
    granted_by: Option<AccountId>,
    /// 授权时间 (when it was granted).
    granted_at: Timestamp,
}

impl From<&HeldGrant> for GrantView {
    fn from(grant: &HeldGrant) -> Self {
        Self {
            id: grant.id,
            role: grant.role,
            title: grant.role.title_zh(),
            org_path: grant.path.clone(),
            categories: grant.categories.clone(),
            valid_from: grant.period.from,
            valid_until: grant.period.until,
            certified_until: grant.certified_until,
            granted_by: grant.created_by,
            granted_at: grant.created_at,
        }
    }
}

/// 账号 (an account).
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountView {
    /// Its id.
    id: AccountId,
    /// 用户名 (name to sign in with).
    #[schema(example = "wangge01")]
    username: String,
    /// 姓名、称呼 (name for others).
    #[schema(example = "网格员小陈")]
    display_name: String,
    /// 状态 (status).
    status: AccountStatus,
    /// 版本 (also the `ETag`).
    pub(super) version: Version,
    /// 开户时间 (when it was opened).
    created_at: Timestamp,
    /// 角色，不重复 (roles of all grants that count now, each once).
    roles: Vec<Role>,
    /// 授权 (grants that count now or will).
    grants: Vec<GrantView>,
}

impl AccountView {
    pub(super) fn new(facts: &AccountFacts, now: Timestamp) -> Self {
        let AccountFacts { account, grants } = facts;
        let counting = grants.iter().filter(|grant| grant.counts(now));
        let mut roles: Vec<Role> = counting.map(|grant| grant.role).collect();
        roles.sort_unstable();
        roles.dedup();
        Self {
            id: account.id,
            username: account.username.to_string(),
            display_name: account.display_name.to_string(),
            status: account.status,
            version: account.version,
            created_at: account.created_at,
            roles,
            grants: grants.iter().map(GrantView::from).collect(),
        }
    }
}
