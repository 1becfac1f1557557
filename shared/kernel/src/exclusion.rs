//! Conflicts of interest (回避): whose matters somebody keeps out of.

use crate::{AccountId, OrgCode, OrgPath};

/// What somebody keeps out of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exclusion {
    /// Matters about an organisation, or at a place within it.
    Organisation(OrgCode),
    /// Matters of a person.
    Person(AccountId),
}

impl Exclusion {
    /// Makes an exclusion about one of both: the organisation where both are said, none where neither is.
    #[must_use]
    pub fn about(organisation: Option<OrgCode>, person: Option<AccountId>) -> Option<Self> {
        let organisation = organisation.map(Self::Organisation);
        organisation.or(person.map(Self::Person))
    }

    /// Says whether a matter of this person, at these places, is meant.
    #[must_use]
    pub fn concerns(&self, requester: Option<AccountId>, places: &[&OrgPath]) -> bool {
        match self {
            Self::Person(person) => requester == Some(*person),
            Self::Organisation(code) => places.iter().any(|place| {
                let nodes = place.ancestors();
                nodes.iter().any(|node| node.leaf().as_ref() == Some(code))
            }),
        }
    }
}

/// All that one account keeps out of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions(Vec<Exclusion>);

impl Exclusions {
    /// Says whether the account keeps out of nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says whether a matter of this person, at these places, is kept from the account.
    #[must_use]
    pub fn bar(&self, requester: Option<AccountId>, places: &[&OrgPath]) -> bool {
        let mut own = self.0.iter();
        own.any(|exclusion| exclusion.concerns(requester, places))
    }
}

impl FromIterator<Exclusion> for Exclusions {
    fn from_iter<I: IntoIterator<Item = Exclusion>>(exclusions: I) -> Self {
        Self(exclusions.into_iter().collect())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use uuid::Uuid;

    use super::{Exclusion, Exclusions};
    use crate::{AccountId, OrgPath, TypedId};

    fn path(text: &str) -> OrgPath {
        text.parse().unwrap()
    }

    #[test]
    fn matters_of_the_person_and_at_or_below_the_organisation_are_barred() {
        let person = AccountId::from_uuid(Uuid::from_u128(7));
        let other = AccountId::from_uuid(Uuid::from_u128(8));
        let place = path("/420105000000/420105011000/");
        let exclusions: Exclusions = [
            Exclusion::about(None, Some(person)),
            Exclusion::about("420105011000".parse().ok(), None),
        ]
        .into_iter()
        .flatten()
        .collect();
        let below = path("/420105000000/420105011000/420105011010/");
        let beside = path("/420105000000/420105012000/");
        let above = path("/420105000000/");
        assert!(exclusions.bar(Some(person), &[&beside]));
        assert!(exclusions.bar(Some(other), &[&beside, &place]));
        assert!(exclusions.bar(None, &[&below]));
        assert!(!exclusions.bar(Some(other), &[&beside, &above]));
        assert!(!Exclusions::default().bar(Some(person), &[&place]));
        assert!(Exclusion::about(None, None).is_none());
    }
}
