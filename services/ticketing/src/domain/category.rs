//! Categories of requests (诉求分类), and the proposal of one by keywords, with its reason.
//!
//! The table is data (`rules/categories.toml`). A doubtful matter stays without a category, for a person to decide: a
//! wrong unit costs more time than a glance.

mod code_set;
mod table;

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use jiff::civil::DateTime;

use super::order::Categorisation;
use super::routing::Season;
use super::rule_file::RuleFileError;
use super::verification::Verification;
use super::wording::Bilingual;
pub use code_set::CodeSet;

/// The table that is built in.
pub const BUNDLED: (&str, &str) = (
    "rules/categories.toml",
    include_str!("../../rules/categories.toml"),
);

/// How many keywords a reason names at most.
const NAMED_KEYWORDS: usize = 5;
/// How often a word in the text counts at most.
const COUNTED_REPEATS: u32 = 3;
/// How often a word in the title counts.
const TITLE_FACTOR: u32 = 3;

/// A first-level category (大类).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryGroup {
    /// Two digits.
    pub code: String,
    /// The name.
    pub title: Bilingual,
    /// How results are verified, where that isn't as usual.
    pub verification: Option<Verification>,
    /// The levels below, each category behind the one that it is part of.
    pub categories: Vec<Category>,
}

/// A category of the second, third or fourth level (小类、细类).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Four, six or eight digits, the first of which are those of the category above.
    pub code: String,
    /// The name.
    pub title: Bilingual,
    /// The days of a year on which it may be chosen; none for all.
    pub season: Option<Season>,
    /// Whether it is chosen no longer; old orders keep it.
    pub retired: bool,
    /// How results are verified, where that is otherwise than above.
    pub verification: Option<Verification>,
}

impl Category {
    /// Tells whether it may be chosen.
    #[must_use]
    pub fn is_open(&self, at: DateTime) -> bool {
        !self.retired && self.season.is_none_or(|season| season.contains(at))
    }
}

/// The categories with the automaton that finds their keywords.
#[derive(Debug)]
pub struct CategoryTable {
    /// The version of the table.
    pub version: u32,
    /// The groups, by code.
    pub groups: Vec<CategoryGroup>,
    least_score: u32,
    margin_x100: u32,
    keywords: Vec<Keyword>,
    automaton: AhoCorasick,
}

/// One keyword: a pattern of the automaton, at the same index.
#[derive(Debug)]
struct Keyword {
    word: String,
    /// The categories it speaks for, with its weight.
    targets: Vec<(String, u32)>,
}

/// What one keyword found.
#[derive(Debug, Clone, Copy, Default)]
struct Hit {
    in_title: bool,
    in_text: u32,
}

impl CategoryTable {
    /// Reads the built-in table.
    pub fn bundled() -> Result<Self, RuleFileError> {
        Self::parse(BUNDLED.0, BUNDLED.1)
    }

    /// Finds the name of a category with those of all above it: «group · category · part».
    #[must_use]
    pub fn title(&self, code: &str) -> Option<Bilingual> {
        let group = self.group(code)?;
        let mut title = group.title.clone();
        let mut known = group.code == code;
        let above = group.categories.iter();
        for category in above.filter(|category| code.starts_with(category.code.as_str())) {
            title.zh = format!("{} · {}", title.zh, category.title.zh);
            title.en = format!("{} · {}", title.en, category.title.en);
            known |= category.code == code;
        }
        known.then_some(title)
    }

    fn group(&self, code: &str) -> Option<&CategoryGroup> {
        let mut groups = self.groups.iter();
        groups.find(|group| code.starts_with(group.code.as_str()))
    }

