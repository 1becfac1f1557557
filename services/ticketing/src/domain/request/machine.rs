//! Which step of a request follows which, and who takes it.

use std::time::Duration;

use kernel::Timestamp;

use super::{Ask, RequestKind, RequestRule, RequestState, RequestStep, SideRequest};
use crate::domain::actor::Actor;
use crate::domain::clock::RunningClock;
use crate::domain::order::Order;
use crate::domain::wording::Bilingual;
use crate::domain::workflow::ActorRule;
use crate::domain::workflow::engine::capacity_among;

/// A suspension is looked at again each month.
const REVIEW_EVERY: Duration = Duration::from_hours(30 * 24);

/// Why a request was not made, or a step not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    /// The order's workflow knows no such request, or not in its state.
    #[error("no such request in the order's present state")]
    NotNow,
    /// The caller may not ask for it, or not decide.
    #[error("the caller may not")]
    NotAllowed,
    /// Who asked or handled does not decide.
    #[error("conflict of interest")]
    ConflictOfInterest,
    /// The step does not follow from the state.
    #[error("out of order")]
    OutOfOrder,
    /// The clock does not run, has run out, or can't be made longer.
    #[error("the clock can't be made longer")]
    Clock,
    /// More than the workflow allows, or a time that has passed.
    #[error("more than the workflow allows")]
    TooMuch,
    /// The time to return the order is over.
    #[error("the time to return the order is over")]
    WindowOver,
    /// A refused return, or the decision of a conference, is final.
    #[error("the decision is final")]
    Final,
    /// A request of this kind is awaiting its decision.
    #[error("a request of this kind is open")]
    Open,
}

impl RequestRefusal {
    /// Returns what the caller reads.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        let (zh, en) = match self {
            Self::NotNow => (
                "工单当前状态不能提出或办理此申请",
                "the order's present state allows no such request",
            ),
            Self::NotAllowed => (
                "您不能提出或办理此申请",
                "you may not make or decide this request",
            ),
            Self::ConflictOfInterest => (
                "申请人和经办人不得审批",
                "who asked or handled the order does not decide",
            ),
            Self::OutOfOrder => (
                "申请当前状态不能执行该步骤",
                "the request's present state does not allow this step",
            ),
            Self::Clock => (
                "该计时未在运行、已超时或不可延期",
                "this limit does not run, has run out, or can't be made longer",
            ),
            Self::TooMuch => (
                "超出流程允许的范围",
                "more than the workflow allows, or a time that has passed",
            ),
            Self::WindowOver => ("已过退单期限", "the time to return the order is over"),
            Self::Final => (
                "退单已被驳回或已经会商指定，不得再退",
                "a refused return or the decision of a conference is final",
            ),
            Self::Open => (
                "同类申请正在审批",
                "a request of this kind is awaiting its decision",
            ),
        };
        Bilingual::new(zh, en)
    }
}

/// What is known of the requests that the order has had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many of the kind there were.
    pub before: u32,
    /// Whether another one of the kind is open: drafts of others are nobody's business.
    pub open: bool,
    /// How many different units asked to return it.
    pub units: u32,
    /// Whether a return of this unit was refused, or a conference has decided.
    pub is_final: bool,
}

/// Checks a request that is about to be made; returns its number.
pub fn start(
    rule: &RequestRule,
    order: &Order,
    actor: &Actor,
    ask: &Ask,
    standing: &Standing,
    now: Timestamp,
) -> Result<u32, RequestRefusal> {
    check_now(rule, order, actor, ask, (standing, now))?;
    Ok(standing.before.saturating_add(1))
}

/// Checks that a request may be made now, or a draft of it handed in: much happens to an order between the two.
fn check_now(
    rule: &RequestRule,
    order: &Order,
    actor: &Actor,
    ask: &Ask,
    (standing, now): (&Standing, Timestamp),
) -> Result<(), RequestRefusal> {
    if capacity_among(&rule.apply, order, actor).is_none() {
        return Err(RequestRefusal::NotAllowed);
    }
    if !rule.from.contains(&order.state) {
        return Err(RequestRefusal::NotNow);
    }
    if standing.open {
        return Err(RequestRefusal::Open);
    }
    if rule.kind == RequestKind::Return && standing.is_final {
        return Err(RequestRefusal::Final);
    }
    check_ask(rule, order, ask, now)
}

/// Says whether a request is about what its unit has in hand: an order that went on to another unit is not taken off
/// that one, and not given more time, by what this one asked for.
fn is_of_unit(order: &Order, request: &SideRequest) -> bool {
    match request.ask.kind() {
        RequestKind::Return | RequestKind::Extend => request.unit == order.unit_code(),
        RequestKind::Suspend | RequestKind::Exclude | RequestKind::Terminate => true,
    }
}

