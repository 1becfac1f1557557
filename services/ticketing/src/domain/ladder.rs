//! The ladder of escalation (逐级提级): who is told next when a limit is missed.
//!
//! The rungs are the nodes from the unit that handles the order, or from its place where no unit has it, up to the
//! city. A rung where nobody answers is passed over with the reason, never silently; the city's own is the catch-all:
//! it takes every order that comes so far.

use kernel::{OrgPath, Role};
use serde::{Deserialize, Serialize};

/// A rung as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The node; the root is the city.
    pub path: OrgPath,
    /// Its kind, as registry names it; absent when the node is no longer there.
    pub kind: Option<String>,
    /// How many people hold the role that answers here and don't keep out of the order.
    pub holders: u64,
    /// Whether it is the unit that the order is about, or below it.
    pub concerned: bool,
}

/// Why a rung was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassedOver {
    /// The node was dissolved (单位撤销).
    Dissolved,
    /// No role answers for a node of this kind.
    NoSupervisor,
    /// Nobody holds the role (缺岗), or who does keeps out of the order (回避).
    Vacant,
    /// The order is about this unit or one above it (被反映单位).
    Concerned,
}

/// A rung that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The node, `/` for the city.
    pub scope: String,
    /// Why.
    pub why: PassedOver,
}

/// Where a climb ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Climb {
    /// The node that is told.
    pub to: OrgPath,
    /// The role that answers there.
    pub role: Role,
    /// The rungs that were passed over.
    pub skipped: Vec<Skipped>,
    /// The number of the rung to begin with next time; the city's is told again and again.
    pub next: u32,
}

/// Lists the nodes of a ladder, the nearest first, the city last.
#[must_use]
pub fn rungs(unit: Option<&OrgPath>, place: &OrgPath) -> Vec<OrgPath> {
    let mut rungs = unit.unwrap_or(place).ancestors();
    rungs.reverse();
    rungs
}

/// Names a node as the timeline and the events do.
#[must_use]
pub fn scope_of(path: &OrgPath) -> String {
    path.leaf()
        .map_or_else(|| "/".to_owned(), |code| code.as_str().to_owned())
}

/// Finds the role that answers for a node of a kind.
#[must_use]
pub fn supervisor_of(path: &OrgPath, kind: &str) -> Option<Role> {
    if path.leaf().is_none() {
        return Some(Role::PlatformOperator);
    }
    Some(match kind {
        "district" => Role::DistrictOperator,
        "street" => Role::StreetDispatcher,
        "community" => Role::CommunityDispatcher,
        "compound" => Role::CompoundDispatcher,
        "department" => Role::DepartmentLiaison,
        "grid" => Role::GridWorker,
        _ => return None,
    })
}

