//! Whose queue a request waits in.

use actix_web::http::header::HeaderMap;
use auth::{AuthState, Principal};

/// Digits of a district's code.
const DIGITS: usize = 6;

/// Whose turn a request takes. Only what a token proves counts: whoever made one up waits with
/// those who have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum District {
    /// Callers of whom nothing is known: no token, or none that verifies.
    Nobody,
    /// Accounts that act for the whole city, for several districts, or nowhere.
    City,
    /// Accounts that act in one district only: its six digits.
    Of([u8; DIGITS]),
}

impl District {
    /// Finds out who calls, without waiting for anything.
    pub(crate) fn of(state: Option<&AuthState>, headers: &HeaderMap) -> Self {
        let caller = state.and_then(|state| auth::caller(state, headers).ok());
        caller.map_or(Self::Nobody, |principal| Self::of_principal(&principal))
    }

    fn of_principal(principal: &Principal) -> Self {
        let mut districts = principal.grants.iter().map(|grant| {
            let code = grant.path.leaf()?;
            <[u8; DIGITS]>::try_from(code.district().as_bytes()).ok()
        });
        match districts.next().flatten() {
            Some(first) if districts.all(|other| other == Some(first)) => Self::Of(first),
            _ => Self::City,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use auth::{Grant, Principal};
    use kernel::{AccountId, Role, SessionId, TypedId};

    use super::District;

    fn district(paths: &[&str]) -> District {
        let grants = paths
            .iter()
            .map(|path| Grant::new(Role::GridWorker, path.parse().unwrap()));
        District::of_principal(&Principal {
            account: AccountId::from_uuid(uuid::Uuid::nil()),
            session: SessionId::from_uuid(uuid::Uuid::nil()),
            grants: grants.collect(),
        })
    }

    #[test]
    fn an_account_of_one_district_waits_with_its_district() {
        let own = District::Of(*b"420105");
        assert_eq!(district(&["/420105000000/"]), own);
        assert_eq!(
            district(&[
                "/420105000000/420105011000/420105011010/",
                "/420105000000.CG/"
            ]),
            own
        );
    }

    #[test]
    fn all_others_wait_with_the_city() {
        for paths in [
            &[][..],
            &["/"],
            &["/420105000000/", "/"],
            &["/", "/420105000000/"],
            &["/420105000000/", "/420106000000/"],
        ] {
            assert_eq!(district(paths), District::City, "{paths:?}");
        }
    }
}
