//! A text in one spelling: full-width forms, odd dashes and invisible characters are replaced one by one, so that
//! places in the normal form are places in the text.

use std::ops::Range;

/// The normal form of a text.
pub(super) struct Normal {
    /// The characters.
    pub(super) chars: Vec<char>,
    /// The same as text.
    pub(super) text: String,
    /// Where each character starts in `text`, and the end.
    offsets: Vec<usize>,
}

impl Normal {
    /// Normalises a text.
    pub(super) fn of(text: &str) -> Self {
        Self::from_chars(text.chars().map(plain).collect())
    }

    /// Replaces Chinese digits as well.
    pub(super) fn with_digits(&self) -> Self {
        Self::from_chars(self.chars.iter().copied().map(digit).collect())
    }

    fn from_chars(chars: Vec<char>) -> Self {
        let mut offsets = Vec::with_capacity(chars.len().saturating_add(1));
        let mut text = String::new();
        for letter in &chars {
            offsets.push(text.len());
            text.push(*letter);
        }
        offsets.push(text.len());
        Self {
            chars,
            text,
            offsets,
        }
    }

    /// Turns a range of bytes of `text` into a range of characters.
    pub(super) fn span(&self, bytes: &Range<usize>) -> Range<usize> {
        let place = |offset| self.offsets.partition_point(|start| *start < offset);
        place(bytes.start)..place(bytes.end)
    }

    /// Returns the character before a place.
    pub(super) fn before(&self, place: usize) -> Option<char> {
        self.chars.get(place.checked_sub(1)?).copied()
    }

    /// Returns the character at a place.
    pub(super) fn at(&self, place: usize) -> Option<char> {
        self.chars.get(place).copied()
    }

    /// Tells whether a word stands right before a place.
    pub(super) fn ends_with(&self, place: usize, word: &str) -> bool {
        let Some(start) = place.checked_sub(word.chars().count()) else {
            return false;
        };
        self.starts_with(start, word)
    }

    /// Tells whether a word stands at a place.
    pub(super) fn starts_with(&self, place: usize, word: &str) -> bool {
        let Some(rest) = self.chars.get(place..) else {
            return false;
        };
        word.chars().count() <= rest.len()
            && word.chars().zip(rest).all(|(one, other)| one == *other)
    }
}

/// Replaces one character by its plain form.
fn plain(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => {
            let code = u32::from(letter).saturating_sub(0xFEE0);
            char::from_u32(code).unwrap_or(letter).to_ascii_uppercase()
        }
        '\u{3000}' | '\u{00A0}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\t' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' | '~' | '_' => '-',
        '·' | '•' | '・' => '.',
        _ => letter.to_ascii_uppercase(),
    }
}

/// Replaces a Chinese digit.
fn digit(letter: char) -> char {
    match letter {
        '零' | '〇' | '○' | 'O' => '0',
        '一' | '幺' | '壹' => '1',
        '二' | '两' | '贰' => '2',
        '三' | '叁' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' => '7',
        '八' | '捌' => '8',
        '九' | '玖' => '9',
        _ => letter,
    }
}
