//! 回访: whoever asked is asked whether it is solved, by a person, in the app or by the link of a message.
//!
//! What is asked stands in the form of the definition's actions; how often somebody is looked for, and what counts as
//! content, in its block `[callback]` ([`CallbackRule`]). A try that reaches nobody is kept with its order until the
//! round is over. Tries count by half-days (上午、下午), so that three calls in five minutes are one; who is not
//! reached in as many as the definition says is counted as such, neither as content nor as discontent
//! (domain (b), (c) 6, 7, 11).

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::workflow::form::Input;

/// How those who asked are called back, as the definition's `[callback]` block says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackRule {
    /// The action by which a person records a try.
    pub by_person: String,
    /// The action by which who asked answers, in the app or by the link of a message.
    pub by_requester: String,
    /// Half-days in which nobody was reached until it ends as not reached.
    pub tries: u32,
    /// The least satisfaction that is content with a solved matter.
    pub content_from: u8,
    /// How long the link of a message is good for.
    pub link_hours: u32,
}

/// A callback that reached nobody (未接通).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackTry {
    /// When.
    pub at: Timestamp,
    /// Why, a choice of the form.
    pub reason: String,
}

/// Whether the matter is solved, as who asked sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Solved {
    /// 已解决.
    Yes,
    /// 部分解决: in the base of the solution rate, and not solved.
    Half,
    /// 未解决.
    No,
}

impl Solved {
    /// All answers.
    pub const ALL: [Self; 3] = [Self::Yes, Self::Half, Self::No];

    /// Returns the value of the form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Half => "half",
            Self::No => "no",
        }
    }
}

kernel::named! {
    /// What a callback has come to.
    #[derive(Serialize, Deserialize)]
    pub enum CallbackOutcome {
        /// Nobody was reached; it is tried again (待再次回访).
        Waiting = "waiting",
        /// Nobody was reached as often as it is tried (未接通).
        NotReached = "not_reached",
        /// Solved, and content with it (满意).
        Content = "content",
        /// Not solved, half solved, or not content with it (不满意): to be handled again.
        Discontent = "discontent",
    }
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it is solved.
    pub solved: Solved,
    /// How content with the result, of 5.
    pub satisfaction: u8,
    /// How content with the attitude, of 5.
    pub attitude: u8,
}

/// A filled-in form of a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// Somebody answered.
    Answered(Answer),
    /// Nobody was reached, with the reason.
    Unreached(String),
}

impl Contact {
    /// Reads the form, where it has what a callback needs; who answers by themselves was reached.
    #[must_use]
    pub fn read(input: &Input) -> Option<Self> {
        if input.boolean("reached") == Some(false) {
            let reason = input.text("unreached_reason")?;
            return Some(Self::Unreached(reason.to_owned()));
        }
        let stars = |name| u8::try_from(input.integer(name)?).ok();
        let said = input.text("solved")?;
        Some(Self::Answered(Answer {
            solved: Solved::ALL.into_iter().find(|known| known.name() == said)?,
            satisfaction: stars("satisfaction")?,
            attitude: stars("attitude")?,
        }))
    }
}

/// A callback as it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// What it has come to.
    pub outcome: CallbackOutcome,
    /// What was answered; absent where nobody was reached.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<Answer>,
    /// The half-days of this round in which nobody was reached.
    pub half_days: u32,
}

/// Records a callback: a try that reaches nobody is added to those of the round.
pub fn record(
    rule: &CallbackRule,
    tries: &mut Vec<CallbackTry>,
    contact: Contact,
    zone: &TimeZone,
    now: Timestamp,
) -> Recorded {
    let answer = match contact {
        Contact::Answered(answer) => Some(answer),
        Contact::Unreached(reason) => {
            tries.push(CallbackTry { at: now, reason });
            None
        }
    };
    let half_days = half_days(tries, zone);
    let outcome = match answer {
        Some(answer)
            if answer.solved == Solved::Yes && answer.satisfaction >= rule.content_from =>
        {
            CallbackOutcome::Content
        }
        Some(_) => CallbackOutcome::Discontent,
        None if half_days >= rule.tries => CallbackOutcome::NotReached,
        None => CallbackOutcome::Waiting,
    };
    Recorded {
        outcome,
        answer,
        half_days,
    }
}

/// Counts the half-days in which nobody was reached.
#[must_use]
pub fn half_days(tries: &[CallbackTry], zone: &TimeZone) -> u32 {
    let mut seen: Vec<(Date, bool)> = tries.iter().map(|one| half_day(one.at, zone)).collect();
    seen.sort_unstable();
    seen.dedup();
    u32::try_from(seen.len()).unwrap_or(u32::MAX)
}

/// Names the half of the day.
fn half_day(at: Timestamp, zone: &TimeZone) -> (Date, bool) {
    let local = at.as_jiff().to_zoned(zone.clone());
    (local.date(), local.hour() >= 12)
}

#[cfg(test)]
mod tests;
