//! Who exists and who may do what where. Emitted by identity.

use kernel::{AccountId, GrantId, OrgPath, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An account was opened (开户).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountRegistered {
    /// The account.
    pub account_id: AccountId,
}

/// A role was granted within a scope (授权).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountGranted {
    /// The account.
    pub account_id: AccountId,
    /// The grant.
    pub grant_id: GrantId,
    /// What the holder may act as.
    pub role: Role,
    /// Where: everything at or below this path.
    pub org_path: OrgPath,
}

/// A grant ended (收回授权).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountRevoked {
    /// The account.
    pub account_id: AccountId,
    /// The grant that ended.
    pub grant_id: GrantId,
}

crate::events! {
    AccountRegistered => "linli.identity.account.registered.v1",
    AccountGranted => "linli.identity.account.granted.v1",
    AccountRevoked => "linli.identity.account.revoked.v1",
}
