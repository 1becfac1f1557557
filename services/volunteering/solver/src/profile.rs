//! What a volunteer can do, folded into a few words: whoever lacks a bit that a position asks for is
//! excluded for certain, and never looked up; the others are asked exactly. A crowd's profile is that of
//! all its people together, so whole squares are passed over the same way.

use crate::dispatch::{Position, Request, Volunteer};

/// Minutes a bit of time stands for.
const PIECE: i32 = 30;
/// Words of time: eight days, later ones lie on top of them.
const WORDS: usize = 6;
/// Bits of time.
const PIECES: i32 = 64 * WORDS as i32;
/// Languages come first in their word, kinds of person after them.
const LANGUAGES: u32 = 48;

/// Pieces of time.
type Pieces = [u64; WORDS];

/// Somebody, or a crowd.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Profile {
    skills: u64,
    /// Languages, and the kind of person.
    tongues: u64,
    free: Pieces,
}

/// What a position asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    skills: u64,
    language: u64,
    /// One of these.
    kinds: u64,
}

/// When a task takes place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pieces: Pieces,
    /// Words from, until: the others ask for nothing.
    words: (usize, usize),
}

fn bit(skill: u32) -> u64 {
    1 << (skill % 64)
}

fn tongue(language: u32) -> u64 {
    1 << (language % LANGUAGES)
}

fn kind(kind: u32) -> u64 {
    1 << (LANGUAGES + kind % (64 - LANGUAGES))
}

/// Sets the pieces `from..until`.
fn set(pieces: &mut Pieces, from: i32, until: i32) {
    if until - from >= PIECES {
        *pieces = [u64::MAX; WORDS];
        return;
    }
    for piece in from..until {
        let place = piece.rem_euclid(PIECES) as usize;
        pieces[place / 64] |= 1 << (place % 64);
    }
}

/// The pieces a time touches.
fn touched(from: i32, until: i32) -> (i32, i32) {
    let last = (until - 1).div_euclid(PIECE);
    (from.div_euclid(PIECE), last + 1)
}

impl Profile {
    /// Of a volunteer with these tasks: from, until.
    pub(crate) fn of(volunteer: &Volunteer, tasks: impl Iterator<Item = (i32, i32)>) -> Self {
        let mut free = [0; WORDS];
        for (from, until) in &volunteer.windows {
            if from < until {
                let (from, until) = touched(*from, *until);
                set(&mut free, from, until);
            }
        }
        // a bit stands for one piece only where nothing lies on top of another
        let ends = volunteer.windows.iter().map(|(_, until)| *until).max();
        if ends.is_some_and(|end| end <= PIECES * PIECE) {
            let mut busy = [0; WORDS];
            for (from, until) in tasks {
                let (first, end) = (from + PIECE - 1, until.min(PIECES * PIECE));
                set(&mut busy, first.div_euclid(PIECE), end.div_euclid(PIECE));
            }
            for (free, busy) in free.iter_mut().zip(busy) {
                *free &= !busy;
            }
        }
        let languages = volunteer.languages.iter();
        Self {
            skills: volunteer.skills.iter().fold(0, |mask, s| mask | bit(*s)),
            tongues: languages.fold(kind(volunteer.kind), |mask, l| mask | tongue(*l)),
            free,
        }
    }

    /// Adds somebody to a crowd.
    pub(crate) fn join(&mut self, other: &Self) {
        self.skills |= other.skills;
        self.tongues |= other.tongues;
        for (free, other) in self.free.iter_mut().zip(other.free) {
            *free |= other;
        }
    }

    /// Whether they may be what is wanted.
    #[inline]
    pub(crate) fn may_be(&self, wanted: &Wanted) -> bool {
        self.skills & wanted.skills == wanted.skills
            && self.tongues & wanted.language == wanted.language
            && self.tongues & wanted.kinds != 0
    }

    /// Whether they may be free then.
    #[inline]
    pub(crate) fn may_be_free(&self, span: &Span) -> bool {
        let (from, until) = span.words;
        let mut words = self.free[from..until].iter().zip(&span.pieces[from..until]);
        words.all(|(free, asked)| free & asked == *asked)
    }
}

impl Wanted {
    /// By a position of a request.
    pub(crate) fn by(request: &Request, position: &Position) -> Self {
        let kinds = position.kinds.iter().fold(0, |mask, k| mask | kind(*k));
        Self {
            skills: position.skills.iter().fold(0, |mask, s| mask | bit(*s)),
            language: request.language.map_or(0, tongue),
            kinds: if position.kinds.is_empty() {
                u64::MAX
            } else {
                kinds
            },
        }
    }
}

impl Span {
    /// Of a request that begins then.
    pub(crate) fn of(request: &Request, start: i32) -> Self {
        let mut pieces = [0; WORDS];
        let (from, until) = touched(start, start.saturating_add(request.duration));
        set(&mut pieces, from, until);
        let asks = |word: &u64| *word != 0;
        let from = pieces.iter().position(asks).unwrap_or(0);
        let until = pieces.iter().rposition(asks).map_or(0, |last| last + 1);
        Self {
            pieces,
            words: (from, until),
        }
    }
}
