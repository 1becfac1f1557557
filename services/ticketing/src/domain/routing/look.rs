//! Why a rule applies or not: what a simulation shows of each of them.

use super::{Inquiry, RoutingTable, Rule, depth_of};
use crate::domain::wording::Bilingual;

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It decides.
    Chosen,
    /// It applies, and another goes before it.
    Weaker,
    /// It is for another category, or none is known.
    OtherCategory,
    /// It is for another area.
    OtherArea,
    /// It holds on other days.
    OutOfSeason,
    /// It holds at other hours.
    OutOfHours,
}

impl Verdict {
    /// Says it in words.
    #[must_use]
    pub fn reason(self) -> Bilingual {
        match self {
            Self::Chosen => Bilingual::new("适用，以此为准", "applies, and decides"),
            Self::Weaker => Bilingual::new(
                "适用，但另有优先级更高、区域更小或类别更细的规则",
                "applies, but one of higher precedence, of a smaller area or a finer category goes before it",
            ),
            Self::OtherCategory => Bilingual::new("类别不符", "another category"),
            Self::OtherArea => Bilingual::new("区域不符", "another area"),
            Self::OutOfSeason => Bilingual::new("不在适用日期", "not at this time of the year"),
            Self::OutOfHours => Bilingual::new("不在适用时段", "not at this hour"),
        }
    }
}

/// How strongly a rule applies: precedence, then the smaller area, then the finer category.
type Rank = (i32, usize, usize);

/// What one rule says of an inquiry: how strongly it applies, or why not.
fn judge(rule: &Rule, inquiry: &Inquiry<'_>) -> Result<Rank, Verdict> {
    let length = match (&rule.category, inquiry.category) {
        (Some(wanted), Some(category)) if category.starts_with(wanted.as_str()) => wanted.len(),
        (None, Some(_)) => 0,
        _ => return Err(Verdict::OtherCategory),
    };
    let depth = depth_of(rule.area.as_ref(), inquiry.place, inquiry.path);
    let depth = depth.ok_or(Verdict::OtherArea)?;
    if rule
        .season
        .is_some_and(|season| !season.contains(inquiry.at))
    {
        return Err(Verdict::OutOfSeason);
    }
    if rule.hours.is_some_and(|hours| !hours.contains(inquiry.at)) {
        return Err(Verdict::OutOfHours);
    }
    Ok((rule.precedence, depth, length))
}

impl RoutingTable {
    /// Chooses the rule: the highest precedence, the smallest area, the longest category, the first.
    pub(super) fn best_rule(&self, inquiry: &Inquiry<'_>) -> Option<&Rule> {
        let mut best: Option<(&Rule, Rank)> = None;
        for rule in &self.rules {
            if let Ok(rank) = judge(rule, inquiry)
                && best.is_none_or(|(_, other)| rank > other)
            {
                best = Some((rule, rank));
            }
        }
        best.map(|(rule, _)| rule)
    }

    /// Looks at every rule: which one decides an inquiry, and why the others don't.
    #[must_use]
    pub fn look(&self, inquiry: &Inquiry<'_>) -> Vec<(&Rule, Verdict)> {
        let best = self.best_rule(inquiry).map(|rule| rule.id.as_str());
        let looks = self.rules.iter().map(|rule| {
            let verdict = match judge(rule, inquiry) {
                Ok(_) if best == Some(rule.id.as_str()) => Verdict::Chosen,
                Ok(_) => Verdict::Weaker,
                Err(why) => why,
            };
            (rule, verdict)
        });
        looks.collect()
    }
}
