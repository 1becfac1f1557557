//! An organisation that was moved (划转), until what is kept at it has followed.

use kernel::{OrgMove, OrgPath};
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

/// A move that is followed, and how far rows have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relocation {
    /// Its turn.
    pub(crate) turn: i64,
    pub(crate) moved: OrgMove,
    pub(crate) stage: Stage,
    /// The last row of the stage that was looked at.
    pub(crate) after: Option<Uuid>,
}

impl Relocation {
    /// Returns the new place of what was at `before`; nothing where it stays.
    pub(crate) fn place_of(&self, before: &OrgPath) -> Option<OrgPath> {
        self.moved.place_of(before)
    }
}

#[cfg(test)]
mod tests {
    use super::Stage;

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