/// Climbs from a rung to the next one where somebody answers.
///
/// `rungs` are all rungs of the ladder, the city last; whatever they say, the climb ends somewhere.
#[must_use]
pub fn climb(rungs: &[Rung], from: u32) -> Climb {
    let last = u32::try_from(rungs.len())
        .unwrap_or(u32::MAX)
        .saturating_sub(1);
    let mut skipped = Vec::new();
    for (number, rung) in (0..).zip(rungs) {
        if number < from.min(last) || number == last {
            continue;
        }
        let role = rung
            .kind
            .as_deref()
            .map(|kind| supervisor_of(&rung.path, kind));
        let why = match role {
            _ if rung.concerned => PassedOver::Concerned,
            Some(Some(role)) if rung.holders > 0 => {
                return Climb {
                    to: rung.path.clone(),
                    role,
                    skipped,
                    next: number.saturating_add(1),
                };
            }
            Some(Some(_)) => PassedOver::Vacant,
            Some(None) => PassedOver::NoSupervisor,
            None => PassedOver::Dissolved,
        };
        skipped.push(Skipped {
            scope: scope_of(&rung.path),
            why,
        });
    }
    if rungs.last().is_some_and(|city| city.holders == 0) {
        skipped.push(Skipped {
            scope: "/".to_owned(),
            why: PassedOver::Vacant,
        });
    }
    Climb {
        to: OrgPath::root(),
        role: Role::PlatformOperator,
        skipped,
        next: last,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UNIT: &str = "/420105000000/420105000000.CG/";
    const PLACE: &str = "/420105000000/420105011000/420105011010/";

    fn ladder(path: &str, kinds: &[Option<&str>], holders: &[u64]) -> Vec<Rung> {
        let path = OrgPath::parse(path).unwrap();
        let nodes = rungs(None, &path).into_iter().zip(kinds).zip(holders);
        let rung = nodes.map(|((path, kind), holders)| Rung {
            path,
            kind: kind.map(str::to_owned),
            holders: *holders,
            concerned: false,
        });
        rung.collect()
    }

    #[test]
    fn whoever_the_order_is_about_is_passed_over() {
        let kinds = [
            Some("compound"),
            Some("community"),
            Some("street"),
            Some("district"),
            None,
        ];
        let place = format!("{PLACE}420105011010.X01/");
        let mut rungs = ladder(&place, &kinds, &[1, 1, 1, 1, 1]);
        for rung in rungs.iter_mut().take(2) {
            rung.concerned = true;
        }
        let climb = climb(&rungs, 0);
        assert_eq!(climb.role, Role::StreetDispatcher);
        let why: Vec<PassedOver> = climb.skipped.iter().map(|skipped| skipped.why).collect();
        assert_eq!(why, [PassedOver::Concerned, PassedOver::Concerned]);
    }

    #[test]
    fn the_unit_comes_before_the_place_and_the_city_last() {
        let (unit, place) = (
            OrgPath::parse(UNIT).unwrap(),
            OrgPath::parse(PLACE).unwrap(),
        );
        let scopes = |paths: Vec<OrgPath>| paths.iter().map(scope_of).collect::<Vec<_>>();
        assert_eq!(
            scopes(rungs(Some(&unit), &place)),
            ["420105000000.CG", "420105000000", "/"]
        );
        assert_eq!(
            scopes(rungs(None, &place)),
            ["420105011010", "420105011000", "420105000000", "/"]
        );
    }

    #[test]
    fn rungs_without_anybody_are_passed_over_with_the_reason() {
        let kinds = [None, Some("street"), Some("district"), Some("")];
        let climbed = climb(&ladder(PLACE, &kinds, &[3, 0, 1, 1]), 0);
        assert_eq!(
            (scope_of(&climbed.to).as_str(), climbed.role),
            ("420105000000", Role::DistrictOperator)
        );
        let why: Vec<PassedOver> = climbed.skipped.iter().map(|rung| rung.why).collect();
        assert_eq!(why, [PassedOver::Dissolved, PassedOver::Vacant]);
        assert_eq!(climbed.next, 3);
        let again = climb(&ladder(PLACE, &kinds, &[3, 0, 1, 1]), climbed.next);
        assert_eq!((scope_of(&again.to).as_str(), again.next), ("/", 3));
        assert!(again.skipped.is_empty());
    }

    #[test]
    fn with_nobody_anywhere_the_city_takes_it_and_it_is_on_record() {
        let kinds = [Some("building"), Some("street"), Some("district"), Some("")];
        let climbed = climb(&ladder(PLACE, &kinds, &[0, 0, 0, 0]), 0);
        assert_eq!(
            (climbed.to, climbed.role),
            (OrgPath::root(), Role::PlatformOperator)
        );
        assert_eq!(climbed.skipped.len(), 4);
        assert_eq!(climb(&[], 7).to, OrgPath::root());
    }

    proptest! {
        #[test]
        fn every_climb_ends_at_a_rung_that_was_not_told_before_or_at_the_city(
            holders in prop::collection::vec(0_u64..2, 4),
            there in prop::collection::vec(any::<bool>(), 4),
        ) {
            let names = ["community", "street", "district", ""];
            let kinds: Vec<Option<&str>> =
                names.iter().zip(&there).map(|(kind, there)| there.then_some(*kind)).collect();
            let ladder = ladder(PLACE, &kinds, &holders);
            let mut told = Vec::new();
            let mut next = 0;
            for _ in 0..5 {
                let climbed = climb(&ladder, next);
                let repeated = told.contains(&climbed.to);
                prop_assert!(!repeated || climbed.to == OrgPath::root());
                told.push(climbed.to);
                next = climbed.next;
            }
            prop_assert_eq!(told.last(), Some(&OrgPath::root()));
        }
    }
}
