#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use kernel::AccountId;
use proptest::prelude::*;

use super::{ALGORITHM, BY_HOUSEHOLD, Draw, DrawMismatch, Homes, draw, draw_households, recompute};
use crate::domain::testing::account;

const SEED: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn people(count: u128) -> Vec<AccountId> {
    (0..count).map(account).collect()
}

/// The expected values come from an independent program (SHA-256 and `ChaCha20` written out in another language).
#[test]
fn the_draw_of_a_fixed_seed_never_changes() {
    let made = draw(SEED, &people(20), &[], 4);
    assert_eq!(made.algorithm, ALGORITHM);
    assert_eq!(made.candidates, 20);
    assert_eq!(
        made.candidates_digest,
        "56642461839ad2ce29b00a37e85fda1c98fa5a6fb4574d8f7353db61e4cebbca"
    );
    assert_eq!(
        made.chosen,
        [account(7), account(14), account(5), account(3)]
    );
}

#[test]
fn requester_and_handlers_are_left_out_before_the_draw() {
    let made = draw(SEED, &people(20), &[account(3), account(7)], 4);
    assert_eq!(made.candidates, 18);
    assert_eq!(
        made.candidates_digest,
        "aad39004dec5d55328bd92336e221fc550f0bc7e3da14856b379d400e94a3a4e"
    );
    assert_eq!(
        made.chosen,
        [account(1), account(8), account(13), account(15)]
    );
}

#[test]
fn a_small_community_gives_a_small_panel() {
    assert_eq!(
        draw(SEED, &people(2), &[account(0)], 4).chosen,
        [account(1)]
    );
    assert!(draw(SEED, &[], &[], 4).chosen.is_empty());
}

#[test]
fn a_record_is_confirmed_only_with_its_own_candidates_and_people() {
    let made = draw(SEED, &people(20), &[account(3)], 4);
    assert_eq!(recompute_persons(&made, &people(20), &[account(3)]), Ok(()));
    assert_eq!(
        recompute_persons(&made, &people(21), &[account(3)]),
        Err(DrawMismatch::Candidates)
    );

    let mut forged = made.clone();
    forged.chosen.swap(0, 1);
    assert_eq!(
        recompute_persons(&forged, &people(20), &[account(3)]),
        Err(DrawMismatch::Chosen)
    );

    let mut other = made;
    other.algorithm = "linli-draw-0".to_owned();
    assert_eq!(
        recompute_persons(&other, &people(20), &[account(3)]),
        Err(DrawMismatch::Algorithm)
    );
}

#[test]
fn a_record_survives_its_storage() {
    let made = draw(SEED, &people(9), &[], 4);
    let text = serde_json::to_string(&made).unwrap();
    assert_eq!(serde_json::from_str::<super::Draw>(&text).unwrap(), made);
}

#[test]
fn everybody_is_drawn_about_equally_often() {
    let mut counts = [0_u32; 8];
    for round in 0..4_000 {
        for chosen in draw(&format!("{round:064x}"), &people(8), &[], 2).chosen {
            let index = people(8)
                .iter()
                .position(|person| *person == chosen)
                .unwrap();
            *counts.get_mut(index).unwrap() += 1;
        }
    }
    // 1,000 expected, standard deviation about 27
    assert!(
        counts.iter().all(|count| (860..1_140).contains(count)),
        "{counts:?}"
    );
}

proptest! {
    #[test]
    fn the_order_of_the_candidates_does_not_matter(
        mut numbers in prop::collection::vec(0_u128..50, 0..40),
        size in 0_u32..6,
    ) {
        let forward: Vec<AccountId> = numbers.iter().copied().map(account).collect();
        numbers.reverse();
        let backward: Vec<AccountId> = numbers.iter().copied().map(account).collect();
        let made = draw(SEED, &forward, &[account(1)], size);
        prop_assert_eq!(&made, &draw(SEED, &backward, &[account(1)], size));
        prop_assert!(!made.chosen.contains(&account(1)));
        prop_assert_eq!(recompute_persons(&made, &backward, &[account(1)]), Ok(()));
    }
}

/// Draws persons again: no homes are needed.
fn recompute_persons(
    record: &Draw,
    candidates: &[AccountId],
    excluded: &[AccountId],
) -> Result<(), DrawMismatch> {
    recompute(record, candidates, &Homes::new(), excluded)
}

#[test]
fn a_household_is_drawn_as_one_and_never_that_of_who_asked() {
    let people: Vec<AccountId> = (0..30).map(account).collect();
    // 0 to 2 live together, 3 and 4 live together, of the others it is not known
    let homes: Homes = (0..5)
        .map(|number| {
            (
                account(number),
                if number < 3 { "X01/1" } else { "X01/2" }.to_owned(),
            )
        })
        .collect();
    let excluded = [account(1), account(29)];
    let drawn = draw_households("seed", &people, &homes, &excluded, 50);
    // 30 people are 27 households, of which that of 1 and that of 29 are out
    assert_eq!((drawn.candidates, drawn.households.len()), (25, 25));
    assert_eq!(drawn.algorithm, BY_HOUSEHOLD);
    for out in [0, 1, 2, 29] {
        assert!(!drawn.chosen.contains(&account(out)), "{out}");
    }
    let together = drawn
        .households
        .iter()
        .find(|one| one.contains(&account(3)));
    let mut together = together.unwrap().clone();
    together.sort_unstable();
    assert_eq!(together, [account(3), account(4)]);
    assert_eq!(recompute(&drawn, &people, &homes, &excluded), Ok(()));
    let moved: Homes = homes.clone().into_iter().take(4).collect();
    let refused = recompute(&drawn, &people, &moved, &excluded);
    assert_eq!(refused, Err(DrawMismatch::Candidates));
    let few = draw_households("seed", &people, &homes, &excluded, 4);
    assert_eq!(few.households, drawn.households[..4]);
}
