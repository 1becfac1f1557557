//! Conflicts of interest (回避): whose tasks somebody keeps out of.

use kernel::{AccountId, OrgCode, OrgPath};

/// What somebody keeps out of, as identity told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exclusion {
    /// Tasks for orders about an organisation, or at a place within it.
    Organisation(OrgCode),
    /// Tasks for orders of a person.
    Person(AccountId),
}

/// All that one account keeps out of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exclusions(pub(crate) Vec<Exclusion>);

impl Exclusions {
    /// Says whether a task for this person, at this place, is kept from the account.
    pub(crate) fn bar(&self, requester: Option<AccountId>, place: &OrgPath) -> bool {
        self.0.iter().any(|exclusion| match exclusion {
            Exclusion::Person(person) => requester == Some(*person),
            Exclusion::Organisation(code) => {
                let nodes = place.ancestors();
                nodes.iter().any(|node| node.leaf().as_ref() == Some(code))
            }
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{AccountId, OrgPath, TypedId};
    use uuid::Uuid;

    use super::{Exclusion, Exclusions};

    fn path(text: &str) -> OrgPath {
        text.parse().unwrap()
    }

    #[test]
    fn tasks_of_the_person_and_at_or_below_the_organisation_are_barred() {
        let person = AccountId::from_uuid(Uuid::from_u128(7));
        let other = AccountId::from_uuid(Uuid::from_u128(8));
        let place = path("/420105000000/420105011000/");
        let exclusions = Exclusions(vec![
            Exclusion::Person(person),
            Exclusion::Organisation("420105011000".parse().unwrap()),
        ]);
        let below = path("/420105000000/420105011000/420105011010/");
        let beside = path("/420105000000/420105012000/");
        let above = path("/420105000000/");
        assert!(exclusions.bar(Some(person), &beside));
        assert!(exclusions.bar(Some(other), &place));
        assert!(exclusions.bar(None, &below));
        assert!(!exclusions.bar(Some(other), &above));
        assert!(!Exclusions::default().bar(Some(person), &place));
    }
}
