//! Finding orders by their words (全文检索), without a word list: any two characters that stand side by side are a term.
//!
//! Chinese has no spaces, and the words people look for (井盖, 漏水, 3栋) are in no dictionary of ours. So a text is the set
//! of its pairs of neighbouring characters, and of its triples of Latin letters and digits, which say more than pairs.
//! A word is looked up by its terms and then compared with the text itself: what is found does contain it.

mod segment;

use kernel::Timestamp;

use super::wording::Bilingual;
pub use segment::{Matches, SEGMENT, SLICES, Segment, slots};

/// Most characters of a query.
pub const LONGEST: usize = 100;
/// Most words of a query.
const MOST_WORDS: usize = 8;
/// Terms of a query that are looked up in slices; more of them cost more than they sort out.
const MOST_LOOKED_UP: usize = 3;

/// A term, as a number: 32 bits of FNV-1a over its characters. Kept in the store, so it must not change.
pub type Term = u32;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
    terms: Vec<Term>,
}

/// What a search asks of orders beside their words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    /// Only those whose category begins so.
    pub category: Option<String>,
    /// Only those that came in here.
    pub channel: Option<String>,
    /// Only those opened from here on.
    pub from: Option<Timestamp>,
    /// Only those opened before.
    pub to: Option<Timestamp>,
}

/// Why nothing can be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No word has two characters.
    #[error("no word of the query has two characters")]
    TooShort,
    /// More than can be looked for at once.
    #[error("the query has more than {MOST_WORDS} words or {LONGEST} characters")]
    TooLong,
}

impl QueryError {
    /// Says it to the caller.
    #[must_use]
    pub fn reason(&self) -> Bilingual {
        match self {
            Self::TooShort => Bilingual::new(
                "请输入至少含两个汉字、字母或数字的词",
                "enter a word of at least two letters, digits or Chinese characters",
            ),
            Self::TooLong => Bilingual::new(
                format!("检索词最多 {MOST_WORDS} 个、共 {LONGEST} 字"),
                format!("at most {MOST_WORDS} words and {LONGEST} characters"),
            ),
        }
    }
}

impl Query {
    /// Reads what somebody typed: words, all of which must occur, in any order.
    ///
    /// # Errors
    /// There is nothing to look for, or too much.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.chars().nth(LONGEST).is_some() {
            return Err(QueryError::TooLong);
        }
        let folded = fold(text);
        let mut words: Vec<String> = folded.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words.dedup();
        words.retain(|word| !word.is_empty());
        if words.len() > MOST_WORDS {
            return Err(QueryError::TooLong);
        }
        let mut terms = Vec::new();
        for word in &words {
            let letters: Vec<char> = word.chars().collect();
            let triples: Vec<Term> = letters.windows(3).filter_map(triple).collect();
            let pairs = letters.windows(2).filter_map(|pair| {
                // a pair within a triple says nothing more
                let latin = pair.iter().all(char::is_ascii_alphanumeric);
                (!latin || triples.is_empty())
                    .then(|| pair_term(pair))
                    .flatten()
            });
            terms.extend(pairs);
            terms.extend(&triples);
        }
        terms.sort_unstable();
        terms.dedup();
        if terms.is_empty() {
            return Err(QueryError::TooShort);
        }
        Ok(Self { words, terms })
    }

    /// Tells whether a set of terms, sorted, holds all of the query's.
    #[must_use]
    pub fn may_match(&self, terms: &[Term]) -> bool {
        self.terms
            .iter()
            .all(|term| terms.binary_search(term).is_ok())
    }

    /// Tells whether a text, folded, has all the words.
    #[must_use]
    pub fn matches(&self, folded: &str) -> bool {
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    /// Chooses the slices to be looked up: those of a few terms from all over the query.
    #[must_use]
    pub fn slices(&self) -> Vec<u16> {
        let step = self.terms.len().div_ceil(MOST_LOOKED_UP).max(1);
        let mut slices: Vec<u16> = self
            .terms
            .iter()
            .step_by(step)
            .flat_map(|term| slots(*term))
            .collect();
        slices.sort_unstable();
        slices.dedup();
        slices
    }
}

/// Brings a text into one spelling: half-width, small letters, everything between words one space, nothing invisible.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        let letter = match letter {
            '\u{FF01}'..='\u{FF5E}' => {
                char::from_u32(u32::from(letter).saturating_sub(0xFEE0)).unwrap_or(letter)
            }
            _ => letter,
        };
        match letter {
            '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' => {}
            // of what becomes two signs the letters: İ is i with a dot of its own
            _ if letter.is_alphanumeric() => {
                folded.extend(letter.to_lowercase().filter(|sign| sign.is_alphanumeric()));
            }
            _ if folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded
}

/// Lists the terms of a folded text, sorted, each once.
#[must_use]
pub fn terms(folded: &str) -> Vec<Term> {
    let letters: Vec<char> = folded.chars().collect();
    let mut terms: Vec<Term> = letters.windows(2).filter_map(pair_term).collect();
    terms.extend(letters.windows(3).filter_map(triple));
    terms.sort_unstable();
    terms.dedup();
    terms
}

fn pair_term(pair: &[char]) -> Option<Term> {
    (!pair.contains(&' ')).then(|| hash(pair))
}

/// The term of three Latin letters or digits.
fn triple(letters: &[char]) -> Option<Term> {
    letters
        .iter()
        .all(char::is_ascii_alphanumeric)
        .then(|| hash(letters))
}

fn hash(letters: &[char]) -> Term {
    let mut hash: Term = 0x811C_9DC5;
    for letter in letters {
        for byte in u32::from(*letter).to_le_bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

#[cfg(test)]
mod tests;
