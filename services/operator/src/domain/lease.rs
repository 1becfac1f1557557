//! Who leads: decided from a Lease (`coordination.k8s.io/v1`) as it was last seen.
//!
//! As in client-go, clocks of other machines are not believed: a lease has run out when it has not changed for its
//! duration by the own clock.

use std::time::Duration;

/// A lease as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Who holds it; none where it was given back.
    pub(crate) holder: Option<String>,
    /// For how long it lasts without being renewed.
    pub(crate) duration: Duration,
    /// Its `resourceVersion`.
    pub(crate) version: String,
}

/// What a candidate does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is none yet: make it.
    Create,
    /// It is the own one: renew it.
    Renew,
    /// Nobody holds it any more: take it.
    Take,
    /// Somebody else leads.
    Wait,
}

/// Decides for the candidate `me`; `unchanged_for` is how long the record has been seen without any change.
#[must_use]
pub(crate) fn decide(me: &str, record: Option<&Record>, unchanged_for: Duration) -> Step {
    let Some(record) = record else {
        return Step::Create;
    };
    match record.holder.as_deref() {
        Some(holder) if holder == me => Step::Renew,
        None | Some("") => Step::Take,
        Some(_) if unchanged_for >= record.duration => Step::Take,
        Some(_) => Step::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_taken_only_when_it_is_nobodys_or_has_run_out() {
        let (short, long) = (Duration::from_secs(1), Duration::from_secs(15));
        let held = |holder: &str| Record {
            holder: Some(holder.to_owned()),
            duration: long,
            version: "7".to_owned(),
        };
        let given_back = Record {
            holder: None,
            ..held("x")
        };
        for (record, unchanged, expected) in [
            (None, Duration::ZERO, Step::Create),
            (Some(held("a")), Duration::ZERO, Step::Renew),
            // even when it ran out: nobody else took it
            (Some(held("a")), long, Step::Renew),
            (Some(held("b")), short, Step::Wait),
            (Some(held("b")), long, Step::Take),
            (Some(held("")), Duration::ZERO, Step::Take),
            (Some(given_back), Duration::ZERO, Step::Take),
        ] {
            assert_eq!(
                decide("a", record.as_ref(), unchanged),
                expected,
                "{record:?} {unchanged:?}"
            );
        }
    }
}
