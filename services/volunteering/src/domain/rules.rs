//! Files of rules: a file that cannot work is refused with its name, the line and the reason.

use std::fmt;

use serde::de::DeserializeOwned;
use toml::Spanned;

/// Why rules are refused: every reason with file and line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RulesRefused(Vec<String>);

impl fmt::Display for RulesRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

/// Reads a file and gathers what is wrong with it.
pub(super) struct Reader<'text> {
    file: &'text str,
    text: &'text str,
    reasons: Vec<String>,
}

impl<'text> Reader<'text> {
    pub(super) fn new(file: &'text str, text: &'text str) -> Self {
        Self {
            file,
            text,
            reasons: Vec::new(),
        }
    }

    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, RulesRefused> {
        toml::from_str(self.text)
            .map_err(|error| RulesRefused(vec![format!("{}: {error}", self.file)]))
    }

    pub(super) fn refuse<T>(&mut self, at: &Spanned<T>, reason: impl fmt::Display) {
        let before = self.text.bytes().take(at.span().start);
        let line = before.filter(|byte| *byte == b'\n').count() + 1;
        self.reasons.push(format!("{}:{line}: {reason}", self.file));
    }

    pub(super) fn refused(self) -> RulesRefused {
        RulesRefused(self.reasons)
    }

    /// Returns what was read where nothing is wrong with it.
    pub(super) fn finish<T>(self, read: T) -> Result<T, RulesRefused> {
        if self.reasons.is_empty() {
            Ok(read)
        } else {
            Err(self.refused())
        }
    }
}
