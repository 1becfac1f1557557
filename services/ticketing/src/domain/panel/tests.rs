#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::AccountId;
use proptest::prelude::*;

use super::{ALGORITHM, DrawMismatch, draw, recompute};
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
    assert_eq!(recompute(&made, &people(20), &[account(3)]), Ok(()));
    assert_eq!(
        recompute(&made, &people(21), &[account(3)]),
        Err(DrawMismatch::Candidates)
    );

    let mut forged = made.clone();
    forged.chosen.swap(0, 1);
    assert_eq!(
        recompute(&forged, &people(20), &[account(3)]),
        Err(DrawMismatch::Chosen)
    );

    let mut other = made;
    other.algorithm = "linli-draw-0".to_owned();
    assert_eq!(
        recompute(&other, &people(20), &[account(3)]),
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
        prop_assert_eq!(recompute(&made, &backward, &[account(1)]), Ok(()));
    }
}
