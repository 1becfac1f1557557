//! Files of rules: what is wrong with one is said with its place.

use serde::de::DeserializeOwned;

use super::wording::Bilingual;

/// Why a file of rules was refused.
#[derive(Debug, thiserror::Error)]
pub enum RuleFileError {
    /// Not TOML of the right shape; the message names the line.
    #[error("{file}: 规则文件结构有误 (malformed rules): {source}")]
    Malformed {
        /// The file.
        file: String,
        /// What the reader says.
        source: toml::de::Error,
    },
    /// A name, code or number that makes no sense.
    #[error("{file}: {place}: {reason}")]
    Wrong {
        /// The file.
        file: String,
        /// The rule, by its name or code.
        place: String,
        /// What is wrong.
        reason: Bilingual,
    },
}

impl RuleFileError {
    /// Adds the line on which the rule stands.
    #[must_use]
    pub fn located(self, text: &str) -> Self {
        match self {
            Self::Wrong {
                file,
                place,
                reason,
            } => {
                let quoted = format!("\"{place}\"");
                let line = text.lines().position(|line| line.contains(&quoted));
                let place = match line {
                    Some(line) => format!("第 {0} 行 (line {0}): {place}", line.saturating_add(1)),
                    None => place,
                };
                Self::Wrong {
                    file,
                    place,
                    reason,
                }
            }
            malformed @ Self::Malformed { .. } => malformed,
        }
    }

    /// Says what is wrong with a rule of a file.
    pub(super) fn wrong(file: &str, place: &str, zh: &str, en: &str) -> Self {
        Self::Wrong {
            file: file.to_owned(),
            place: place.to_owned(),
            reason: Bilingual::new(zh, en),
        }
    }
}

/// Reads a file of rules; `file` only names it in errors.
pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, RuleFileError> {
    toml::from_str(text).map_err(|source| RuleFileError::Malformed {
        file: file.to_owned(),
        source,
    })
}
