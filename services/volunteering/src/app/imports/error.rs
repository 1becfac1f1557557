use kernel::CursorError;
use problem::{Category, Fact, Kind, Message};
use store::StoreError;
use tables::sheet::SheetError;

use super::ImportReport;
use crate::app::volunteer_error::{out_of_scope, version_changed};

/// Why a file is not taken over, shown or taken back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("no such import for the caller")]
    NotFound,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the place is no organisation")]
    NoPlace,
    #[error("the file does not read")]
    File(SheetError),
    #[error("the file has no rows")]
    NoRows,
    #[error("{} errors in {} rows", .0.errors.len(), .0.rows)]
    Wrong(ImportReport),
    #[error("{0} things were built on it")]
    BuiltOn(usize),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("reading or writing the file broke off")]
    BrokeOff,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ImportError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "import-not-found",
                "没有这次导入",
                "there is no such import",
            ),
            Self::OutOfScope => out_of_scope(),
            Self::NoPlace => Fact::new(
                Kind::Invalid,
                "place-not-an-organisation",
                "须为具体的组织",
                "must be an organisation",
            )
            .at("/org_path"),
            Self::File(why @ SheetError::TooLarge) => {
                Fact::said(Kind::TooLarge, "file-too-large", why.message())
            }
            Self::File(why @ SheetError::Personal(_)) => {
                Fact::said(Kind::Invalid, "personal-column", why.message())
            }
            Self::File(why) => Fact::said(Kind::Invalid, "sheet-unreadable", why.message()),
            Self::NoRows => Fact::new(
                Kind::Invalid,
                "sheet-empty",
                "文件中没有数据行",
                "there is no row in the file",
            ),
            Self::Wrong(report) => Fact::said(
                Kind::Invalid,
                "import-refused",
                Message::new(
                    format!("文件有 {} 处问题，未导入任何内容", report.errors.len()),
                    format!(
                        "{} things are wrong with the file; nothing was taken over",
                        report.errors.len()
                    ),
                ),
            ),
            Self::BuiltOn(count) => Fact::new(
                Kind::Conflict,
                "import-built-on",
                format!("已有 {count} 项被确认或发布，不能整体撤销"),
                format!("{count} of what it made were confirmed or published since"),
            ),
            Self::OtherVersion => version_changed(),
            Self::BrokeOff => Fact::internal(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
