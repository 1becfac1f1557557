//! Tells whether a new matter is likely one that is known already (疑似重复): alike in words, near in place and time.
//!
//! Words are compared by the terms of [`super::search`]. A term weighs the more the fewer of the compared matters have
//! it, so that 小区 and 请问 say little and a street's name much; how far two matters agree is the cosine of their weights.
//! It is a suggestion with reasons, for a person to decide.

use std::collections::HashMap;
use std::time::Duration;

use kernel::{GeoPoint, OrgCode, OrgPath, Timestamp};

use super::search::{Term, fold, terms};
use super::wording::Bilingual;

/// How far back a known matter may lie.
pub const WINDOW: Duration = Duration::from_hours(90 * 24);
/// Most matters that are compared.
pub const MOST_COMPARED: u64 = 200;
/// Most that are suggested.
const MOST_SUGGESTED: usize = 5;
/// Least agreement of the words, whatever else agrees.
const LEAST_WORDS: f64 = 0.2;
/// Least score of a suggestion.
pub const LEAST: f64 = 0.4;
/// Points nearer than this are one place, in metres.
const ONE_PLACE: f64 = 150.0;
/// Points farther away than this are not.
const ELSEWHERE: f64 = 2_000.0;
/// Metres of a degree of latitude.
const DEGREE: f64 = 111_320.0;

/// A matter, as far as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Matter {
    title: Vec<Term>,
    whole: Vec<Term>,
    /// The place it belongs to.
    pub place: OrgPath,
    /// Where on the map.
    pub location: Option<GeoPoint>,
    /// The category.
    pub category: Option<String>,
    /// When it was opened.
    pub at: Timestamp,
}

impl Matter {
    /// Takes a matter's texts apart.
    #[must_use]
    pub fn new(title: &str, content: &str, place: OrgPath, at: Timestamp) -> Self {
        Self {
            title: terms(&fold(title)),
            whole: terms(&fold(&format!("{title}\n{content}"))),
            place,
            location: None,
            category: None,
            at,
        }
    }
}

/// How far a known matter is like the new one, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// Which of the known ones.
    pub index: usize,
    /// From 0 to 1.
    pub score: f64,
    /// Why.
    pub reasons: Vec<Bilingual>,
}

/// Suggests known matters that a new one may be, the likeliest first.
#[must_use]
pub fn suggest(new: &Matter, known: &[Matter]) -> Vec<Likeness> {
    let weights = Weights::of(known);
    let mut found: Vec<Likeness> = known
        .iter()
        .enumerate()
        .filter_map(|(index, matter)| weights.compare(new, matter, index))
        .collect();
    found.sort_by(|one, other| other.score.total_cmp(&one.score));
    found.truncate(MOST_SUGGESTED);
    found
}

/// How many known matters have each term, and what a term weighs, squared, that so many others have.
struct Weights {
    having: HashMap<Term, usize>,
    weights: Vec<f64>,
}

impl Weights {
    fn of(known: &[Matter]) -> Self {
        let mut having: HashMap<Term, usize> = HashMap::new();
        for term in known.iter().flat_map(|matter| &matter.whole) {
            *having.entry(*term).or_default() += 1;
        }
        let all = u32::try_from(known.len()).unwrap_or(u32::MAX);
        let all_and_two = f64::from(all) + 2.0;
        let weights =
            (0..=all).map(|others| (all_and_two / (f64::from(others) + 1.0)).ln().powi(2));
        Self {
            having,
            weights: weights.collect(),
        }
    }

    /// What a term weighs that so many matters have beside the pair that is compared.
    fn weight(&self, term: Term, of_the_pair: usize) -> f64 {
        let having = self.having.get(&term).copied().unwrap_or_default();
        let others = having.saturating_sub(of_the_pair);
        self.weights.get(others).copied().unwrap_or_default()
    }

