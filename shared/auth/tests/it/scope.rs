use auth::Grant;
use kernel::{OrgCode, OrgPath, Role};
use proptest::prelude::*;

use crate::principal;

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
    proptest::sample::select(&[Role::Volunteer, Role::GridWorker, Role::StreetDispatcher][..])
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let grant = (roles(), paths()).prop_map(|(role, path)| Grant::new(role, path));
    proptest::collection::vec(grant, 0..6)
}

proptest! {
    #[test]
    fn a_grant_reaches_down_and_never_up_or_aside(grant in paths(), place in paths()) {
        let holder = principal(vec![Grant::new(Role::GridWorker, grant.clone())]);
        let below = place.ancestors().contains(&grant);
        prop_assert_eq!(holder.holds(Role::GridWorker, &place), below);
    }

    #[test]
    fn who_holds_a_role_somewhere_holds_it_below(grants in grants(), role in roles(), place in paths()) {
        let holder = principal(grants);
        if let Some(parent) = place.parent() && holder.holds(role, &parent) {
            prop_assert!(holder.holds(role, &place));
        }
    }

    #[test]
    fn any_of_the_roles_means_one_of_them(grants in grants(), a in roles(), b in roles(), place in paths()) {
        let holder = principal(grants);
        let either = holder.holds(a, &place) || holder.holds(b, &place);
        prop_assert_eq!(holder.holds_any(&[a, b], &place), either);
        prop_assert!(!holder.holds_any(&[], &place));
        prop_assert_eq!(holder.has_any(&[a, b]), holder.has(a) || holder.has(b));
    }

    #[test]
    fn listed_paths_are_the_fewest_that_say_the_same(grants in grants(), role in roles(), place in paths()) {
        let holder = principal(grants);
        let paths = holder.paths_of(&[role]);
        let covered = paths.iter().any(|path| path.contains(&place));
        prop_assert_eq!(covered, holder.holds(role, &place));
        for path in &paths {
            let inside = paths.iter().filter(|other| path.contains(other)).count();
            prop_assert_eq!(inside, 1);
        }
    }

    #[test]
    fn roles_at_a_place_are_those_held_there(grants in grants(), place in paths()) {
        let holder = principal(grants);
        let held: Vec<Role> =
            Role::ALL.iter().copied().filter(|role| holder.holds(*role, &place)).collect();
        prop_assert_eq!(holder.roles_at(&place), held);
    }
}

proptest! {
    #[test]
    fn a_ruling_says_what_the_scope_check_says(grants in grants(), place in paths()) {
        let policy = auth::Policy::new("x", "GET", "/x", auth::Access::Roles(&[Role::GridWorker]));
        let ruling = policy.rule(&grants, Some(&place), None);
        let holder = principal(grants.clone());
        prop_assert_eq!(ruling.admits(), holder.holds(Role::GridWorker, &place));
        let anywhere = policy.rule(&grants, None, None);
        prop_assert_eq!(anywhere.admits(), holder.has(Role::GridWorker));
    }
}

#[test]
fn categories_narrow_a_grant_and_nothing_named_means_all() {
    let mut grant = Grant::new(Role::DepartmentLiaison, OrgPath::root());
    assert!(grant.covers_category(Some("0102")));
    grant.categories = vec!["0102".to_owned()];
    assert!(grant.covers_category(Some("0102")) && grant.covers_category(None));
    assert!(!grant.covers_category(Some("0103")));
    let holder = principal(vec![grant]);
    assert!(!holder.holds_any_for(&[Role::DepartmentLiaison], &OrgPath::root(), Some("0103")));
}
