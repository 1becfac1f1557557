//! Why an operation is open to somebody, or is not.

use kernel::OrgPath;

use crate::{Access, Grant, Policy};

/// What decides whether an operation may be called, and where (裁定).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling<'a> {
    /// It is open to everyone.
    Public,
    /// It is open to whoever is signed in.
    Authenticated,
    /// This grant opens it.
    Granted(&'a Grant),
    /// None of its roles is held anywhere.
    RoleMissing,
    /// One of its roles is held, but elsewhere: by these grants.
    PlaceOutside(Vec<&'a Grant>),
    /// One of its roles is held there, but for other categories: by these grants.
    CategoryOutside(Vec<&'a Grant>),
}

impl Ruling<'_> {
    /// Says whether the operation is open.
    #[must_use]
    pub fn admits(&self) -> bool {
        matches!(self, Self::Public | Self::Authenticated | Self::Granted(_))
    }

    /// Stable name of the reason.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Authenticated => "authenticated",
            Self::Granted(_) => "granted",
            Self::RoleMissing => "role-missing",
            Self::PlaceOutside(_) => "place-outside",
            Self::CategoryOutside(_) => "category-outside",
        }
    }
}

impl Policy {
    /// Rules on an operation by the grants that somebody holds; without a place, on whether it is open
    /// anywhere.
    ///
    /// What a use-case refuses for the sake of the thing itself (nobody checks their own work) is its
    /// own affair.
    #[must_use]
    pub fn rule<'a>(
        &self,
        grants: &'a [Grant],
        place: Option<&OrgPath>,
        category: Option<&str>,
    ) -> Ruling<'a> {
        let roles = match self.access {
            Access::Public => return Ruling::Public,
            Access::Authenticated => return Ruling::Authenticated,
            Access::Roles(roles) => roles,
        };
        let held: Vec<&Grant> = grants
            .iter()
            .filter(|grant| roles.contains(&grant.role))
            .collect();
        if held.is_empty() {
            return Ruling::RoleMissing;
        }
        let covers = |grant: &&&Grant| place.is_none_or(|place| grant.covers(place));
        let here: Vec<&Grant> = held.iter().filter(covers).copied().collect();
        if here.is_empty() {
            return Ruling::PlaceOutside(held);
        }
        match here.iter().find(|grant| grant.covers_category(category)) {
            Some(grant) => Ruling::Granted(grant),
            None => Ruling::CategoryOutside(here),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{OrgPath, Role};

    use super::Ruling;
    use crate::{Grant, policy};

    fn path(text: &str) -> OrgPath {
        OrgPath::parse(text).unwrap()
    }

    #[test]
    fn the_reason_names_the_first_thing_that_is_missing() {
        let policy = policy::named("grant_role").unwrap();
        let mut grant = Grant::new(Role::SecurityAdmin, path("/420105000000/"));
        grant.categories = vec!["0102".to_owned()];
        let grants = [Grant::new(Role::Resident, OrgPath::root()), grant.clone()];
        let below = path("/420105000000/420105011000/");
        let above = OrgPath::root();
        let rule = |place, category| policy.rule(&grants, place, category);
        assert_eq!(policy.rule(&[], None, None), Ruling::RoleMissing);
        assert_eq!(rule(None, None), Ruling::Granted(&grant));
        assert_eq!(rule(Some(&below), Some("0102")), Ruling::Granted(&grant));
        assert_eq!(rule(Some(&above), None), Ruling::PlaceOutside(vec![&grant]));
        let outside = rule(Some(&below), Some("0103"));
        assert_eq!(outside, Ruling::CategoryOutside(vec![&grant]));
        assert_eq!(outside.reason(), "category-outside");
    }

    #[test]
    fn an_open_operation_needs_no_grant() {
        let open = policy::named("open_session").unwrap();
        let own = policy::named("show_me").unwrap();
        assert_eq!(open.rule(&[], None, None), Ruling::Public);
        assert_eq!(own.rule(&[], None, None), Ruling::Authenticated);
    }
}
