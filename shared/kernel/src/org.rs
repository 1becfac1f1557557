//! Places in the organisation tree: the code of one node and the path from the root to it.

use std::{fmt, str::FromStr, sync::Arc};

use crate::codes::DivisionCode;

/// Why a text is not an organisation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrgCodeError {
    /// The first 12 digits are not an area code.
    #[error(
        "组织代码须以 12 位区划代码开头 (an organisation code starts with a 12-digit area code)"
    )]
    Division,
    /// A segment after the area code is malformed, or there are more than four.
    #[error(
        "区划代码之后最多四段，每段为点号加 1 到 12 位大写字母、数字或连字符 (after the area code at most four segments of a dot and 1 to 12 capitals, digits or hyphens)"
    )]
    Segment,
}

/// Code of an organisation node (组织代码): an area code, and segments below the community.
///
/// `420105011010` is a community, `420105011010.X01.B3` a building in one of its compounds,
/// `420105000000.CG` a department of the district.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgCode(Arc<str>);

impl OrgCode {
    /// Most segments after the area code.
    pub const MAX_SEGMENTS: usize = 4;
    /// Most characters of one segment.
    pub const MAX_SEGMENT_LENGTH: usize = 12;

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the twelve digits of the area in which the node lies.
    #[must_use]
    pub fn division(&self) -> &str {
        self.0.get(..DivisionCode::LENGTH).unwrap_or_default()
    }

    /// Returns the six digits of the district in which the node lies.
    #[must_use]
    pub fn district(&self) -> &str {
        self.0.get(..6).unwrap_or_default()
    }

    /// Says whether one segment after the area code is well formed.
    fn is_segment(segment: &str) -> bool {
        (1..=Self::MAX_SEGMENT_LENGTH).contains(&segment.len())
            && segment
                .bytes()
                .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-'))
    }

    /// Checks the text without keeping it.
    fn check(text: &str) -> Result<(), OrgCodeError> {
        let mut segments = text.split('.');
        let division = segments.next().unwrap_or_default();
        if division.parse::<DivisionCode>().is_err() {
            return Err(OrgCodeError::Division);
        }
        let mut count = 0;
        for segment in segments {
            count += 1;
            if count > Self::MAX_SEGMENTS || !Self::is_segment(segment) {
                return Err(OrgCodeError::Segment);
            }
        }
        Ok(())
    }
}

impl From<&DivisionCode> for OrgCode {
    fn from(division: &DivisionCode) -> Self {
        Self(division.as_str().into())
    }
}

impl FromStr for OrgCode {
    type Err = OrgCodeError;

    fn from_str(text: &str) -> Result<Self, OrgCodeError> {
        Self::check(text)?;
        Ok(Self(text.into()))
    }
}

impl fmt::Display for OrgCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire_text!(OrgCode, "an organisation code string");
column_text!(OrgCode);
schema_text!(
    OrgCode,
    "组织代码 (organisation code: area code and segments below it)",
    "^[1-8][0-9]{11}([.][A-Z0-9-]{1,12}){0,4}$",
    "420105011010.X01"
);

/// Why a text is not an organisation path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrgPathError {
    /// The text does not start and end with a slash, or is too long.
    #[error("组织路径须以斜杠开头和结尾 (an organisation path starts and ends with a slash)")]
    Malformed,
    /// One part is not an organisation code.
    #[error("组织路径中有无效的组织代码 (the organisation path holds an invalid code)")]
    Code(#[source] OrgCodeError),
    /// The path is longer than any real tree.
    #[error("组织层级过多 (the organisation tree is too deep)")]
    TooDeep,
    /// A node cannot lie below itself.
    #[error("组织路径中有重复的组织代码 (the organisation path holds a code twice)")]
    Repeated,
}

/// Path of an organisation node from the root (组织路径): `/code/code/…/`, `/` for the whole city.
///
/// Every code is closed by a slash, so a node contains exactly those whose path starts with its
/// own, and a code that is the beginning of its sibling's contains nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgPath(Arc<str>);

