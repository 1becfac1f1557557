use kernel::{CursorError, OrgCode};
use problem::{Category, Fact, Kind};
use store::StoreError;

use crate::app::change_error;
use crate::domain::history::Untimely;
use crate::domain::sheet::{self, MOST_ROWS};

/// Why a sheet is not taken, shown or made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SheetError {
    #[error("no such import")]
    NotFound,
    #[error("the file does not read: {0:?}")]
    File(sheet::SheetError),
    #[error("the import is not applied")]
    NotApplied,
    #[error("organisation {0} does not exist")]
    PlaceUnknown(OrgCode),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("more than {MOST_ROWS} rows")]
    TooManyRows,
    #[error("reading or writing the file broke off")]
    BrokeOff,
    #[error("writing the workbook")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    #[error("grants")]
    Grants(#[from] serde_json::Error),
    #[error(transparent)]
    Untimely(#[from] Untimely),
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for SheetError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "import-not-found",
                "没有这次导入",
                "there is no such import",
            ),
            Self::File(why @ sheet::SheetError::TooLarge) => {
                Fact::said(Kind::TooLarge, "file-too-large", why.message())
            }
            Self::File(why) => Fact::said(Kind::Invalid, "sheet-unreadable", why.message()),
            Self::NotApplied => Fact::new(
                Kind::Conflict,
                "import-not-applied",
                "导入尚未完成或已撤销，不能撤销",
                "the import is still under way, or was undone",
            ),
            Self::PlaceUnknown(code) => Fact::new(
                Kind::Invalid,
                "organisation-unknown",
                format!("组织 {code} 不存在"),
                format!("there is no organisation {code}"),
            )
            .at("/below"),
            Self::OutOfScope => change_error::out_of_scope(),
            Self::TooManyRows => Fact::new(
                Kind::Invalid,
                "too-many-rows",
                format!("超过 {MOST_ROWS} 行，请用 CSV 或缩小范围"),
                format!("more than {MOST_ROWS} rows; take CSV or a smaller part"),
            )
            .at("/format"),
            Self::BrokeOff | Self::Workbook(_) | Self::Grants(_) => Fact::internal(),
            Self::Untimely(error) => error.fact(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
