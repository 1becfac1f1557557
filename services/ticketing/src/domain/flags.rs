//! Signs of work for the figures instead of the matter (防刷数): pure rules over what units did, with thresholds as data.
//!
//! A flag is a reason to look, no judgement: it names the orders, and a person decides.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{OrderId, OrgCode, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::DomainEvent;
use super::statistics::rules::StepKind;
use super::statistics::{FigureRules, Line, Phase, Subject};

/// The thresholds that are built in, and their text.
pub const BUNDLED: (&str, &str) = ("rules/flags.toml", include_str!("../../rules/flags.toml"));

/// Orders that a flag names at most.
const NAMED: usize = 50;

/// What is flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FigureFlagKind {
    /// Many orders reported at once (批量办结).
    MassClose,
    /// The same answer again and again (模板答复).
    TemplateReply,
    /// Closed and opened again (办结后重开).
    Reopened,
    /// Signed at the last moment (临期签收).
    LastMinuteSign,
}

/// From how many on something is flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MassClose {
    orders: usize,
    minutes: u64,
}

/// From how many, and which share of all, something is flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    orders: usize,
    share_percent: usize,
}

/// The same, and what the last moment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastMinute {
    orders: usize,
    share_percent: usize,
    last_percent: u64,
}

/// The thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Their version.
    pub version: u32,
    mass_close: MassClose,
    template_reply: Share,
    reopened: Share,
    last_minute_sign: LastMinute,
}

/// Why thresholds were refused; the message names the line.
#[derive(Debug, thiserror::Error)]
pub enum ThresholdsError {
    /// Not TOML of the right shape.
    #[error("{file}: 阈值结构有误 (malformed thresholds): {source}")]
    Malformed {
        /// The file.
        file: String,
        /// What the reader says.
        #[source]
        source: toml::de::Error,
    },
    /// A number that makes no sense.
    #[error(
        "{file}: 第 {line} 行 (line {line}): {place}: 数值超出范围 (the number is out of range)"
    )]
    Range {
        /// The file.
        file: String,
        /// Its line.
        line: usize,
        /// The key.
        place: &'static str,
    },
}

impl Thresholds {
    /// Reads the thresholds that are built in.
    ///
    /// # Errors
    /// The file is wrong; a test shows that it isn't.
    pub fn bundled() -> Result<Self, ThresholdsError> {
        Self::parse(BUNDLED.0, BUNDLED.1)
    }

    /// Reads thresholds; `file` only names it in errors.
    ///
    /// # Errors
    /// Not of the right shape, or a number out of range.
    pub fn parse(file: &str, text: &str) -> Result<Self, ThresholdsError> {
        let read: Self = toml::from_str(text).map_err(|source| ThresholdsError::Malformed {
            file: file.to_owned(),
            source,
        })?;
        let (mass, reply) = (&read.mass_close, &read.template_reply);
        let (reopened, sign) = (&read.reopened, &read.last_minute_sign);
        // a single order is no pattern
        let checks = [
            ("mass_close", "orders", mass.orders >= 2),
            ("mass_close", "minutes", (1..=1_440).contains(&mass.minutes)),
            ("template_reply", "orders", reply.orders >= 2),
            (
                "template_reply",
                "share_percent",
                reply.share_percent <= 100,
            ),
            ("reopened", "orders", reopened.orders >= 2),
            ("reopened", "share_percent", reopened.share_percent <= 100),
            ("last_minute_sign", "orders", sign.orders >= 2),
            (
                "last_minute_sign",
                "share_percent",
                sign.share_percent <= 100,
            ),
            (
                "last_minute_sign",
                "last_percent",
                (1..=100).contains(&sign.last_percent),
            ),
        ];
        for (section, place, holds) in checks {
            if !holds {
                return Err(ThresholdsError::Range {
                    file: file.to_owned(),
                    line: line_of(text, section, place),
                    place,
                });
            }
        }
        Ok(read)
    }
}

/// Finds the line of a key of a section, from 1.
fn line_of(text: &str, section: &str, key: &str) -> usize {
    let header = format!("[{section}]");
    let mut lines = text.lines().zip(1..);
    let _header = lines.find(|(line, _)| line.trim() == header);
    let found = lines.find(|(line, _)| line.trim_start().starts_with(key));
    found.map_or(1, |(_, number)| number)
}

/// Something that a unit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The unit.
    pub unit: OrgCode,
    /// The order.
    pub order: OrderId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What a unit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It signed when so much of the time for it was used, in percent.
    Signed(u64),
    /// It reported the handling, and answered this.
    Reported(String),
    /// An order that it had handled was closed.
    Closed,
    /// Such an order was opened again.
    Reopened,
}

/// A flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// What is flagged.
    pub kind: FigureFlagKind,
    /// The unit.
    pub unit: OrgCode,
    /// How many orders are behind it.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// The first of them.
    pub orders: Vec<OrderId>,
}