    /// Tells whether a code is one of the table's, of any level.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.title(code).is_some()
    }

    /// Tells how results of a category are verified: as the nearest of it and those above it says, by the inspector and
    /// then by who asked where none does.
    #[must_use]
    pub fn verification(&self, code: Option<&str>) -> Verification {
        let group = code.and_then(|code| self.group(code));
        let own = group.into_iter().flat_map(|group| &group.categories);
        let mut own = own
            .rev()
            .filter(|category| code.is_some_and(|code| code.starts_with(category.code.as_str())));
        // whatever is part of another one stands behind it
        own.find_map(|category| category.verification)
            .or_else(|| group?.verification)
            .unwrap_or_default()
    }

    /// Tells whether a category may be chosen: nothing of it nor above it is retired or out of season.
    #[must_use]
    pub fn is_open(&self, code: &str, at: DateTime) -> bool {
        let above = self
            .group(code)
            .into_iter()
            .flat_map(|group| &group.categories);
        let mut above = above.filter(|category| code.starts_with(category.code.as_str()));
        above.all(|category| category.is_open(at))
    }

    /// Proposes a category for a matter, or says why none.
    #[must_use]
    pub fn propose(&self, title: &str, content: &str) -> Categorisation {
        let hits = self.hits(title, content);
        let scores = self.scores(&hits);
        let ranking = self.ranking(&scores);
        let Some((best, best_score)) = ranking.first().copied() else {
            return doubtful(
                "没有命中任何关键词，留待人工归类".to_owned(),
                "no keyword was found, left to a person".to_owned(),
            );
        };
        if best_score < self.least_score {
            let (zh, en) = (&best.title.zh, &best.title.en);
            return doubtful(
                format!("仅有微弱线索（{zh}，{best_score} 分），留待人工归类"),
                format!("only a weak hint ({en}, {best_score} points), left to a person"),
            );
        }
        if let Some((second, second_score)) = ranking.get(1).copied() {
            let enough = u64::from(second_score) * u64::from(self.margin_x100);
            if u64::from(best_score) * 100 < enough {
                let (one, other) = (&best.title, &second.title);
                return doubtful(
                    format!(
                        "{}（{best_score} 分）与{}（{second_score} 分）难以区分，留待人工归类",
                        one.zh, other.zh
                    ),
                    format!(
                        "{} ({best_score}) and {} ({second_score}) are too close, left to a person",
                        one.en, other.en
                    ),
                );
            }
        }
        let chosen = best
            .categories
            .iter()
            .filter(|category| !category.retired)
            .filter_map(|category| Some((category, scores.get(&category.code)?)))
            .max_by_key(|(category, score)| (**score, std::cmp::Reverse(&category.code)));
        let Some((category, _)) = chosen else {
            return doubtful("留待人工归类".to_owned(), "left to a person".to_owned());
        };
        let words = self.strongest(&hits, best).join("、");
        let code = &category.code;
        let title = self.title(code).unwrap_or_default();
        Categorisation {
            category: Some(code.clone()),
            reason: Bilingual::new(
                format!("命中关键词 {words}，归入 {code} {}", title.zh),
                format!("keywords {words} found, put under {code} {}", title.en),
            ),
        }
    }

    /// Finds the keywords of title and text; overlapping ones are decided for the longest.
    fn hits(&self, title: &str, content: &str) -> BTreeMap<usize, Hit> {
        let mut hits: BTreeMap<usize, Hit> = BTreeMap::new();
        for found in self.automaton.find_iter(title) {
            hits.entry(found.pattern().as_usize()).or_default().in_title = true;
        }
        for found in self.automaton.find_iter(content) {
            let hit = hits.entry(found.pattern().as_usize()).or_default();
            hit.in_text = hit.in_text.saturating_add(1).min(COUNTED_REPEATS);
        }
        hits
    }

    /// Adds up the points of each category.
    fn scores(&self, hits: &BTreeMap<usize, Hit>) -> BTreeMap<String, u32> {
        let mut scores: BTreeMap<String, u32> = BTreeMap::new();
        for (index, hit) in hits {
            for (code, weight) in self
                .keywords
                .get(*index)
                .iter()
                .flat_map(|word| &word.targets)
            {
                let score = scores.entry(code.clone()).or_default();
                *score = score.saturating_add(weight.saturating_mul(hit.times()));
            }
        }
        scores
    }

    /// Ranks the groups by the sum of their categories.
    fn ranking(&self, scores: &BTreeMap<String, u32>) -> Vec<(&CategoryGroup, u32)> {
        let sum = |group: &CategoryGroup| {
            let own = group
                .categories
                .iter()
                .filter_map(|category| scores.get(&category.code));
            own.fold(0_u32, |sum, score| sum.saturating_add(*score))
        };
        let mut ranking: Vec<(&CategoryGroup, u32)> = self
            .groups
            .iter()
            .map(|group| (group, sum(group)))
            .filter(|(_, sum)| *sum > 0)
            .collect();
        ranking.sort_by_key(|(group, sum)| (std::cmp::Reverse(*sum), &group.code));
        ranking
    }

    /// Names the keywords that weighed most for a group.
    fn strongest(&self, hits: &BTreeMap<usize, Hit>, group: &CategoryGroup) -> Vec<&str> {
        let mut words: Vec<(u32, &str)> = Vec::new();
        for (index, hit) in hits {
            let Some(keyword) = self.keywords.get(*index) else {
                continue;
            };
            let own = keyword
                .targets
                .iter()
                .filter(|(code, _)| code.starts_with(&group.code));
            if let Some(weight) = own
                .map(|(_, weight)| weight.saturating_mul(hit.times()))
                .max()
            {
                words.push((weight, &keyword.word));
            }
        }
        words.sort_by_key(|(weight, word)| (std::cmp::Reverse(*weight), *word));
        words
            .into_iter()
            .take(NAMED_KEYWORDS)
            .map(|(_, word)| word)
            .collect()
    }
}

impl Hit {
    /// Tells how often the word counts.
    fn times(self) -> u32 {
        let title = if self.in_title { TITLE_FACTOR } else { 0 };
        self.in_text.saturating_add(title)
    }
}

fn doubtful(zh: String, en: String) -> Categorisation {
    Categorisation {
        category: None,
        reason: Bilingual { zh, en },
    }
}

#[cfg(test)]
mod tests;