fn check_ask(
    rule: &RequestRule,
    order: &Order,
    ask: &Ask,
    now: Timestamp,
) -> Result<(), RequestRefusal> {
    match ask {
        Ask::Extend { clock, work_days } => {
            let running = order.clocks.iter().find(|running| running.name == *clock);
            let due_at = running.and_then(RunningClock::counts_until);
            if !rule.clocks.contains(clock) || due_at.is_none_or(|due_at| due_at <= now) {
                return Err(RequestRefusal::Clock);
            }
            within(*work_days, rule)
        }
        Ask::Suspend { until, .. } => within(days_until(*until, now), rule),
        Ask::Return { .. } => {
            let mut clocks = order.clocks.iter();
            let open = clocks.any(|clock| rule.clocks.contains(&clock.name) && now <= clock.due_at);
            if open || rule.clocks.is_empty() {
                Ok(())
            } else {
                Err(RequestRefusal::WindowOver)
            }
        }
        Ask::Exclude { .. } | Ask::Terminate { .. } => Ok(()),
    }
}

fn within(asked: u32, rule: &RequestRule) -> Result<(), RequestRefusal> {
    if (1..=rule.most).contains(&asked) {
        Ok(())
    } else {
        Err(RequestRefusal::TooMuch)
    }
}

/// Counts the days until a time, one that has begun included; none where it has passed.
fn days_until(until: Timestamp, now: Timestamp) -> u32 {
    let seconds = until.duration_since(now).as_secs();
    u32::try_from(seconds.div_ceil(24 * 3600)).unwrap_or(u32::MAX)
}

/// Finds where a request that is handed in waits for its decision.
#[must_use]
pub fn submitted(rule: &RequestRule, number: u32, units: u32) -> RequestState {
    let many = number >= rule.upper_from || units >= rule.upper_units;
    if rule.kind == RequestKind::Return && many {
        RequestState::Conference
    } else {
        RequestState::Pending
    }
}

/// Judges a step: who takes it, and whether it follows; `standing` leaves the request itself out. Returns the request as
/// it is afterwards; what an approval does to the order is for the caller.
pub fn judge(
    rule: &RequestRule,
    order: &Order,
    request: &SideRequest,
    step: RequestStep,
    actor: &Actor,
    (standing, now): (&Standing, Timestamp),
) -> Result<SideRequest, RequestRefusal> {
    let account = actor.account();
    match step {
        RequestStep::Submit | RequestStep::Withdraw => {
            if account != Some(request.applicant) {
                return Err(RequestRefusal::NotAllowed);
            }
        }
        _ => check_decider(rule, order, request, actor)?,
    }
    let lasting = request.state == RequestState::Approved && rule.kind == RequestKind::Suspend;
    let state = match (step, request.state) {
        (RequestStep::Submit, RequestState::Draft) => {
            submitted(rule, request.number, standing.units)
        }
        (RequestStep::Withdraw, state) if state.is_open() => RequestState::Withdrawn,
        (RequestStep::Approve, RequestState::Pending | RequestState::Conference) => {
            RequestState::Approved
        }
        (RequestStep::Refuse, RequestState::Pending | RequestState::Conference) => {
            RequestState::Refused
        }
        (RequestStep::Review, _) if lasting => RequestState::Approved,
        (RequestStep::End, _) if lasting => RequestState::Ended,
        _ => return Err(RequestRefusal::OutOfOrder),
    };
    let decides = !matches!(step, RequestStep::Submit | RequestStep::Withdraw);
    if step == RequestStep::Submit {
        check_now(rule, order, actor, &request.ask, (standing, now))?;
    }
    let goes_on = matches!(step, RequestStep::Submit | RequestStep::Approve);
    if goes_on && !(rule.from.contains(&order.state) && is_of_unit(order, request)) {
        return Err(RequestRefusal::NotNow);
    }
    let mut after = request.clone();
    after.state = state;
    after.updated_at = now;
    if decides {
        after.decided_by = account;
    }
    if rule.kind == RequestKind::Suspend {
        let lasts = state == RequestState::Approved;
        after.review_at = lasts.then(|| now.plus(REVIEW_EVERY));
    }
    Ok(after)
}

/// Lists who decides on a request, which depends on what is asked for, and how often it was.
#[must_use]
pub fn deciders<'a>(rule: &'a RequestRule, request: &SideRequest) -> &'a [ActorRule] {
    let upper = request.state == RequestState::Conference
        || match &request.ask {
            Ask::Suspend { until, .. } => days_until(*until, request.created_at) >= rule.upper_from,
            Ask::Extend { .. } => request.number >= rule.upper_from,
            _ => false,
        };
    if upper { &rule.upper } else { &rule.decide }
}

/// Who asked or handled does not decide.
fn check_decider(
    rule: &RequestRule,
    order: &Order,
    request: &SideRequest,
    actor: &Actor,
) -> Result<(), RequestRefusal> {
    if capacity_among(deciders(rule, request), order, actor).is_none() {
        return Err(RequestRefusal::NotAllowed);
    }
    let own = |account| account == request.applicant || order.was_handled_by(account);
    if actor.account().is_some_and(own) {
        return Err(RequestRefusal::ConflictOfInterest);
    }
    Ok(())
}
