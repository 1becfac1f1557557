//! The category that another system gave a message (来源类别), in our table.

use super::App;
use super::import_orders::ImportError;
use crate::domain::category::{CategoryTable, CodeSet};
use crate::domain::order::Categorisation;
use crate::domain::wording::Bilingual;

/// Longest code of another system.
const LONGEST: usize = 40;

/// How the codes of an import are read.
pub(super) struct Given<'a> {
    categories: &'a CategoryTable,
    code_set: Option<&'a CodeSet>,
}

impl<'a> Given<'a> {
    /// Finds the code set that an import names; ours where it names none.
    pub(super) fn of(app: &'a App, named: Option<&str>) -> Result<Self, ImportError> {
        let code_set = named.map(|name| {
            let mut sets = app.code_sets.iter();
            let found = sets.find(|set| set.name == name);
            found.ok_or_else(|| ImportError::UnknownCodeSet(name.to_owned()))
        });
        Ok(Self {
            categories: &app.categories,
            code_set: code_set.transpose()?,
        })
    }

    /// Finds the category of a code, with the reason; `None` where the texts have to decide.
    pub(super) fn category(&self, code: Option<&str>) -> Option<Categorisation> {
        let code = code.map(str::trim);
        let code = code.filter(|code| !code.is_empty() && code.chars().count() <= LONGEST)?;
        let (zh, en) = match self.code_set {
            Some(set) => (set.title.zh.as_str(), set.title.en.as_str()),
            None => ("来源", "the source"),
        };
        let category = match self.code_set {
            Some(set) => set.category(code)?,
            None => code,
        };
        let title = self.categories.title(category)?;
        Some(Categorisation {
            category: Some(category.to_owned()),
            reason: Bilingual::new(
                format!("按{zh}类别 {code}，归入 {category} {}", title.zh),
                format!(
                    "by category {code} of {en}, put under {category} {}",
                    title.en
                ),
            ),
        })
    }
}
