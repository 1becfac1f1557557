//! One row of an import of divisions, and what became of it.

use contracts::registry::OrgKind;
use kernel::{DivisionCode, Line, Named, OrgCode};
use problem::Message;
use serde::{Deserialize, Serialize};

use super::kind;
use super::placement::Misplaced;

/// A row as it came.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct RawDivision {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) level: String,
    pub(crate) parent_code: String,
    /// Whether the area is no more.
    pub(crate) withdrawn: bool,
}

/// A row that reads (行政区划).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Division {
    pub(crate) code: OrgCode,
    pub(crate) name: String,
    pub(crate) kind: OrgKind,
    /// None where the file names no parent.
    pub(crate) parent: Option<OrgCode>,
    /// Whether the area is no more.
    pub(crate) withdrawn: bool,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// It is a new node.
    Created,
    /// It was there just so.
    Unchanged,
    /// It was there with another name.
    Renamed,
    /// It was there under another node, perhaps with another name.
    Moved,
    /// It was there and is no more.
    Withdrawn,
    /// Its code was withdrawn and is used again.
    Restored,
    /// It was left out.
    Refused(Refusal),
}

/// Why a row was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Refusal {
    /// The code is no area code.
    Code,
    /// The name is blank, too long or holds control characters.
    Name,
    /// The level is unknown.
    Level,
    /// The parent's code is no area code.
    ParentCode,
    /// It cannot be there.
    Misplaced(Misplaced),
    /// Its parent is in the same request and was refused.
    ParentRefused,
    /// The same code came before in this request with other content.
    Repeated,
    /// It is in the tree already, under another node.
    Elsewhere,
    /// The caller may not change this part of the tree.
    OutOfScope,
    /// It changed later than the day of this import.
    ChangedLater,
    /// Something below it goes on.
    NotEmpty,
    /// There is nothing to withdraw.
    NeverThere,
}

impl Refusal {
    /// Explains it to the caller.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::Code => Message::fixed(
                "代码须为 12 位数字的区划代码",
                "the code must be a 12-digit area code",
            ),
            Self::Name => Message::fixed(
                "名称须为 1 至 100 个字符，不含控制字符",
                "the name must have 1 to 100 characters and no control characters",
            ),
            Self::Level => Message::fixed(
                "级别须为 city、district、street 或 community",
                "the level must be city, district, street or community",
            ),
            Self::ParentCode => Message::fixed(
                "上级代码须为 12 位数字的区划代码",
                "the parent code must be a 12-digit area code",
            ),
            Self::Misplaced(why) => why.message(),
            Self::ParentRefused => Message::fixed("其上级未被接受", "its parent was refused"),
            Self::Repeated => Message::fixed(
                "同一代码在本次导入中已有不同内容",
                "the same code came before in this import with other content",
            ),
            Self::Elsewhere => Message::fixed(
                "已在某上级之下，不能改为没有上级",
                "it is under another node already and cannot become a root",
            ),
            Self::OutOfScope => Message::fixed(
                "不在您的管理范围内",
                "it is outside the part of the tree that you run",
            ),
            Self::ChangedLater => Message::fixed(
                "该组织在导入的生效日期之后已有变更",
                "it has changed after the day from which this import counts",
            ),
            Self::NotEmpty => Message::fixed(
                "其下仍有未撤销的组织",
                "there are organisations below it that are not closed",
            ),
            Self::NeverThere => Message::fixed("没有可撤销的组织", "there is nothing to withdraw"),
        }
    }
}

impl RawDivision {
    /// Reads the row.
    pub(crate) fn read(&self) -> Result<Division, Refusal> {
        let code: DivisionCode = self.code.trim().parse().map_err(|_| Refusal::Code)?;
        let name: Line<1, 100> = self.name.parse().map_err(|_| Refusal::Name)?;
        let kind = OrgKind::from_name(self.level.trim())
            .filter(|kind| kind::level_of(*kind).is_some())
            .ok_or(Refusal::Level)?;
        let parent = match self.parent_code.trim() {
            "" => None,
            text => Some(
                text.parse::<DivisionCode>()
                    .map_err(|_| Refusal::ParentCode)?,
            ),
        };
        Ok(Division {
            code: OrgCode::from(&code),
            name: name.into_string(),
            kind,
            parent: parent.as_ref().map(OrgCode::from),
            withdrawn: self.withdrawn,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{RawDivision, Refusal};

    fn row(code: &str, name: &str, level: &str, parent_code: &str) -> Result<(), Refusal> {
        let [code, name, level, parent_code] = [code, name, level, parent_code].map(str::to_owned);
        RawDivision {
            code,
            name,
            level,
            parent_code,
            withdrawn: false,
        }
        .read()
        .map(|_| ())
    }

    #[test]
    fn a_row_that_does_not_read_says_what_is_wrong() {
        assert_eq!(
            row("420105000000", "汉阳区", "district", "420100000000"),
            Ok(())
        );
        assert_eq!(row("420105000000", "汉阳区", "district", ""), Ok(()));
        assert_eq!(
            row("4201050000000", "汉阳区", "district", ""),
            Err(Refusal::Code)
        );
        assert_eq!(row("420105000000", " ", "district", ""), Err(Refusal::Name));
        assert_eq!(
            row("420105000000", "汉\u{7}阳", "district", ""),
            Err(Refusal::Name)
        );
        assert_eq!(
            row("420105000000", "汉阳区", "compound", ""),
            Err(Refusal::Level)
        );
        assert_eq!(
            row("420105000000", "汉阳区", "district", "x"),
            Err(Refusal::ParentCode)
        );
    }
}
