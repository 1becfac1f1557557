//! Who exists and who may do what where. Emitted by identity.

use kernel::{AccountId, ExclusionId, GrantId, OrgCode, OrgPath, Role, Timestamp};
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

/// Access of an account ended at once (强制下线): suspended, closed, or signed out everywhere. Tokens that
/// say an earlier version of the account than this event are refused from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountDisconnected {
    /// The account.
    pub account_id: AccountId,
}

/// A grant of an account has to be certified again soon, or ends (授权复核提醒).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountReminded {
    /// The account.
    pub account_id: AccountId,
    /// The grant.
    pub grant_id: GrantId,
    /// What the holder may act as.
    pub role: Role,
    /// Where: everything at or below this path.
    pub org_path: OrgPath,
    /// When the certification ends.
    pub certified_until: Timestamp,
}

/// An account keeps out of the orders of an organisation or of a person (回避).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountExcluded {
    /// The account.
    pub account_id: AccountId,
    /// The exclusion.
    pub exclusion_id: ExclusionId,
    /// Orders about this organisation; absent when it is about a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrgCode>,
    /// Orders of this account; absent when it is about an organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<AccountId>,
}

/// An exclusion ended (解除回避).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountReadmitted {
    /// The account.
    pub account_id: AccountId,
    /// The exclusion that ended.
    pub exclusion_id: ExclusionId,
}

crate::events! {
    AccountRegistered => "linli.identity.account.registered.v1",
    AccountGranted => "linli.identity.account.granted.v1",
    AccountRevoked => "linli.identity.account.revoked.v1",
    AccountDisconnected => "linli.identity.account.disconnected.v1",
    AccountReminded => "linli.identity.account.reminded.v1",
    AccountExcluded => "linli.identity.account.excluded.v1",
    AccountReadmitted => "linli.identity.account.readmitted.v1",
}
