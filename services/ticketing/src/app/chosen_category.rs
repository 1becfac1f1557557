//! The category that a request names.

use kernel::Timestamp;
use problem::{Category, Fact, Kind};

use super::routing::local;
use crate::App;

/// The category does not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnknownCategory {
    /// There is none of this code.
    #[error("unknown category {0:?}")]
    Unknown(String),
    /// It is retired, or not for this time of the year.
    #[error("category {0:?} is not open now")]
    Closed(String),
}

impl Category for UnknownCategory {
    fn fact(&self) -> Fact {
        let fact = match self {
            Self::Unknown(_) => Fact::new(
                Kind::Invalid,
                "unknown-category",
                "没有这个类别",
                "there is no such category",
            ),
            Self::Closed(_) => Fact::new(
                Kind::Invalid,
                "category-closed",
                "该类别已停用或不在办理季节",
                "this category is retired or out of season",
            ),
        };
        fact.at("/category")
    }
}

/// Checks that a category is one of the tree's.
pub(crate) fn check_category(app: &App, code: &str) -> Result<(), UnknownCategory> {
    if app.categories.contains(code) {
        Ok(())
    } else {
        Err(UnknownCategory::Unknown(code.to_owned()))
    }
}

/// Checks that a category is one of the tree's that may be chosen now.
pub(crate) fn check_open_category(
    app: &App,
    code: &str,
    now: Timestamp,
) -> Result<(), UnknownCategory> {
    check_category(app, code)?;
    if app.categories.is_open(code, local(app, now)) {
        Ok(())
    } else {
        Err(UnknownCategory::Closed(code.to_owned()))
    }
}
