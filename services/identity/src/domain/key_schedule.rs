//! When signing keys take turns: published long before they sign, and long after.

use std::time::Duration;

use kernel::Timestamp;

/// Shortest time between the publication of a key and its first signature. Verifiers look every few
/// minutes, and at once when a token names a key that they do not know.
const LEAD: Duration = Duration::from_hours(1);
/// Time for which a key stays published after its successor began: its last token has long ended.
const OVERLAP: Duration = Duration::from_hours(1);

/// What the schedule knows of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyTimes {
    /// Counts up; no two keys have the same.
    pub(crate) generation: i64,
    /// First instant at which it signs.
    pub(crate) signs_from: Timestamp,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct KeyPlan {
    /// Keys to be made.
    pub(crate) make: Vec<KeyTimes>,
    /// Generations to be forgotten.
    pub(crate) forget: Vec<i64>,
}

/// Returns the place of the key that signs now: the latest that has begun.
pub(crate) fn current_key(keys: &[KeyTimes], now: Timestamp) -> Option<usize> {
    keys.iter()
        .enumerate()
        .filter(|(_, key)| key.signs_from <= now)
        .max_by_key(|(_, key)| (key.signs_from, key.generation))
        .map(|(place, _)| place)
}

/// Plans so that one key signs now, one more waits, and none stays that nobody needs.
pub(crate) fn plan_keys(keys: &[KeyTimes], every: Duration, now: Timestamp) -> KeyPlan {
    let mut plan = KeyPlan::default();
    let newest = keys.iter().map(|key| key.generation).max().unwrap_or(0);
    let current = current_key(keys, now)
        .and_then(|place| keys.get(place))
        .copied();
    let signing = current.unwrap_or_else(|| {
        let first = KeyTimes {
            generation: newest + 1,
            signs_from: now,
        };
        plan.make.push(first);
        first
    });
    if !keys.iter().any(|key| key.signs_from > now) {
        plan.make.push(KeyTimes {
            generation: newest.max(signing.generation) + 1,
            signs_from: signing.signs_from.plus(every).max(now.plus(LEAD)),
        });
    }
    if signing.signs_from.plus(OVERLAP) <= now {
        let over = keys.iter().filter(|key| {
            let before =
                (key.signs_from, key.generation) < (signing.signs_from, signing.generation);
            before && key.generation != signing.generation
        });
        plan.forget.extend(over.map(|key| key.generation));
    }
    plan
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use kernel::Timestamp;
    use proptest::prelude::*;

    use super::{KeyTimes, LEAD, OVERLAP, current_key, plan_keys};

    const EVERY: Duration = Duration::from_hours(24);

    fn start() -> Timestamp {
        Timestamp::from_micros(1_795_305_600_000_000).unwrap()
    }

    fn apply(keys: &mut Vec<KeyTimes>, now: Timestamp) {
        let plan = plan_keys(keys, EVERY, now);
        keys.retain(|key| !plan.forget.contains(&key.generation));
        keys.extend(plan.make);
    }

    #[test]
    fn the_first_turn_makes_one_that_signs_and_one_that_waits() {
        let mut keys = Vec::new();
        apply(&mut keys, start());
        assert_eq!(
            keys.iter().map(|key| key.signs_from).collect::<Vec<_>>(),
            [start(), start().plus(EVERY)]
        );
        let before = keys.clone();
        apply(&mut keys, start());
        assert_eq!(keys, before);
    }

    #[test]
    fn a_key_goes_only_when_its_successor_has_signed_for_long() {
        let mut keys = Vec::new();
        apply(&mut keys, start());
        let turn = start().plus(EVERY);
        apply(&mut keys, turn);
        assert_eq!(keys.len(), 3);
        apply(&mut keys, turn.plus(OVERLAP));
        assert_eq!(keys.len(), 2);
        assert_eq!(current_key(&keys, turn.plus(OVERLAP)), Some(0));
    }

    proptest! {
        /// However irregular the turns, there is always one key that signs and one that waits, and
        /// whoever signs was published for the lead at least (the first excepted).
        #[test]
        fn there_is_always_a_key_and_the_next(pauses in proptest::collection::vec(0..200_u64, 1..40)) {
            let mut keys = Vec::new();
            let mut now = start();
            apply(&mut keys, now);
            let mut published = std::collections::BTreeMap::new();
            for key in &keys { published.insert(key.generation, now); }
            for hours in pauses {
                now = now.plus(Duration::from_hours(hours));
                apply(&mut keys, now);
                for key in &keys { published.entry(key.generation).or_insert(now); }
                prop_assert!(keys.len() >= 2 && keys.len() <= 4);
                let current = keys[current_key(&keys, now).unwrap()];
                prop_assert!(keys.iter().any(|key| key.signs_from > now));
                let known = published[&current.generation];
                prop_assert!(current.generation == 1 || current.signs_from >= known.plus(LEAD));
            }
        }
    }
}
