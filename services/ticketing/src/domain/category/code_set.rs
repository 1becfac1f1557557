//! Code sets of other systems (对照编码), and which of our categories their codes stand for.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::CategoryTable;
use crate::domain::rule_file::{self, RuleFileError};
use crate::domain::wording::Bilingual;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    name: String,
    title: Bilingual,
    version: u32,
    source: String,
    codes: BTreeMap<String, String>,
}

/// A code set (对照编码).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSet {
    /// The name by which imports choose it.
    pub name: String,
    /// What it is.
    pub title: Bilingual,
    /// The version of the table.
    pub version: u32,
    /// Where its codes come from.
    pub source: String,
    /// Our category by their code.
    pub codes: BTreeMap<String, String>,
}

impl CodeSet {
    /// Reads a code set; `file` only names it in errors.
    ///
    /// # Errors
    /// Not of the right shape, a name that is none, a code without a category of the table.
    pub fn parse(file: &str, text: &str, table: &CategoryTable) -> Result<Self, RuleFileError> {
        let spec: Spec = rule_file::read(file, text)?;
        let wrong = |place: &str, zh: &str, en: &str| RuleFileError::wrong(file, place, zh, en);
        let named =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if spec.name.is_empty() || spec.name.len() > 40 || !spec.name.chars().all(named) {
            return Err(wrong(
                &spec.name,
                "名称须为小写字母、数字和连字符，至多 40 个",
                "a name has small letters, digits and hyphens, at most 40",
            ));
        }
        if spec.title.is_incomplete() || spec.source.trim().is_empty() {
            return Err(wrong(
                &spec.name,
                "须有中英文名称和来源",
                "needs both titles and its source",
            ));
        }
        for (code, category) in &spec.codes {
            if code.trim().is_empty() || !table.contains(category) {
                return Err(wrong(
                    code,
                    &format!("没有类别 {category:?}"),
                    &format!("there is no category {category:?}"),
                ));
            }
        }
        Ok(Self {
            name: spec.name,
            title: spec.title,
            version: spec.version,
            source: spec.source,
            codes: spec.codes,
        })
    }

    /// Finds the category that a code stands for: its own, or that of the longest code of the set that it begins with.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&str> {
        let own = self.codes.get(code);
        let above = || {
            let above = self
                .codes
                .iter()
                .filter(|(known, _)| code.starts_with(known.as_str()));
            above
                .max_by_key(|(known, _)| known.len())
                .map(|(_, category)| category)
        };
        own.or_else(above).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use super::*;

    fn set(codes: &str) -> Result<CodeSet, RuleFileError> {
        let text = format!(
            "name = \"urban\"\nversion = 1\nsource = \"test\"\ntitle = {{ zh = \"市政\", en = \"City\" }}\n[codes]\n{codes}"
        );
        CodeSet::parse("urban.toml", &text, &CategoryTable::bundled().unwrap())
    }

    #[test]
    fn a_code_stands_for_its_category_and_a_finer_one_for_that_above() {
        let set = set("\"01\" = \"01\"\n\"0104\" = \"0104\"").unwrap();
        assert_eq!(set.category("0104"), Some("0104"));
        assert_eq!(set.category("010499"), Some("0104"));
        assert_eq!(set.category("0199"), Some("01"));
        assert_eq!(set.category("02"), None);
    }

    #[test]
    fn what_leads_nowhere_is_refused_with_its_place() {
        let refused = set("\"01\" = \"9999\"").unwrap_err().to_string();
        assert!(refused.starts_with("urban.toml: 01: "), "{refused}");
        assert!(set("01 = 5").is_err());
    }
}
