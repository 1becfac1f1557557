//! The category that a request names.

use problem::{Category, Fact, Kind};

use crate::App;

/// There is no such category.
#[derive(Debug, thiserror::Error)]
#[error("unknown category {0:?}")]
pub(crate) struct UnknownCategory(pub(crate) String);

impl Category for UnknownCategory {
    fn fact(&self) -> Fact {
        Fact::new(
            Kind::Invalid,
            "unknown-category",
            "没有这个类别",
            "there is no such category",
        )
        .at("/category")
    }
}

/// Checks that a category is one of the tree's.
pub(crate) fn check_category(app: &App, code: &str) -> Result<(), UnknownCategory> {
    if app.categories.contains(code) {
        Ok(())
    } else {
        Err(UnknownCategory(code.to_owned()))
    }
}
