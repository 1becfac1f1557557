//! Places in a definition file: the path of keys and the line it stands on.

use std::fmt;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::problem::{Problem, ProblemKind};
use crate::domain::wording::Bilingual;

/// A path of keys, for example `actions[3].guards[0]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place(Vec<Segment>);

#[derive(Debug, Clone)]
enum Segment {
    Key(&'static str),
    Index(usize),
}

impl Place {
    /// The place of a key of the file.
    pub(crate) fn top(key: &'static str) -> Self {
        Self(vec![Segment::Key(key)])
    }

    /// The place of a key below this one.
    pub(crate) fn key(&self, key: &'static str) -> Self {
        let mut longer = self.clone();
        longer.0.push(Segment::Key(key));
        longer
    }

    /// The place of an element below this one.
    pub(crate) fn at(&self, index: usize) -> Self {
        let mut longer = self.clone();
        longer.0.push(Segment::Index(index));
        longer
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(formatter, "[{index}]")?,
                Segment::Key(key) if position == 0 => formatter.write_str(key)?,
                Segment::Key(key) => write!(formatter, ".{key}")?,
            }
        }
        Ok(())
    }
}

/// Collects problems and finds their lines.
pub(crate) struct Report<'text> {
    text: &'text str,
    table: DeTable<'text>,
    problems: Vec<Problem>,
}

impl<'text> Report<'text> {
    /// Reads the file's syntax; every syntax error becomes a problem.
    pub(crate) fn read(text: &'text str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut report = Self {
            text,
            table: table.into_inner(),
            problems: Vec::new(),
        };
        for error in errors {
            report.add_syntax(&error);
        }
        report
    }

    /// Adds an error of the TOML reader.
    pub(crate) fn add_syntax(&mut self, error: &toml::de::Error) {
        let line = error.span().map(|span| line_of(self.text, &span));
        let message = error.message().trim();
        let reason = Bilingual::new(
            format!("文件结构有误：{message}"),
            format!("malformed: {message}"),
        );
        self.problems.push(Problem {
            kind: ProblemKind::Syntax,
            place: String::new(),
            line,
            reason,
        });
    }

    /// Adds a problem.
    pub(crate) fn add(
        &mut self,
        kind: ProblemKind,
        place: &Place,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        let line = self.line(place);
        let reason = Bilingual::new(zh, en);
        self.problems.push(Problem {
            kind,
            place: place.to_string(),
            line,
            reason,
        });
    }

    /// Tells whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Hands the problems over, sorted by line.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems;
        problems.sort_by_key(|problem| problem.line.unwrap_or(0));
        problems
    }

    /// Finds the line of a place; a missing key gives the line of what should hold it.
    fn line(&self, place: &Place) -> Option<usize> {
        let (first, rest) = place.0.split_first()?;
        let Segment::Key(first) = first else {
            return None;
        };
        let (mut span, mut value) = entry(&self.table, first)?;
        for segment in rest {
            let found = match (segment, value) {
                (Segment::Key(key), DeValue::Table(table)) => entry(table, key),
                (Segment::Index(index), DeValue::Array(array)) => array
                    .get(*index)
                    .map(|element| (element.span(), element.get_ref())),
                _ => None,
            };
            let Some((deeper_span, deeper_value)) = found else {
                break;
            };
            span = deeper_span;
            value = deeper_value;
        }
        Some(line_of(self.text, &span))
    }
}

/// Finds a key of a table with the span of the key.
fn entry<'table, 'text>(
    table: &'table DeTable<'text>,
    key: &str,
) -> Option<(Range<usize>, &'table DeValue<'text>)> {
    let (key, value) = table
        .iter()
        .find(|(name, _)| name.get_ref().as_ref() == key)?;
    Some((key.span(), value.get_ref()))
}

/// Counts the lines up to the start of a span.
fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().iter().take(span.start);
    before
        .filter(|byte| **byte == b'\n')
        .count()
        .saturating_add(1)
}
