//! Values that tests of the domain share.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use kernel::{AccountId, OrderId, OrgCode, OrgPath, Timestamp, TypedId};
use uuid::Uuid;

/// An account told apart by a number.
pub(crate) fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number + 1))
}

/// An order told apart by a number.
pub(crate) fn order_id(number: u128) -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(number + 1))
}

/// 2026-11-22 08:00 in Shanghai, plus some hours.
pub(crate) fn hour(hours: u64) -> Timestamp {
    let start: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    start.plus(Duration::from_secs(hours * 3600))
}

/// An org path.
pub(crate) fn path(text: &str) -> OrgPath {
    OrgPath::parse(text).unwrap()
}

/// An org code.
pub(crate) fn code(text: &str) -> OrgCode {
    text.parse().unwrap()
}
