//! What an audit found: pure.

use std::fmt;

use chassis::Tally;
use contracts::facts::Fact;
use serde::Serialize;

/// Digits of a digest that people compare.
const DIGITS: usize = 8;

/// Events that may yet change what services keep.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct UnderWay {
    /// Waiting in outboxes.
    pub(super) outbox: u64,
    /// Waiting on the broker; unknown where it does not answer.
    pub(super) on_broker: Option<u64>,
    /// Handled while the services were asked, or just before.
    pub(super) just_handled: u64,
    /// Given up on: they move again only when somebody replays them.
    pub(super) dead: u64,
}

impl UnderWay {
    fn any(self) -> bool {
        self.outbox > 0 || self.on_broker != Some(0) || self.just_handled > 0
    }
}

/// How an audit ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All sides of every fact agree.
    Balanced,
    /// Some do not, but events are under way.
    AskAgain,
    /// Some do not, and nothing is under way.
    Unbalanced,
}

/// What one service says of a fact; nothing when it does not know the fact.
#[derive(Debug, Serialize)]
struct Side {
    service: &'static str,
    count: Option<u64>,
    digest: Option<String>,
}

/// A fact, and who says what.
#[derive(Debug, Serialize)]
struct Line {
    fact: &'static str,
    #[serde(skip)]
    title: &'static str,
    balanced: bool,
    sides: Vec<Side>,
}

/// Every fact, and what is under way.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    balanced: bool,
    facts: Vec<Line>,
    under_way: UnderWay,
}

impl Report {
    /// Puts together what the services said.
    pub(super) fn new(told: &[(&'static str, Vec<Tally>)], under_way: UnderWay) -> Self {
        let facts: Vec<Line> = Fact::ALL.map(|fact| line(fact, told)).into();
        Self {
            balanced: facts.iter().all(|line| line.balanced),
            facts,
            under_way,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        match self.balanced {
            true => Verdict::Balanced,
            false if self.under_way.any() => Verdict::AskAgain,
            false => Verdict::Unbalanced,
        }
    }
}

fn line(fact: Fact, told: &[(&'static str, Vec<Tally>)]) -> Line {
    let sides: Vec<Side> = fact
        .keepers()
        .iter()
        .map(|keeper| {
            let tallies = told.iter().filter(|(service, _)| service == keeper);
            let tally = tallies
                .flat_map(|(_, tallies)| tallies)
                .find(|tally| tally.fact() == fact);
            Side {
                service: keeper,
                count: tally.map(Tally::count),
                digest: tally.map(Tally::digest),
            }
        })
        .collect();
    let agree = |pair: &[Side]| matches!(pair, [one, other] if one.digest == other.digest && one.count == other.count);
    Line {
        fact: fact.name(),
        title: fact.title(),
        balanced: sides.iter().all(|side| side.count.is_some()) && sides.windows(2).all(agree),
        sides,
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.balanced { "✓" } else { "✗" };
        write!(f, "{mark} {} {}:", self.title, self.fact)?;
        for side in &self.sides {
            match (side.count, side.digest.as_deref()) {
                (Some(count), Some(digest)) => {
                    let digits = digest.get(..DIGITS).unwrap_or(digest);
                    write!(f, "  {} {count} ({digits})", side.service)?;
                }
                _ => write!(f, "  {} 未报 (says nothing)", side.service)?,
            }
        }
        writeln!(f)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.facts {
            line.fmt(f)?;
        }
        let UnderWay {
            outbox,
            on_broker,
            just_handled,
            dead,
        } = self.under_way;
        let on_broker = on_broker.map_or_else(|| "?".to_owned(), |count| count.to_string());
        writeln!(
            f,
            "在途 under way: 待发 in outboxes {outbox}，排队 on the broker {on_broker}，刚处理 just handled {just_handled}"
        )?;
        if dead > 0 {
            writeln!(f, "死信 dead letters: {dead}（linli events dead list）")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fact, Report, Tally, UnderWay, Verdict};

    const QUIET: UnderWay = UnderWay {
        outbox: 0,
        on_broker: Some(0),
        just_handled: 0,
        dead: 0,
    };

    /// Every keeper of every fact has the same item, but for one that is changed.
    fn report(change: Option<(&str, Fact)>, under_way: UnderWay) -> Report {
        let services = crate::MODULES.iter().map(|module| {
            let kept = Fact::ALL
                .into_iter()
                .filter(|fact| fact.keepers().contains(&module.name));
            let tallies = kept.map(|fact| {
                let mut tally = Tally::new(fact);
                let item = match change {
                    Some((service, changed)) if service == module.name && changed == fact => "b",
                    _ => "a",
                };
                tally.add(&[&item]);
                tally
            });
            (module.name, tallies.collect())
        });
        let services: Vec<_> = services.collect();
        Report::new(&services, under_way)
    }

    #[test]
    fn every_keeper_is_a_service_and_every_fact_has_two() {
        let services = crate::MODULES.map(|module| module.name);
        for fact in Fact::ALL {
            assert!(fact.keepers().len() >= 2, "{}", fact.name());
            assert!(fact.keepers().iter().all(|name| services.contains(name)));
        }
        assert_eq!(report(None, QUIET).verdict(), Verdict::Balanced);
    }

    #[test]
    fn the_same_count_of_other_items_is_no_balance() {
        let report = report(Some(("volunteering", Fact::Offers)), QUIET);
        assert_eq!(report.verdict(), Verdict::Unbalanced);
        let bad = report.facts.iter().filter(|line| !line.balanced);
        assert_eq!(bad.map(|line| line.fact).collect::<Vec<_>>(), ["offers"]);
        let text = report.to_string();
        assert!(text.contains("✗ 派单 offers:  ticketing 1"), "{text}");
    }

    #[test]
    fn a_keeper_that_says_nothing_does_not_agree() {
        let tallies = vec![Tally::new(Fact::Organisations)];
        let report = Report::new(&[("registry", tallies)], QUIET);
        assert_eq!(report.verdict(), Verdict::Unbalanced);
        assert!(report.to_string().contains("ticketing 未报"));
    }

    #[test]
    fn while_events_are_under_way_a_difference_proves_nothing() {
        let change = Some(("notifications", Fact::Grants));
        for under_way in [
            UnderWay { outbox: 1, ..QUIET },
            UnderWay {
                on_broker: Some(1),
                ..QUIET
            },
            UnderWay {
                on_broker: None,
                ..QUIET
            },
            UnderWay {
                just_handled: 1,
                ..QUIET
            },
        ] {
            assert_eq!(report(change, under_way).verdict(), Verdict::AskAgain);
            assert_eq!(report(None, under_way).verdict(), Verdict::Balanced);
        }
        // a dead letter moves only when somebody replays it
        let dead = UnderWay { dead: 1, ..QUIET };
        assert_eq!(report(change, dead).verdict(), Verdict::Unbalanced);
    }
}
