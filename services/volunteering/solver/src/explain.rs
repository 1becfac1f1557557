//! What every explanation 方案说明 of a plan is made of: words of both languages, and a count of the
//! people whom a rule keeps from a position that nobody has.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

/// Chinese, and English beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        let (zh, en) = (zh.into(), en.into());
        Self { zh, en }
    }
}

/// What the names in an explanation mean.
pub type Labels = BTreeMap<&'static str, Words>;

pub(crate) fn labels(all: &[(&'static str, &str, &str)]) -> Labels {
    let named = |(name, zh, en): &(&'static str, &str, &str)| (*name, Words::new(*zh, *en));
    all.iter().map(named).collect()
}

/// Why a plan is as it is; `D`, the details, is a matter of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation<P, D> {
    /// `dispatch-explanation/1` and the like.
    pub format: &'static str,
    /// Name of the instance.
    pub instance: String,
    /// What all costs of the details add up to.
    pub objective: i64,
    /// The same, part by part, as the checker has it.
    pub parts: P,
    /// What the names of costs mean.
    pub labels: Labels,
    /// What costs what, and why.
    #[serde(flatten)]
    pub details: D,
}

/// Details of a plan that gives positions to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Positions<A, U> {
    /// Who does what.
    pub assignments: Vec<A>,
    /// What nobody does.
    pub unfilled: Vec<U>,
}

/// A rule that keeps people from a position: its name in files, and its words.
pub(crate) type Named = (&'static str, &'static str, &'static str);

/// How many people a rule keeps from a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShutOut {
    /// The rule.
    pub reason: &'static str,
    /// Its words.
    #[serde(flatten)]
    pub words: Words,
    /// People.
    pub people: usize,
}

/// Whom the position would cost least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cheapest<P> {
    /// The person.
    pub who: P,
    /// What the whole plan would cost more with them on the position than with nobody; negative where
    /// the search ended before it came to that.
    pub dearer_by: i64,
}

/// Why nobody has a position. Everybody is counted once: with the first rule against them, or among
/// those who may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why<P> {
    /// Everybody there is, those on the position already excepted.
    pub people: usize,
    /// The rules, the one that keeps most people away first.
    pub shut_out: Vec<ShutOut>,
    /// People against whom nothing but the price stands.
    pub may: usize,
    /// The best of those.
    pub cheapest: Option<Cheapest<P>>,
    /// The same as a sentence.
    #[serde(flatten)]
    pub words: Words,
}

/// Counts people for a [`Why`].
pub(crate) struct Tally<P> {
    shut_out: BTreeMap<Named, usize>,
    may: usize,
    cheapest: Option<Cheapest<P>>,
}

impl<P: Display> Tally<P> {
    pub(crate) fn new() -> Self {
        Self {
            shut_out: BTreeMap::new(),
            may: 0,
            cheapest: None,
        }
    }

    pub(crate) fn shut_out(&mut self, rule: Named) {
        *self.shut_out.entry(rule).or_default() += 1;
    }

    pub(crate) fn may(&mut self, who: P, dearer_by: i64) {
        self.may += 1;
        if self
            .cheapest
            .as_ref()
            .is_none_or(|least| dearer_by < least.dearer_by)
        {
            self.cheapest = Some(Cheapest { who, dearer_by });
        }
    }

    pub(crate) fn why(self) -> Why<P> {
        let mut shut_out: Vec<ShutOut> = self
            .shut_out
            .into_iter()
            .map(|((reason, zh, en), people)| ShutOut {
                reason,
                words: Words::new(zh, en),
                people,
            })
            .collect();
        shut_out.sort_by_key(|rule| std::cmp::Reverse(rule.people));
        let people = self.may + shut_out.iter().map(|rule| rule.people).sum::<usize>();
        let words = sentence(people, &shut_out, self.may, self.cheapest.as_ref());
        Why {
            people,
            shut_out,
            may: self.may,
            cheapest: self.cheapest,
            words,
        }
    }
}

fn sentence<P: Display>(
    people: usize,
    shut_out: &[ShutOut],
    may: usize,
    cheapest: Option<&Cheapest<P>>,
) -> Words {
    let listed = |text: fn(&Words) -> &String, unit: &str, comma: &str| {
        let rules = shut_out
            .iter()
            .map(|rule| format!("{} {}{unit}", text(&rule.words), rule.people));
        rules.collect::<Vec<_>>().join(comma)
    };
    let mut zh = format!("共 {people} 人");
    let mut en = format!("{people} people");
    if !shut_out.is_empty() {
        zh = format!("{zh}：{}", listed(|words| &words.zh, " 人", "，"));
        en = format!("{en}: {}", listed(|words| &words.en, "", ", "));
    }
    let Some(Cheapest { who, dearer_by }) = cheapest else {
        return Words::new(format!("{zh}；无人可派"), format!("{en}; nobody may"));
    };
    let (zh_price, en_price) = if *dearer_by > 0 {
        (
            format!("比空缺贵 {dearer_by}"),
            format!("dearer than nobody by {dearer_by}"),
        )
    } else {
        let gain = dearer_by.unsigned_abs();
        (
            format!("比空缺省 {gain}，搜索止步于此前"),
            format!("cheaper than nobody by {gain}: the search ended before that"),
        )
    };
    Words::new(
        format!("{zh}；可派 {may} 人，最省的是 {who}，{zh_price}"),
        format!("{en}; {may} may, the cheapest is {who}, {en_price}"),
    )
}
