//! What becomes of the platform's data when a district's resource is deleted.

use crate::crd::DeletionPolicy;

/// How to take leave of a district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// All data stay.
    Retain,
    /// Its divisions are withdrawn.
    Purge,
    /// A purge is asked for that nobody confirmed: nothing happens until somebody does, or asks for less.
    Unconfirmed,
}

/// Decides by the policy and by the annotation that must name the district.
#[must_use]
pub(crate) fn farewell(policy: DeletionPolicy, code: &str, confirmation: Option<&str>) -> Farewell {
    match policy {
        DeletionPolicy::Retain => Farewell::Retain,
        DeletionPolicy::Purge if confirmation == Some(code) => Farewell::Purge,
        DeletionPolicy::Purge => Farewell::Unconfirmed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_go_only_when_two_places_say_so() {
        let code = "420105000000";
        for (policy, confirmation, expected) in [
            (DeletionPolicy::Retain, None, Farewell::Retain),
            (DeletionPolicy::Retain, Some(code), Farewell::Retain),
            (DeletionPolicy::Purge, None, Farewell::Unconfirmed),
            (DeletionPolicy::Purge, Some("yes"), Farewell::Unconfirmed),
            (
                DeletionPolicy::Purge,
                Some("420106000000"),
                Farewell::Unconfirmed,
            ),
            (DeletionPolicy::Purge, Some(code), Farewell::Purge),
        ] {
            assert_eq!(
                farewell(policy, code, confirmation),
                expected,
                "{policy:?} {confirmation:?}"
            );
        }
    }
}