impl OrgPath {
    /// Most nodes on one path: the deepest real one (city to room) has eight.
    pub const MAX_DEPTH: usize = 12;

    /// Returns the path of the whole city.
    #[must_use]
    pub fn root() -> Self {
        Self("/".into())
    }

    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, OrgPathError> {
        let Some(inner) = text.strip_prefix('/') else {
            return Err(OrgPathError::Malformed);
        };
        if inner.is_empty() {
            return Ok(Self::root());
        }
        let Some(inner) = inner.strip_suffix('/') else {
            return Err(OrgPathError::Malformed);
        };
        let mut seen: Vec<&str> = Vec::new();
        for code in inner.split('/') {
            if seen.len() == Self::MAX_DEPTH {
                return Err(OrgPathError::TooDeep);
            }
            OrgCode::check(code).map_err(OrgPathError::Code)?;
            if seen.contains(&code) {
                return Err(OrgPathError::Repeated);
            }
            seen.push(code);
        }
        Ok(Self(text.into()))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path of a node directly below this one.
    pub fn child(&self, code: &OrgCode) -> Result<Self, OrgPathError> {
        if self.depth() == Self::MAX_DEPTH {
            return Err(OrgPathError::TooDeep);
        }
        if self.codes().any(|above| above == code.as_str()) {
            return Err(OrgPathError::Repeated);
        }
        Ok(Self(format!("{}{}/", self.0, code.0).into()))
    }

    /// Says whether the other node is this one or lies below it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&*self.0)
    }

    /// Says whether it leads to an organisation, or through it.
    #[must_use]
    pub fn passes(&self, code: &OrgCode) -> bool {
        self.codes().any(|own| own == code.as_str())
    }

    /// Returns all paths from the root to this one, itself included.
    #[must_use]
    pub fn ancestors(&self) -> Vec<Self> {
        self.0
            .match_indices('/')
            .filter_map(|(slash, _)| self.0.get(..=slash))
            .map(|prefix| Self(prefix.into()))
            .collect()
    }

    /// Returns the path of the node above, nothing for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let inner = self.0.strip_suffix('/')?;
        let slash = inner.rfind('/')?;
        inner.get(..=slash).map(|prefix| Self(prefix.into()))
    }

    /// Returns the code of the node itself, nothing for the root.
    #[must_use]
    pub fn leaf(&self) -> Option<OrgCode> {
        self.codes().last().map(|code| OrgCode(code.into()))
    }

    /// Returns this path after the node at `from`, at or above it, went to `to`; nothing where `from`
    /// does not contain it or the path gets too long.
    #[must_use]
    pub fn rebased(&self, from: &Self, to: &Self) -> Option<Self> {
        let rest = self.0.strip_prefix(&*from.0)?;
        Self::parse(&format!("{}{rest}", to.0)).ok()
    }

    /// Returns the first text behind all paths at or below this one: with the path itself the range in
    /// which they lie when texts are compared byte by byte.
    #[must_use]
    pub fn range_end(&self) -> String {
        let inner = self.0.strip_suffix('/').unwrap_or_default();
        // the character behind the slash
        format!("{inner}0")
    }

    /// Returns how many nodes the path has, zero for the root.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.codes().count()
    }

    /// Walks the codes from the root down.
    fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|code| !code.is_empty())
    }
}

impl FromStr for OrgPath {
    type Err = OrgPathError;

    fn from_str(text: &str) -> Result<Self, OrgPathError> {
        Self::parse(text)
    }
}

impl fmt::Display for OrgPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire_text!(OrgPath, "an organisation path string");
column_text!(OrgPath);
schema_text!(
    OrgPath,
    "组织路径 (organisation path from the root, / for the whole city)",
    "^/([1-8][0-9]{11}([.][A-Z0-9-]{1,12}){0,4}/){0,12}$",
    "/420105000000/420105011000/420105011010/"
);
