//! Where in the tree a node may be.

use contracts::registry::OrgKind;
use kernel::{DivisionCode, Named, OrgCode, OrgPath};
use problem::Message;
use serde::{Deserialize, Serialize};

use super::kind;
use super::organisation::Organisation;

/// Why a node cannot be where it was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Misplaced {
    /// The code is not an area code of the kind's level.
    CodeOfOtherLevel(OrgKind),
    /// The kind is always under another node.
    ParentNeeded(OrgKind),
    /// The kind cannot be under a node of that kind.
    ParentOfOtherKind {
        /// Kind of the node.
        kind: OrgKind,
        /// Kind of the node above.
        parent: OrgKind,
    },
    /// The code does not lie within the parent's.
    CodeOutsideParent,
    /// The tree gets too deep there.
    TooDeep,
    /// The node above is closed.
    ParentClosed,
    /// A node cannot lie below itself.
    BelowItself,
}

impl Misplaced {
    /// Names the member that is wrong.
    pub(crate) const fn member(self) -> &'static str {
        match self {
            Self::CodeOfOtherLevel(_) | Self::CodeOutsideParent => "code",
            Self::ParentNeeded(_)
            | Self::ParentOfOtherKind { .. }
            | Self::TooDeep
            | Self::ParentClosed
            | Self::BelowItself => "parent_code",
        }
    }

    /// Explains it to the caller.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::CodeOfOtherLevel(kind) => Message::new(
                format!("{}的代码须为该级别的 12 位区划代码", kind::title_of(kind)),
                format!(
                    "the code of a {} is a 12-digit area code of that level",
                    kind.name()
                ),
            ),
            Self::ParentNeeded(kind) => Message::new(
                format!("{}须设在{}之下", kind::title_of(kind), parents_zh(kind)),
                format!("a {} is under a {}", kind.name(), parents_en(kind)),
            ),
            Self::ParentOfOtherKind { kind, parent } => Message::new(
                format!(
                    "{}须设在{}之下，不能设在{}之下",
                    kind::title_of(kind),
                    parents_zh(kind),
                    kind::title_of(parent)
                ),
                format!(
                    "a {} is under a {}, not under a {}",
                    kind.name(),
                    parents_en(kind),
                    parent.name()
                ),
            ),
            Self::CodeOutsideParent => Message::fixed(
                "代码须在上级代码之内：区划代码沿用上级的有效位，其他组织在上级代码后加一段",
                "the code lies within the parent's: an area keeps the parent's digits, another organisation adds one segment",
            ),
            Self::TooDeep => Message::fixed("组织层级过多", "the tree gets too deep"),
            Self::ParentClosed => {
                Message::fixed("上级组织已撤销", "the organisation above is closed")
            }
            Self::BelowItself => Message::fixed(
                "不能划入自身或其下级",
                "it cannot be put under itself or what lies below it",
            ),
        }
    }
}

fn parents_zh(kind: OrgKind) -> String {
    let titles: Vec<_> = kind::parents_of(kind)
        .iter()
        .map(|kind| kind::title_of(*kind))
        .collect();
    titles.join("或")
}

fn parents_en(kind: OrgKind) -> String {
    let names: Vec<_> = kind::parents_of(kind)
        .iter()
        .map(|kind| kind.name())
        .collect();
    names.join(" or ")
}

/// Finds the path of a new node, or why it cannot be there.
pub(crate) fn place(
    kind: OrgKind,
    code: &OrgCode,
    parent: Option<&Organisation>,
) -> Result<OrgPath, Misplaced> {
    let level = kind::level_of(kind);
    if let Some(level) = level {
        let division = code.as_str().parse::<DivisionCode>();
        if division.map(|division| division.level()) != Ok(level) {
            return Err(Misplaced::CodeOfOtherLevel(kind));
        }
    }
    let Some(parent) = parent else {
        if level.is_none() {
            return Err(Misplaced::ParentNeeded(kind));
        }
        return OrgPath::root().child(code).map_err(|_| Misplaced::TooDeep);
    };
    fits(kind, parent)?;
    let within = match level {
        Some(_) => code.as_str().starts_with(kept_digits(parent)),
        None => adds_one_segment(code, &parent.code),
    };
    if !within {
        return Err(Misplaced::CodeOutsideParent);
    }
    parent.path.child(code).map_err(|_| Misplaced::TooDeep)
}

