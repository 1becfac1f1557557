//! What looks like a personal name, by surname, usual name characters and the words around.

use std::ops::Range;

use super::normal::Normal;
use super::wordlists::{
    AFTER_NAME, ANNOUNCED, ANNOUNCERS, BEFORE_NAME, COMMON_SURNAMES, DOUBLE_SURNAMES,
    FURTHER_SURNAMES, GIVEN, NEVER_GIVEN, NO_SURNAME_AFTER, PERSONS, TITLES, WORDS,
};

/// A surname at some place.
#[derive(Clone, Copy)]
struct Surname {
    start: usize,
    /// Where the given name begins.
    end: usize,
    common: bool,
}

/// Finds names.
pub(super) fn find(normal: &Normal) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in 0..normal.chars.len() {
        if found.last().is_some_and(|last| start < last.end) {
            continue;
        }
        let Some(surname) = surname_at(normal, start) else {
            continue;
        };
        let span = announced(normal, surname)
            .or_else(|| titled(normal, surname))
            .or_else(|| introduced(normal, surname))
            .or_else(|| free(normal, surname));
        found.extend(span);
    }
    found
}

fn surname_at(normal: &Normal, start: usize) -> Option<Surname> {
    if let Some(double) = DOUBLE_SURNAMES
        .iter()
        .find(|double| normal.starts_with(start, double))
    {
        let end = start.saturating_add(double.chars().count());
        return Some(Surname {
            start,
            end,
            common: true,
        });
    }
    let letter = normal.at(start)?;
    let common = COMMON_SURNAMES.contains(letter);
    let known = common || FURTHER_SURNAMES.contains(letter);
    known.then_some(Surname {
        start,
        end: start.saturating_add(1),
        common,
    })
}

/// «联系人：王小明», «我叫李雪»: any name behind a word that announces one.
fn announced(normal: &Normal, surname: Surname) -> Option<Range<usize>> {
    let is_announced = ANNOUNCED.iter().any(|joint| {
        let place = surname.start.saturating_sub(joint.chars().count());
        normal.ends_with(surname.start, joint)
            && ANNOUNCERS.iter().any(|word| normal.ends_with(place, word))
    });
    if !is_announced || is_word(normal, surname) {
        return None;
    }
    longest_given(surname, 2, |length| {
        letters(normal, surname.end, length)
            .all(|letter| is_han(letter) && !NEVER_GIVEN.contains(letter))
            && may_end(normal, surname.end.saturating_add(length))
    })
}

/// «王女士», «张建国师傅»: a surname or name in front of a title.
fn titled(normal: &Normal, surname: Surname) -> Option<Range<usize>> {
    if !may_begin(normal, surname.start) {
        return None;
    }
    for length in 0..=2_usize {
        let end = surname.end.saturating_add(length);
        if !TITLES.iter().any(|title| normal.starts_with(end, title)) {
            continue;
        }
        let plausible = match length {
            0 => surname.common,
            _ => is_given(normal, surname.end, length) && !is_word(normal, surname),
        };
        if plausible {
            return Some(surname.start..end);
        }
    }
    None
}

/// «居民王芳说»: a name with usual characters behind a word for a person.
fn introduced(normal: &Normal, surname: Surname) -> Option<Range<usize>> {
    let is_introduced = PERSONS
        .iter()
        .any(|word| normal.ends_with(surname.start, word));
    if !is_introduced || !surname.common || is_word(normal, surname) {
        return None;
    }
    longest_given(surname, 2, |length| {
        is_given(normal, surname.end, length) && may_end(normal, surname.end.saturating_add(length))
    })
}

/// «张建国连夜抢修»: a common surname with two usual characters, with a boundary on the left.
fn free(normal: &Normal, surname: Surname) -> Option<Range<usize>> {
    let end = surname.end.saturating_add(2);
    let plausible = surname.common
        && may_begin(normal, surname.start)
        && is_given(normal, surname.end, 2)
        && !is_word(normal, surname)
        && may_end(normal, end);
    plausible.then_some(surname.start..end)
}

/// Takes the longest given name that fits.
fn longest_given(
    surname: Surname,
    longest: usize,
    fits: impl Fn(usize) -> bool,
) -> Option<Range<usize>> {
    let length = (1..=longest).rev().find(|length| fits(*length))?;
    Some(surname.start..surname.end.saturating_add(length))
}

fn letters(normal: &Normal, start: usize, length: usize) -> impl Iterator<Item = char> {
    (start..start.saturating_add(length)).map(|place| normal.at(place).unwrap_or(' '))
}

fn is_given(normal: &Normal, start: usize, length: usize) -> bool {
    letters(normal, start, length).all(|letter| GIVEN.contains(letter))
}

/// Tells whether surname and next character begin a common word.
fn is_word(normal: &Normal, surname: Surname) -> bool {
    WORDS
        .iter()
        .any(|word| normal.starts_with(surname.start, word))
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}')
}

/// Tells whether a name may begin here: not in the middle of a word.
fn may_begin(normal: &Normal, place: usize) -> bool {
    let Some(before) = normal.before(place) else {
        return true;
    };
    if !is_han(before) {
        return true;
    }
    if PERSONS.iter().any(|word| normal.ends_with(place, word)) {
        return true;
    }
    let joined = NO_SURNAME_AFTER
        .iter()
        .any(|word| normal.ends_with(place.saturating_add(1), word));
    BEFORE_NAME.contains(before) && !joined
}

/// Tells whether a name may end here.
fn may_end(normal: &Normal, place: usize) -> bool {
    let next = normal.at(place);
    next.is_none_or(|letter| !is_han(letter) || AFTER_NAME.contains(letter))
}