    /// The cosine of the angle between the terms of a new matter and of a known one.
    fn cosine(&self, new: &[Term], known: &[Term]) -> f64 {
        let (mut both, mut only_new) = (0.0, 0.0);
        for term in new {
            if known.binary_search(term).is_ok() {
                both += self.weight(*term, 1);
            } else {
                only_new += self.weight(*term, 0);
            }
        }
        if both <= 0.0 {
            return 0.0;
        }
        let others = known.iter().filter(|term| new.binary_search(term).is_err());
        let only_known: f64 = others.map(|term| self.weight(*term, 1)).sum();
        both / ((both + only_new) * (both + only_known)).sqrt()
    }

    fn compare(&self, new: &Matter, known: &Matter, index: usize) -> Option<Likeness> {
        let whole = self.cosine(&new.whole, &known.whole);
        let title = self.cosine(&new.title, &known.title);
        // a title that says the same counts as much as the text; one that says something else doesn't spoil it
        let words = whole.max(f64::midpoint(whole, title));
        if words < LEAST_WORDS || new.at.duration_since(known.at) > WINDOW {
            return None;
        }
        let percent = words * 100.0;
        let mut reasons = vec![Bilingual::new(
            format!("文字相似度 {percent:.0}%"),
            format!("the words agree by {percent:.0} %"),
        )];
        let mut score = words + by_place(new, known, &mut reasons);
        score += by_category(new, known, &mut reasons);
        reasons.push(age(new, known));
        let score = (score.clamp(0.0, 1.0) * 100.0).round() / 100.0;
        (score >= LEAST).then_some(Likeness {
            index,
            score,
            reasons,
        })
    }
}

/// What the places add or take.
fn by_place(new: &Matter, known: &Matter, reasons: &mut Vec<Bilingual>) -> f64 {
    if let (Some(one), Some(other)) = (new.location, known.location) {
        let metres = distance(one, other);
        reasons.push(Bilingual::new(
            format!("相距约 {metres:.0} 米"),
            format!("about {metres:.0} m apart"),
        ));
        return match metres {
            _ if metres <= ONE_PLACE => 0.2,
            _ if metres > ELSEWHERE => -0.3,
            _ => 0.0,
        };
    }
    let (Some(here), Some(there)) = (new.place.leaf(), known.place.leaf()) else {
        return 0.0;
    };
    // whole streets and districts are no place
    if here == there && new.place.depth() > 2 {
        reasons.push(Bilingual::new("同一地点", "the same place"));
        return if here.as_str().contains('.') {
            0.15
        } else {
            0.05
        };
    }
    0.0
}

/// What the categories add or take.
fn by_category(new: &Matter, known: &Matter, reasons: &mut Vec<Bilingual>) -> f64 {
    match (&new.category, &known.category) {
        (Some(one), Some(other)) if one == other => {
            reasons.push(Bilingual::new(
                format!("同一类别 {one}"),
                format!("the same category {one}"),
            ));
            0.05
        }
        (Some(one), Some(other)) if one.get(..2) != other.get(..2) => -0.05,
        _ => 0.0,
    }
}

fn age(new: &Matter, known: &Matter) -> Bilingual {
    match new.at.duration_since(known.at).as_secs() / (24 * 3_600) {
        0 => Bilingual::new("24 小时内提出", "opened within 24 hours"),
        days => Bilingual::new(
            format!("{days} 天前提出"),
            format!("opened {days} days ago"),
        ),
    }
}

/// Metres between two points of one city.
fn distance(one: GeoPoint, other: GeoPoint) -> f64 {
    let north = (one.lat() - other.lat()) * DEGREE;
    let shrink = f64::midpoint(one.lat(), other.lat()).to_radians().cos();
    let east = (one.lon() - other.lon()) * DEGREE * shrink;
    north.hypot(east)
}

/// The place whose matters are compared: the community in which a place lies, or the place itself.
#[must_use]
pub fn neighbourhood(place: &OrgPath) -> OrgPath {
    let is_division = |path: &OrgPath| {
        let leaf = path.leaf();
        leaf.is_some_and(|code: OrgCode| !code.as_str().contains('.'))
    };
    let mut divisions = place.ancestors();
    divisions.retain(is_division);
    divisions
        .into_iter()
        .max_by_key(OrgPath::depth)
        .unwrap_or_else(|| place.clone())
}

#[cfg(test)]
mod tests;
