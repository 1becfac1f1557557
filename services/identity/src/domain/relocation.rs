//! An organisation that was moved (划转), until what is kept at it has followed.

use kernel::{EventId, OrgCode, OrgPath};
use uuid::Uuid;

/// What follows, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Grants, first: they decide who gets in.
    Grants,
    Contacts,
    Reveals,
}

impl Stage {
    pub(crate) const ALL: [Self; 3] = [Self::Grants, Self::Contacts, Self::Reveals];

    /// Returns the name in the store.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Grants => "grants",
            Self::Contacts => "contacts",
            Self::Reveals => "reveals",
        }
    }

    /// Returns what follows next, nothing after the last.
    pub(crate) const fn next(self) -> Option<Self> {
        match self {
            Self::Grants => Some(Self::Contacts),
            Self::Contacts => Some(Self::Reveals),
            Self::Reveals => None,
        }
    }
}

/// A node that was moved, and how far the rows at or below it have followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relocation {
    /// Event that told of it.
    pub(crate) id: EventId,
    /// The node.
    pub(crate) code: OrgCode,
    /// Its place since.
    pub(crate) to: OrgPath,
    pub(crate) stage: Stage,
    /// The last row of the stage that was looked at.
    pub(crate) after: Option<Uuid>,
}

impl Relocation {
    /// Returns the new place of what was at `before`; nothing where it stays.
    ///
    /// The node is found by its code, not by where it was: events of different nodes come in any order.
    pub(crate) fn place_of(&self, before: &OrgPath) -> Option<OrgPath> {
        let mut above = before.ancestors().into_iter();
        let from = above.find(|above| above.leaf().as_ref() == Some(&self.code))?;
        let place = before.rebased(&from, &self.to)?;
        (place != *before).then_some(place)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{OrgPath, TypedId};
    use uuid::Uuid;

    use super::{Relocation, Stage};

    fn moved(code: &str, to: &str) -> Relocation {
        Relocation {
            id: TypedId::from_uuid(Uuid::nil()),
            code: code.parse().unwrap(),
            to: OrgPath::parse(to).unwrap(),
            stage: Stage::Grants,
            after: None,
        }
    }

    #[test]
    fn what_is_at_or_below_follows_and_the_rest_stays() {
        let moved = moved("420105011010", "/420105000000/420105002000/420105011010/");
        for (before, after) in [
            (
                "/420105000000/420105011000/420105011010/",
                Some("/420105000000/420105002000/420105011010/"),
            ),
            (
                "/420105000000/420105011000/420105011010/420105011010.X01/",
                Some("/420105000000/420105002000/420105011010/420105011010.X01/"),
            ),
            ("/420105000000/420105002000/420105011010/", None),
            ("/420105000000/420105011000/", None),
            ("/420105000000/420105011000/420105011011/", None),
            ("/", None),
        ] {
            let place = moved.place_of(&OrgPath::parse(before).unwrap());
            assert_eq!(place.as_ref().map(OrgPath::as_str), after, "{before}");
        }
    }

    #[test]
    fn the_stages_end() {
        let mut stage = Some(Stage::Grants);
        let mut seen = Vec::new();
        while let Some(at) = stage {
            seen.push(at);
            stage = at.next();
        }
        assert_eq!(seen, Stage::ALL);
    }
}
