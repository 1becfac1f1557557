//! One matter, one order (并案): an order becomes part of another open one, and can be taken out again (拆案) until one
//! of the two has moved on. Repeated appeals are merged in principle (S2).
//!
//! Nothing is lost: the merged order keeps its number, its timeline, its votes and whoever handled it; who asked for
//! it follows the order that goes on, and its photos go there. The votes of a merged order judge another handling, so
//! they stay with it and count in no quorum of the other.

use kernel::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

use super::actor::{Actor, Capacity};
use super::clock::RunningClock;
use super::event::DomainEvent;
use super::order::Order;
use super::wording::Bilingual;
use super::workflow::engine::capacity_among;
use super::workflow::{ActorRule, Definition, clocks};

/// What a workflow says about merging its orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRule {
    /// The states in which an order may become part of another one.
    pub from: Vec<String>,
    /// The states in which an order may take another one in.
    pub into: Vec<String>,
    /// The system's action that ends the merged order.
    pub action: String,
    /// Who merges orders, and takes them apart.
    pub who: Vec<ActorRule>,
}

/// What a merge has changed, to be undone by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The state that the merged order was in.
    pub state: String,
    /// The clocks that ran.
    pub clocks: Vec<RunningClock>,
    /// Who became a joint requester of the order that goes on because of it.
    pub joint_requesters: Vec<AccountId>,
}

/// Why orders were not merged, or not taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeRefusal {
    /// An order doesn't become part of itself.
    #[error("an order does not become part of itself")]
    Same,
    /// The caller may not.
    #[error("the caller may not")]
    NotAllowed,
    /// The workflow of one of the two doesn't know it, or not in its state.
    #[error("not in the present state")]
    NotNow,
    /// They belong to different districts.
    #[error("the orders belong to different districts")]
    OtherDistrict,
    /// One of them is confidential, the other isn't.
    #[error("one of the orders is confidential")]
    Confidential,
    /// They are not about the same unit.
    #[error("the orders are about different units")]
    OtherUnit,
    /// A side request about the order is open, or a suspension lasts.
    #[error("a side request is open")]
    RequestOpen,
    /// The order was not merged.
    #[error("the order is no part of another one")]
    NotMerged,
    /// One of them has moved on since.
    #[error("one of the orders has moved on")]
    MovedOn,
}

impl MergeRefusal {
    /// Returns what the caller reads.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Same => ("工单不能并入自身", "an order can't become part of itself"),
            Self::NotAllowed => (
                "您不能合并或拆分这些工单",
                "you may not merge or take apart these orders",
            ),
            Self::NotNow => (
                "工单当前状态不能并案",
                "the present state of one of the orders allows no merge",
            ),
            Self::OtherDistrict => (
                "不同区的工单不能并案",
                "orders of different districts are not merged",
            ),
            Self::Confidential => (
                "保密工单只能与保密工单并案",
                "a confidential order is merged with confidential ones only",
            ),
            Self::OtherUnit => (
                "被反映单位不同的工单不能并案",
                "orders about different units are not merged",
            ),
            Self::RequestOpen => (
                "工单有未办结的附加申请或正在挂账",
                "a side request about the order is open, or a suspension lasts",
            ),
            Self::NotMerged => (
                "该工单未并入其他工单",
                "the order is no part of another one",
            ),
            Self::MovedOn => (
                "并案后已有流转，不能拆案",
                "one of the orders has moved on since they were merged",
            ),
        };
        Bilingual::new(zh, en)
    }
}

/// Checks that an order may become part of another one, both as they are now; returns the caller's capacity.
///
/// # Errors
/// Why not.
pub fn check(
    (merged_by, merged): (&Definition, &Order),
    (survives_by, survivor): (&Definition, &Order),
    actor: &Actor,
) -> Result<Capacity, MergeRefusal> {
    if merged.id == survivor.id {
        return Err(MergeRefusal::Same);
    }
    let rule = merged_by.merge.as_ref().ok_or(MergeRefusal::NotNow)?;
    let capacity = may(rule, merged, survivor, actor)?;
    let takes_in = survives_by.merge.as_ref().ok_or(MergeRefusal::NotNow)?;
    if !rule.from.contains(&merged.state) || !takes_in.into.contains(&survivor.state) {
        return Err(MergeRefusal::NotNow);
    }
    if merged.task_open {
        return Err(MergeRefusal::NotNow);
    }
    if merged.org_code.district() != survivor.org_code.district() {
        return Err(MergeRefusal::OtherDistrict);
    }
    if merged.confidential != survivor.confidential {
        return Err(MergeRefusal::Confidential);
    }
    if merged.about != survivor.about {
        return Err(MergeRefusal::OtherUnit);
    }
    Ok(capacity)
}

/// Finds the capacity in which somebody merges two orders: over both of them.
fn may(
    rule: &MergeRule,
    merged: &Order,
    survivor: &Order,
    actor: &Actor,
) -> Result<Capacity, MergeRefusal> {
    let over = |order| capacity_among(&rule.who, order, actor);
    over(survivor)
        .and(over(merged))
        .ok_or(MergeRefusal::NotAllowed)
}

/// Takes an order in: whoever asked for it, or follows it, follows the survivor.
#[must_use]
pub fn absorb(
    survivor: &Order,
    merged: &Order,
    now: Timestamp,
) -> (Order, Vec<AccountId>, Vec<DomainEvent>) {
    let mut after = survivor.clone();
    let mut added = Vec::new();
    for account in merged.requester.iter().chain(&merged.joint_requesters) {
        let known = after.requester == Some(*account) || after.joint_requesters.contains(account);
        if !known {
            after.joint_requesters.push(*account);
            added.push(*account);
        }
    }
    after.updated_at = now;
    let events = vec![DomainEvent::Absorbed { merged: merged.id }];
    (after, added, events)
}

/// Takes two orders apart (拆案): each is again as it was; what ran out meanwhile has run out.
///
/// # Errors
/// Why not.
pub fn take_apart(
    rule: &MergeRule,
    merged: &Order,
    survivor: &Order,
    merge: Merge,
    actor: &Actor,
    now: Timestamp,
) -> Result<(Order, Order, Capacity, Vec<DomainEvent>), MergeRefusal> {
    let capacity = may(rule, merged, survivor, actor)?;
    if merged.merged_into != Some(survivor.id) {
        return Err(MergeRefusal::NotMerged);
    }
    let mut events = vec![DomainEvent::TakenApart { other: survivor.id }];
    let mut restored = merged.clone();
    restored.merged_into = None;
    restored.state = merge.state;
    restored.updated_at = now;
    clocks::restore(&mut restored, merge.clocks, &mut events);
    let mut left = survivor.clone();
    left.joint_requesters
        .retain(|account| !merge.joint_requesters.contains(account));
    left.updated_at = now;
    Ok((restored, left, capacity, events))
}

/// Notes on a merged order where it went.
pub fn point(merged: &mut Order, survivor: &Order, events: &mut Vec<DomainEvent>) {
    merged.merged_into = Some(survivor.id);
    events.push(DomainEvent::MergedInto {
        survivor: survivor.id,
        survivor_opened_at: Some(survivor.created_at),
    });
}
