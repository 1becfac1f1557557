//! A node of the tree.

use contracts::registry::OrgKind;
use kernel::{OrgCode, OrgId, OrgPath, Timestamp, Version};
use serde::{Deserialize, Serialize};

/// An organisation (组织): an area, a compound, a party branch…
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Organisation {
    /// Its id.
    pub(crate) id: OrgId,
    /// Its code, which people know it by.
    pub(crate) code: OrgCode,
    /// Its place in the tree.
    pub(crate) path: OrgPath,
    /// Code of the node above, none for a root.
    pub(crate) parent_code: Option<OrgCode>,
    /// Its kind.
    pub(crate) kind: OrgKind,
    /// Its public name.
    pub(crate) name: String,
    /// Since when it exists.
    pub(crate) valid_from: Timestamp,
    /// Its version.
    pub(crate) version: Version,
    /// When it was entered.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

impl Organisation {
    /// Sets up a node at a place that was found for it.
    pub(crate) fn establish(
        id: OrgId,
        kind: OrgKind,
        name: String,
        code: OrgCode,
        path: OrgPath,
        now: Timestamp,
    ) -> Self {
        let parent_code = path.parent().and_then(|parent| parent.leaf());
        Self {
            id,
            code,
            path,
            parent_code,
            kind,
            name,
            valid_from: now,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        }
    }

    /// Gives it another name; says whether that changed anything.
    pub(crate) fn rename(&mut self, name: String, now: Timestamp) -> bool {
        if self.name == name {
            return false;
        }
        self.name = name;
        self.version = self.version.next();
        self.updated_at = now;
        true
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
pub(crate) mod tests {
    use contracts::registry::OrgKind;
    use kernel::{IdSourceExt, OrgPath, SystemIds, Timestamp};

    use super::Organisation;

    pub(crate) fn organisation(kind: OrgKind, path: &str) -> Organisation {
        let path: OrgPath = path.parse().unwrap();
        let now = Timestamp::from_micros(1_795_305_600_000_000).unwrap();
        let code = path.leaf().unwrap();
        Organisation::establish(
            SystemIds::new().next(),
            kind,
            "示例".to_owned(),
            code,
            path,
            now,
        )
    }

    #[test]
    fn only_another_name_makes_a_new_version() {
        let mut node = organisation(OrgKind::Street, "/420105000000/420105011000/");
        let now = node.created_at;
        assert!(!node.rename("示例".to_owned(), now));
        assert_eq!(node.version.get(), 1);
        assert!(node.rename("江堤街道".to_owned(), now));
        assert_eq!(node.version.get(), 2);
        assert_eq!(node.parent_code.unwrap().as_str(), "420105000000");
    }
}
