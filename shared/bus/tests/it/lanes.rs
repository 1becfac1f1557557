use std::collections::HashMap;

use bus::lanes::Lanes;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    /// An item of this lane that names this group.
    Push(u8, u8),
    /// Takes so many; those of the lanes listed fail and wait so long.
    Work {
        limit: usize,
        failing: Vec<u8>,
        pause: u64,
    },
    /// Takes and puts back untried.
    Shrink(usize),
    Tick(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6_u8, 0..3_u8).prop_map(|(lane, group)| Step::Push(lane, group)),
        3 => (1..8_usize, prop::collection::vec(0..6_u8, 0..3), 1..5_u64)
            .prop_map(|(limit, failing, pause)| Step::Work { limit, failing, pause }),
        1 => (1..8_usize).prop_map(Step::Shrink),
        2 => (0..4_u64).prop_map(Step::Tick),
    ]
}

proptest! {
    /// Whatever fails and however long it waits: nothing is lost, nothing doubled, each lane in order.
    #[test]
    fn each_lane_stays_in_order(steps in prop::collection::vec(step(), 0..120)) {
        let mut lanes: Lanes<u32, u64> = Lanes::default();
        let mut now = 0;
        let mut pushed: HashMap<u8, Vec<u32>> = HashMap::new();
        let mut done: HashMap<u8, Vec<u32>> = HashMap::new();
        let mut number = 0;
        for step in steps {
            match step {
                Step::Push(lane, group) => {
                    number += 1;
                    pushed.entry(lane).or_default().push(number);
                    lanes.push(&group.to_string(), lane.to_string(), number);
                }
                Step::Tick(by) => now += by,
                Step::Shrink(limit) => {
                    for entry in lanes.take(limit) {
                        lanes.restore(entry);
                    }
                }
                Step::Work { limit, failing, pause } => {
                    lanes.release(now);
                    for entry in lanes.take(limit) {
                        let lane: u8 = entry.lane().parse().unwrap();
                        if lanes.is_parked(entry.lane()) {
                            lanes.restore(entry);
                        } else if failing.contains(&lane) {
                            lanes.park(entry, now + pause);
                        } else {
                            done.entry(lane).or_default().push(entry.item);
                        }
                    }
                }
            }
            let settled: usize = done.values().map(Vec::len).sum();
            let total: usize = pushed.values().map(Vec::len).sum();
            prop_assert_eq!(lanes.len() + settled, total);
        }
        while let Some(due) = lanes.next_due() {
            now = now.max(due);
            lanes.release(now);
        }
        while !lanes.is_empty() {
            for entry in lanes.take(3) {
                let lane: u8 = entry.lane().parse().unwrap();
                done.entry(lane).or_default().push(entry.item);
            }
        }
        prop_assert_eq!(done, pushed);
    }
}

#[test]
fn an_entry_that_failed_comes_alone() {
    let mut lanes: Lanes<&str, u64> = Lanes::default();
    lanes.push("", "a".to_owned(), "a1");
    lanes.push("", "b".to_owned(), "b1");
    lanes.push("", "a".to_owned(), "a2");
    let first = lanes.take(1).remove(0);
    lanes.park(first, 5);
    assert_eq!(items(lanes.take(9)), ["b1"]);
    lanes.push("", "c".to_owned(), "c1");
    lanes.release(4);
    assert_eq!(items(lanes.take(9)), ["c1"]);
    lanes.push("", "d".to_owned(), "d1");
    lanes.release(5);
    assert_eq!(items(lanes.take(9)), ["a1"]);
    assert_eq!(items(lanes.take(9)), ["a2", "d1"]);
    assert!(lanes.is_empty());
}

#[test]
fn groups_take_turns_and_one_group_keeps_its_order() {
    let mut lanes: Lanes<u32, u64> = Lanes::default();
    for number in 0..1_000 {
        lanes.push("stormy", format!("s{number}"), number);
    }
    lanes.push("quiet", "q1".to_owned(), 5_001);
    lanes.push("quiet", "q2".to_owned(), 5_002);
    assert_eq!(items(lanes.take(6)), [0, 5_001, 1, 5_002, 2, 3]);
    lanes.push("quiet", "q3".to_owned(), 5_003);
    assert_eq!(items(lanes.take(3)), [4, 5_003, 5]);
}

#[test]
fn a_lane_stays_with_the_group_of_its_first_entry_inside() {
    let mut lanes: Lanes<&str, u64> = Lanes::default();
    lanes.push("old", "other".to_owned(), "o1");
    lanes.push("old", "moves".to_owned(), "m1");
    lanes.push("new", "moves".to_owned(), "m2");
    assert_eq!(items(lanes.take(9)), ["o1", "m1", "m2"]);
    lanes.push("old", "other".to_owned(), "o2");
    lanes.push("old", "other".to_owned(), "o3");
    lanes.push("new", "moves".to_owned(), "m3");
    assert_eq!(items(lanes.take(9)), ["o2", "m3", "o3"]);
}

fn items<T>(entries: Vec<bus::lanes::Entry<T>>) -> Vec<T> {
    entries.into_iter().map(|entry| entry.item).collect()
}
