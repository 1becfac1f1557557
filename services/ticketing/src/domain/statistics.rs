//! Figures from counts: every rate shows its numerator and denominator, and has no value where the denominator is 0.
//!
//! The formulas are those of the design's section (c); the number of each is named at its field.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rate that shows what it was made of (率).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rate {
    /// What counts.
    pub numerator: u64,
    /// What it is measured against.
    pub denominator: u64,
    /// The quotient, unrounded; null where the denominator is 0.
    pub value: Option<f64>,
}

impl Rate {
    /// Makes a rate from two counts.
    #[must_use]
    pub fn of(numerator: u64, denominator: u64) -> Self {
        let value = (denominator > 0).then(|| float(numerator) / float(denominator));
        Self {
            numerator,
            denominator,
            value,
        }
    }

    /// Makes the rate of those that are left: `1 - part / whole`.
    #[must_use]
    pub fn rest_of(part: u64, whole: u64) -> Self {
        Self::of(whole.saturating_sub(part), whole)
    }

    /// Hides a rate whose denominator is small enough to point at persons, for public figures (R8).
    #[must_use]
    pub fn unless_fewer_than(self, least: u64) -> Option<Self> {
        (self.denominator >= least).then_some(self)
    }
}

/// Turns a count into a float; exact up to 2^53.
fn float(count: u64) -> f64 {
    let high = u32::try_from(count >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(count & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

/// The counts that the rates are made of, all over one period and one part of the org tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Orders opened (上报数).
    pub opened: u64,
    /// Orders taken up, that is neither declined nor withdrawn before nor part of another one (受理数).
    pub accepted: u64,
    /// Orders declined (不予受理数).
    pub declined: u64,
    /// Orders withdrawn by the requester (撤单数).
    pub withdrawn: u64,
    /// Orders that became part of others: calls about a matter that is counted already (并案数).
    pub merged: u64,
    /// Results that the requester did not leave at that (重开次数).
    pub reopened: u64,
    /// Orders due in the period: closed, or open and past due (应办结数).
    pub due: u64,
    /// Orders closed with a result (办结数).
    pub closed: u64,
    /// Of those, closed by their due time (按时办结数).
    pub closed_in_time: u64,
    /// Closed orders that needed more than one round (重办数).
    pub reworked: u64,
    /// Hand-outs to a unit or a volunteer (派单次数).
    pub dispatches: u64,
    /// Hand-outs that came back: returned by the unit or given back by the volunteer (退单次数).
    pub returns: u64,
    /// Hand-outs signed or claimed (签收、接单次数).
    pub taken: u64,
    /// Of those, within the time for it (按时签收、接单次数).
    pub taken_in_time: u64,
    /// Orders whose unit reported the handling (处置数).
    pub handled: u64,
    /// Of those, failed a site check at least once (返工数).
    pub checks_failed: u64,
    /// Callbacks in which the resident was reached (回访接通数).
    pub callbacks_reached: u64,
    /// Of those, the matter is solved (回访已解决数).
    pub callbacks_solved: u64,
    /// Of those, the answer is satisfied: 4 or 5 of 5 (回访满意数).
    pub callbacks_satisfied: u64,
    /// Callbacks tried (回访数).
    pub callbacks: u64,
    /// Site checks (核查数).
    pub verifications: u64,
    /// Of those, passed (核查通过数).
    pub verifications_passed: u64,
    /// Votes cast on five-order results (评单数).
    pub votes: u64,
    /// Of those, satisfied: 4 or 5 of 5 (满意评单数).
    pub votes_satisfied: u64,
    /// Of those, the matter is solved.
    pub votes_solved: u64,
    /// Five-order results accepted by the residents, which may be published (应晒单数).
    pub publishable: u64,
    /// Of those, published (已晒单数).
    pub published: u64,
}

/// The rates that the counts give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rates {
    /// 受理率: accepted ÷ opened, merged ones left aside (16).
    pub acceptance: Rate,
    /// 派单准确率: 1 − returns ÷ dispatches (3).
    pub dispatch_accuracy: Rate,
    /// 按时签收率 / 接单及时率: taken in time ÷ hand-outs (4, 26).
    pub taking_in_time: Rate,
    /// 办结率: closed ÷ due (10).
    pub closing: Rate,
    /// 按时办结率: closed in time ÷ due (10).
    pub closing_in_time: Rate,
    /// 逾期率: 1 − closed in time ÷ due (10).
    pub overdue: Rate,
    /// 重办率: orders with more than one round ÷ closed (10).
    pub rework: Rate,
    /// 返工率: orders that failed a site check ÷ handled (19).
    pub rework_after_check: Rate,
    /// 核查通过率: passed ÷ site checks.
    pub verification: Rate,
    /// 有效回访率: reached ÷ callbacks (11).
    pub callback_reach: Rate,
    /// 解决率: solved ÷ reached (6).
    pub solution: Rate,
    /// 满意率: satisfied ÷ reached (7).
    pub satisfaction: Rate,
    /// 评单满意率: satisfied votes ÷ votes (26).
    pub review_satisfaction: Rate,
    /// 评单解决率: "solved" votes ÷ votes (26).
    pub review_solution: Rate,
    /// 晒单率: published ÷ accepted results (26).
    pub publication: Rate,
}

impl Counts {
    /// Computes the rates.
    #[must_use]
    pub fn rates(&self) -> Rates {
        Rates {
            acceptance: Rate::of(self.accepted, self.opened.saturating_sub(self.merged)),
            dispatch_accuracy: Rate::rest_of(self.returns, self.dispatches),
            taking_in_time: Rate::of(self.taken_in_time, self.dispatches),
            closing: Rate::of(self.closed, self.due),
            closing_in_time: Rate::of(self.closed_in_time, self.due),
            overdue: Rate::rest_of(self.closed_in_time, self.due),
            rework: Rate::of(self.reworked, self.closed),
            rework_after_check: Rate::of(self.checks_failed, self.handled),
            verification: Rate::of(self.verifications_passed, self.verifications),
            callback_reach: Rate::of(self.callbacks_reached, self.callbacks),
            solution: Rate::of(self.callbacks_solved, self.callbacks_reached),
            satisfaction: Rate::of(self.callbacks_satisfied, self.callbacks_reached),
            review_satisfaction: Rate::of(self.votes_satisfied, self.votes),
            review_solution: Rate::of(self.votes_solved, self.votes),
            publication: Rate::of(self.published, self.publishable),
        }
    }
}

#[cfg(test)]
mod tests;
