//! What is wrong with a definition file, and where.

use std::fmt;

use crate::domain::wording::Bilingual;

/// The kind of a problem, one for each check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// Not TOML, an unknown key, a missing key or a value of the wrong type.
    Syntax,
    /// A name or prefix that is not well formed.
    BadName,
    /// A number outside its limits.
    BadLimit,
    /// The same name twice.
    Duplicate,
    /// A missing title.
    MissingTitle,
    /// A guard that does not exist.
    UnknownGuard,
    /// An effect that does not exist.
    UnknownEffect,
    /// An action that does not exist.
    UnknownAction,
    /// A role that does not exist.
    UnknownRole,
    /// A relation that does not exist.
    UnknownRelation,
    /// A state that does not exist.
    UnknownState,
    /// A word that is none of those allowed at its place.
    UnknownWord,
    /// A state that no order can get to.
    Unreachable,
    /// A state from which no order can end.
    DeadEnd,
    /// An action that leaves a terminal state.
    LeavesTerminal,
    /// An action that nobody can take.
    NobodyCan,
    /// A clock that nothing stops.
    EndlessClock,
    /// A form field of unknown type.
    UnknownFieldType,
    /// A form field whose limits make no sense.
    BadField,
    /// A condition that can't be evaluated.
    BadCondition,
    /// A review block that doesn't fit the actions.
    BadReview,
    /// A callback block that doesn't fit the actions.
    BadCallback,
    /// An effect that lacks a form field.
    MissingField,
    /// A side request that can't be made, decided or carried out.
    BadRequest,
    /// Assisting units that can't be asked, or whose clock doesn't fit.
    BadAssist,
    /// A merge that can't be made or carried out.
    BadMerge,
    /// A new round without a limit.
    UnlimitedRounds,
}

/// One problem: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind.
    pub kind: ProblemKind,
    /// The path of keys, for example `actions[3].guards[0]`; empty for the file as a whole.
    pub place: String,
    /// The line of that place, counted from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: Bilingual,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        if !self.place.is_empty() {
            write!(formatter, "{}: ", self.place)?;
        }
        write!(formatter, "{}", self.reason)
    }
}

/// A definition file that was refused, with every problem found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The file, as the caller named it.
    pub file: String,
    /// The problems, in the order of the file's parts.
    pub problems: Vec<Problem>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {} 个问题 ({} problems)",
            self.file,
            self.problems.len(),
            self.problems.len()
        )?;
        for problem in &self.problems {
            write!(formatter, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