/// Reads from an order's log what units did.
#[must_use]
pub fn deeds(
    order: OrderId,
    subject: &Subject<'_>,
    lines: &[Line],
    rules: &FigureRules,
) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let mut unit: Option<OrgCode> = None;
    let mut reporter: Option<OrgCode> = None;
    let mut sign: Option<(Timestamp, Timestamp)> = None;
    let mut closed = false;
    for line in lines {
        let step = rules.step(subject.workflow, &line.action);
        let mut tell = |unit: &Option<OrgCode>, what| {
            if let Some(unit) = unit.clone() {
                deeds.push(Deed {
                    unit,
                    order,
                    at: line.at,
                    what,
                });
            }
        };
        if step == Some(StepKind::Take)
            && let Some((since, until)) = sign.take()
        {
            let all = until.duration_since(since).as_secs().max(1);
            let used = line.at.duration_since(since).as_secs().saturating_mul(100) / all;
            tell(&unit, What::Signed(used));
        }
        if step == Some(StepKind::Report) {
            reporter.clone_from(&unit);
            tell(
                &unit,
                What::Reported(normal(line.said.as_deref().unwrap_or_default())),
            );
        }
        let is_closed = rules.phase(subject.definition, &line.to) == Phase::Closed;
        if is_closed != closed {
            tell(
                &reporter,
                if is_closed {
                    What::Closed
                } else {
                    What::Reopened
                },
            );
            closed = is_closed;
        }
        for fact in &line.facts {
            match fact {
                DomainEvent::Routed { unit: given, .. } => unit = Some(given.clone()),
                DomainEvent::Unrouted { .. } => unit = None,
                DomainEvent::ClockStarted { clock, due_at } if clock == "sign" => {
                    sign = Some((line.at, *due_at));
                }
                _ => {}
            }
        }
    }
    deeds
}

/// Leaves out what differs between copies of one template: figures, spaces, punctuation.
fn normal(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphabetic())
        .collect()
}

/// Finds what is to be looked at, by unit.
#[must_use]
pub fn find(deeds: &[Deed], thresholds: &Thresholds) -> Vec<Flag> {
    let mut by_unit: BTreeMap<&OrgCode, Vec<&Deed>> = BTreeMap::new();
    for deed in deeds {
        by_unit.entry(&deed.unit).or_default().push(deed);
    }
    let mut flags = Vec::new();
    for (unit, mut deeds) in by_unit {
        deeds.sort_by_key(|deed| (deed.at, deed.order));
        let found = [
            mass_close(&deeds, thresholds.mass_close),
            template_reply(&deeds, thresholds.template_reply),
            reopened(&deeds, thresholds.reopened),
            last_minute(&deeds, thresholds.last_minute_sign),
        ];
        for (kind, orders, of) in found.into_iter().flatten() {
            flags.push(Flag {
                kind,
                unit: unit.clone(),
                count: orders.len(),
                of,
                orders: orders.into_iter().take(NAMED).collect(),
            });
        }
    }
    flags
}

type Found = Option<(FigureFlagKind, Vec<OrderId>, usize)>;

/// Lists orders, each once.
fn distinct(orders: impl Iterator<Item = OrderId>) -> Vec<OrderId> {
    let mut orders: Vec<OrderId> = orders.collect();
    orders.sort_unstable();
    orders.dedup();
    orders
}

fn reports<'a>(deeds: &'a [&'a Deed]) -> Vec<(&'a Deed, &'a str)> {
    deeds
        .iter()
        .filter_map(|deed| match &deed.what {
            What::Reported(said) => Some((*deed, said.as_str())),
            _ => None,
        })
        .collect()
}

fn mass_close(deeds: &[&Deed], rule: MassClose) -> Found {
    let reported = reports(deeds);
    let window = Duration::from_secs(rule.minutes * 60);
    let mut flagged = Vec::new();
    let mut first = 0;
    for (last, (deed, _)) in reported.iter().enumerate() {
        while reported
            .get(first)
            .is_some_and(|(early, _)| deed.at.duration_since(early.at) > window)
        {
            first += 1;
        }
        let within = reported.get(first..=last).unwrap_or_default();
        let orders = distinct(within.iter().map(|(deed, _)| deed.order));
        if orders.len() >= rule.orders {
            flagged.extend(orders);
        }
    }
    let orders = distinct(flagged.into_iter());
    let of = distinct(reported.iter().map(|(deed, _)| deed.order)).len();
    (!orders.is_empty()).then_some((FigureFlagKind::MassClose, orders, of))
}

fn template_reply(deeds: &[&Deed], rule: Share) -> Found {
    let reported = reports(deeds);
    let mut by_text: BTreeMap<&str, Vec<OrderId>> = BTreeMap::new();
    for (deed, said) in &reported {
        // nothing said is nothing copied
        if !said.is_empty() {
            by_text.entry(said).or_default().push(deed.order);
        }
    }
    let copies = by_text
        .into_values()
        .map(|orders| distinct(orders.into_iter()));
    let most = copies.max_by_key(Vec::len)?;
    let of = distinct(reported.iter().map(|(deed, _)| deed.order)).len();
    enough(most.len(), of, rule).then_some((FigureFlagKind::TemplateReply, most, of))
}

fn reopened(deeds: &[&Deed], rule: Share) -> Found {
    let of_kind = |kind: &What| {
        let these = deeds.iter().filter(|deed| deed.what == *kind);
        distinct(these.map(|deed| deed.order))
    };
    let (again, closed) = (of_kind(&What::Reopened), of_kind(&What::Closed).len());
    enough(again.len(), closed, rule).then_some((FigureFlagKind::Reopened, again, closed))
}

fn last_minute(deeds: &[&Deed], rule: LastMinute) -> Found {
    let signed = |from: u64| {
        // beyond its end it is late, which is another matter
        let these = deeds
            .iter()
            .filter(|deed| matches!(deed.what, What::Signed(used) if (from..=100).contains(&used)));
        distinct(these.map(|deed| deed.order))
    };
    let all = deeds
        .iter()
        .filter(|deed| matches!(deed.what, What::Signed(_)));
    let of = distinct(all.map(|deed| deed.order)).len();
    let late = signed(100_u64.saturating_sub(rule.last_percent));
    let share = Share {
        orders: rule.orders,
        share_percent: rule.share_percent,
    };
    enough(late.len(), of, share).then_some((FigureFlagKind::LastMinuteSign, late, of))
}

fn enough(count: usize, of: usize, rule: Share) -> bool {
    count >= rule.orders && count * 100 >= of * rule.share_percent
}

#[cfg(test)]
mod tests;