/// Finds the path of a node that is put under another one, or why it cannot be there.
///
/// Its code stays, so that it need not lie within the new parent's: a street that changes district
/// keeps its code until the authority gives it another one. As every kind has its kinds above, a
/// moved sub-tree never gets too deep.
pub(crate) fn relocate(node: &Organisation, parent: &Organisation) -> Result<OrgPath, Misplaced> {
    if node.path.contains(&parent.path) {
        return Err(Misplaced::BelowItself);
    }
    fits(node.kind, parent)?;
    let path = parent.path.child(&node.code);
    path.map_err(|_| Misplaced::TooDeep)
}

/// Checks that a node of this kind may be directly under the other.
fn fits(kind: OrgKind, parent: &Organisation) -> Result<(), Misplaced> {
    if parent.is_closed() {
        return Err(Misplaced::ParentClosed);
    }
    if !kind::parents_of(kind).contains(&parent.kind) {
        let parent = parent.kind;
        return Err(Misplaced::ParentOfOtherKind { kind, parent });
    }
    Ok(())
}

/// Returns the digits of an area that the areas within it keep.
fn kept_digits(parent: &Organisation) -> &str {
    let digits = match parent.kind {
        OrgKind::City => 4,
        OrgKind::District => 6,
        _ => 9,
    };
    parent.code.as_str().get(..digits).unwrap_or_default()
}

fn adds_one_segment(code: &OrgCode, parent: &OrgCode) -> bool {
    let rest = code.as_str().strip_prefix(parent.as_str());
    let segment = rest.and_then(|rest| rest.strip_prefix('.'));
    segment.is_some_and(|segment| !segment.contains('.'))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use contracts::registry::OrgKind;

    use super::{Misplaced, place};
    use crate::domain::organisation::{Organisation, tests::organisation};

    fn under(
        kind: OrgKind,
        code: &str,
        parent: Option<&Organisation>,
    ) -> Result<String, Misplaced> {
        place(kind, &code.parse().unwrap(), parent).map(|path| path.to_string())
    }

    #[test]
    fn areas_nest_by_their_digits() {
        let district = organisation(OrgKind::District, "/420105000000/");
        let street = organisation(OrgKind::Street, "/420105000000/420105011000/");
        assert_eq!(
            under(OrgKind::Street, "420105011000", Some(&district)).unwrap(),
            "/420105000000/420105011000/"
        );
        assert_eq!(
            under(OrgKind::District, "110101000000", None).unwrap(),
            "/110101000000/"
        );
        assert_eq!(
            under(OrgKind::Street, "420106011000", Some(&district)),
            Err(Misplaced::CodeOutsideParent)
        );
        assert_eq!(
            under(OrgKind::Community, "420105012001", Some(&street)),
            Err(Misplaced::CodeOutsideParent)
        );
        assert_eq!(
            under(OrgKind::Community, "420105011000", Some(&street)),
            Err(Misplaced::CodeOfOtherLevel(OrgKind::Community))
        );
        assert!(matches!(
            under(OrgKind::Community, "420105011010", Some(&district)),
            Err(Misplaced::ParentOfOtherKind { .. })
        ));
    }

    #[test]
    fn other_nodes_go_under_their_kinds_and_add_one_segment() {
        let community = organisation(OrgKind::Community, "/420105000000/420105011010/");
        let compound = organisation(
            OrgKind::Compound,
            "/420105000000/420105011010/420105011010.X01/",
        );
        assert!(under(OrgKind::Compound, "420105011010.X01", Some(&community)).is_ok());
        assert!(under(OrgKind::Grid, "420105011010.G01", Some(&community)).is_ok());
        assert!(under(OrgKind::Building, "420105011010.X01.B3", Some(&compound)).is_ok());
        assert_eq!(
            under(OrgKind::Building, "420105011010.X02.B3", Some(&compound)),
            Err(Misplaced::CodeOutsideParent)
        );
        assert_eq!(
            under(OrgKind::Building, "420105011010.X01.B3.U1", Some(&compound)),
            Err(Misplaced::CodeOutsideParent)
        );
        assert_eq!(
            under(OrgKind::Compound, "420105011010.X01", None),
            Err(Misplaced::ParentNeeded(OrgKind::Compound))
        );
        assert!(matches!(
            under(OrgKind::Department, "420105011010.CG", Some(&community)),
            Err(Misplaced::ParentOfOtherKind { .. })
        ));
    }
}
