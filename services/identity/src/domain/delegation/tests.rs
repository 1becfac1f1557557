#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use auth::Grant;
use kernel::{OrgCode, OrgPath, Role, Timestamp};
use proptest::prelude::*;

use super::{Authority, Beyond, GRANTERS, Wanted, check_delegation, is_certified, standing};

/// Paths of up to four nodes out of few codes, so that they often lie in each other.
fn paths() -> impl Strategy<Value = OrgPath> {
    proptest::collection::vec(1..4_u32, 0..4).prop_map(|branches| {
        let mut path = OrgPath::root();
        for (depth, branch) in branches.iter().enumerate() {
            let code: OrgCode = format!("42010501{}00{branch}", depth + 1).parse().unwrap();
            path = path.child(&code).unwrap();
        }
        path
    })
}

fn roles() -> impl Strategy<Value = Role> {
    proptest::sample::select(Role::ALL)
}

fn categories() -> impl Strategy<Value = Vec<String>> {
    let names = ["01", "02", "03"].map(str::to_owned).to_vec();
    proptest::sample::subsequence(names, 0..=3)
}

fn ends() -> impl Strategy<Value = Option<Timestamp>> {
    let day = |days: u64| Timestamp::UNIX_EPOCH.plus(Duration::from_hours(24 * days));
    proptest::option::of((1..4_u64).prop_map(day))
}

fn authorities() -> impl Strategy<Value = Authority> {
    (roles(), paths(), categories(), ends()).prop_map(|(role, path, categories, until)| Authority {
        grant: Grant {
            role,
            path,
            categories,
        },
        until,
    })
}

fn wanted(authority: &Authority) -> Wanted<'_> {
    Wanted {
        role: authority.grant.role,
        path: &authority.grant.path,
        categories: &authority.grant.categories,
        until: authority.until,
    }
}

fn may(own: &Authority, given: &Authority) -> bool {
    check_delegation(std::slice::from_ref(own), &wanted(given)).is_ok()
}

proptest! {
    #[test]
    fn nobody_gives_what_they_do_not_have(own in authorities(), given in authorities(), place in paths()) {
        if may(&own, &given) {
            prop_assert!(!given.grant.covers(&place) || own.grant.covers(&place));
            for category in ["01", "02", "03", "04"] {
                let (gives, has) = (given.grant.covers_category(Some(category)), own.grant.covers_category(Some(category)));
                prop_assert!(!gives || has);
            }
            prop_assert!(own.until.is_none_or(|end| given.until.is_some_and(|other| other <= end)));
            let security = own.grant.role == Role::SecurityAdmin;
            prop_assert!(security || standing(given.grant.role) < standing(own.grant.role));
            prop_assert!(GRANTERS.contains(&own.grant.role));
        }
    }

    #[test]
    fn what_was_passed_on_could_have_been_given_directly(a in authorities(), b in authorities(), c in authorities()) {
        if may(&a, &b) && may(&b, &c) {
            prop_assert!(may(&a, &c));
        }
    }

    #[test]
    fn who_may_grant_at_a_place_may_grant_below_it(own in authorities(), given in authorities(), branch in 1..4_u32) {
        let code: OrgCode = format!("42010501900{branch}").parse().unwrap();
        let below = Authority {
            grant: Grant { path: given.grant.path.child(&code).unwrap(), ..given.grant.clone() },
            until: given.until,
        };
        prop_assert!(!may(&own, &given) || may(&own, &below));
    }

    #[test]
    fn more_authority_never_takes_anything_away(own in proptest::collection::vec(authorities(), 0..4), more in authorities(), given in authorities()) {
        let before = check_delegation(&own, &wanted(&given)).is_ok();
        let mut all = own;
        all.push(more);
        prop_assert!(!before || check_delegation(&all, &wanted(&given)).is_ok());
    }

    #[test]
    fn only_the_security_administrator_makes_administrators(own in authorities(), given in authorities()) {
        let administrator = crate::domain::is_administrator(given.grant.role);
        prop_assert!(!(may(&own, &given) && administrator) || own.grant.role == Role::SecurityAdmin);
    }
}

#[test]
fn the_nearest_miss_is_told() {
    let community: OrgPath = "/420105000000/420105011000/420105011010/".parse().unwrap();
    let street = community.parent().unwrap();
    let own = Authority {
        grant: Grant::new(Role::CommunityDispatcher, community.clone()),
        until: None,
    };
    let check = |role, path| {
        let wanted = Wanted {
            role,
            path,
            categories: &[],
            until: None,
        };
        check_delegation(std::slice::from_ref(&own), &wanted)
    };
    assert_eq!(check(Role::GridWorker, &community), Ok(()));
    assert_eq!(check(Role::GridWorker, &street), Err(Beyond::Place));
    let equal = check(Role::CommunityDispatcher, &community);
    assert_eq!(equal, Err(Beyond::Role));
    let nothing = Wanted {
        role: Role::Resident,
        path: &community,
        categories: &[],
        until: None,
    };
    assert_eq!(check_delegation(&[], &nothing), Err(Beyond::Role));
}

#[test]
fn staff_is_certified_and_people_are_not() {
    assert!(is_certified(Role::GridWorker) && is_certified(Role::AuditAdmin));
    assert!(!is_certified(Role::Resident) && !is_certified(Role::Volunteer));
}
