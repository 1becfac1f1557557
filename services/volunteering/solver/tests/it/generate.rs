//! Small random instances, with extremes: nobody, nothing, people who can do nothing, and crowds.

use solver::random::Random;
use solver::{dispatch, roster};

fn some(random: &mut Random, most: usize, below: u32) -> Vec<u32> {
    let mut list: Vec<u32> = (0..random.below(most + 1))
        .map(|_| random.below(below as usize) as u32)
        .collect();
    list.sort_unstable();
    list.dedup();
    list
}

fn number(random: &mut Random, low: i32, high: i32) -> i32 {
    low + random.below((high - low + 1) as usize) as i32
}

/// A dispatch instance of this seed.
pub(crate) fn dispatch(seed: u64) -> dispatch::Instance {
    let random = &mut Random::new(seed);
    let volunteers = [0, 1, 5, 20, 40][random.below(5)];
    let requests = [0, 1, 10, 30][random.below(4)];
    let spread = [10, 800, 3000][random.below(3)];
    let params = dispatch::Params {
        walk_m_per_min: number(random, 1, 100),
        unfilled: vec![0, 500, 1000, 2000, 4000, 8000],
        dist_div: number(random, 1, 20),
        cross_community: 60,
        dislike: 60,
        not_known: 50,
        late_per_hour: 2,
        fair: [0, 10][random.below(2)],
    };
    let volunteers: Vec<_> = (0..volunteers)
        .map(|id| dispatch::Volunteer {
            id,
            kind: random.below(3) as u32,
            x: number(random, -spread, spread),
            y: number(random, -spread, spread),
            community: random.below(2) as u32,
            skills: some(random, 3, 4),
            languages: some(random, 3, 3),
            windows: (0..random.below(4))
                .map(|_| {
                    let from = number(random, 0, 2000);
                    (from, from + number(random, 0, 600))
                })
                .collect(),
            max_tasks: random.below(5) as u32,
            max_minutes: number(random, 0, 400),
            radius: number(random, 0, 4000),
            recent: random.below(9) as i64,
            dislikes: some(random, 2, 4),
        })
        .collect();
    let known = |random: &mut Random| -> Vec<usize> {
        let limit = volunteers.len();
        let list = some(random, 2.min(limit), limit.max(1) as u32);
        list.into_iter().map(|id| id as usize).collect()
    };
    let requests = (0..requests)
        .map(|id| {
            let positions = (0..random.below(4)).map(|_| dispatch::Position {
                skills: some(random, 2, 4),
                kinds: some(random, 1, 3),
            });
            let positions = positions.collect();
            dispatch::Request {
                id,
                category: random.below(4) as u32,
                x: number(random, -spread, spread),
                y: number(random, -spread, spread),
                community: random.below(2) as u32,
                urgency: random.below(6),
                duration: number(random, 1, 180),
                // neither sorted nor different, necessarily
                slots: (0..=random.below(3))
                    .map(|_| number(random, 0, 2000))
                    .collect(),
                language: (random.below(4) == 0).then(|| random.below(3) as u32),
                positions,
                known: known(random),
                excluded: known(random),
                prices: Vec::new(),
            }
        })
        .collect();
    dispatch::Instance {
        format: "dispatch/1".into(),
        name: format!("random-{seed}"),
        params,
        volunteers,
        requests,
    }
}

/// The same where requests say what each volunteer costs there, which the published checkers don't know.
pub(crate) fn priced_dispatch(seed: u64) -> dispatch::Instance {
    let (mut instance, random) = (dispatch(seed), &mut Random::new(seed));
    for request in &mut instance.requests {
        let people = 0..instance.volunteers.len();
        request.prices = people.map(|_| random.below(300) as i64).collect();
    }
    instance
}

/// A roster instance of this seed.
pub(crate) fn roster(seed: u64) -> roster::Instance {
    let random = &mut Random::new(seed);
    let volunteers = [0, 1, 6, 25][random.below(4)];
    let series = [0, 1, 6, 12][random.below(4)];
    let params = roster::Params {
        min_rest: [0, 600, 3000][random.below(3)],
        unfilled: vec![0, 300, 600, 1200, 2400],
        dist_div: 20,
        dislike_activity: 40,
        dislike_weekday: 30,
        fair: [0, 8][random.below(2)],
        new_face: [0, 25][random.below(2)],
    };
    let spans = |random: &mut Random, most: usize, length: i32, end: i32| -> Vec<(i32, i32)> {
        let spans = (0..random.below(most + 1)).map(|_| {
            let from = number(random, 0, end);
            (from, from + number(random, 0, length))
        });
        spans.collect()
    };
    let people: Vec<_> = (0..volunteers)
        .map(|id| roster::Volunteer {
            id,
            x: number(random, 0, 2000),
            y: number(random, 0, 2000),
            skills: some(random, 3, 3),
            weekly: spans(random, 8, 3000, 10_000),
            unavailable: spans(random, 2, 5000, 20_000),
            max_shifts_week: random.below(6) as u32,
            max_minutes_week: number(random, 0, 900),
            max_consecutive_days: random.below(4) as u32,
            recent: random.below(6) as i64,
            dislike_activities: some(random, 2, 3),
            dislike_weekdays: vec![number(random, 0, 6)],
        })
        .collect();
    let series: Vec<_> = (0..series)
        .map(|id| roster::Series {
            id,
            activity: random.below(3) as u32,
            x: number(random, 0, 2000),
            y: number(random, 0, 2000),
            priority: random.below(5),
            positions: (0..random.below(4)).map(|_| some(random, 2, 3)).collect(),
        })
        .collect();
    let mut shifts = Vec::new();
    for of in &series {
        for week in 0..random.below(4) as i32 {
            let start = week * 10_080 + number(random, 0, 10_000);
            shifts.push(roster::Shift {
                id: shifts.len(),
                series: of.id,
                start,
                end: start + number(random, 1, 400),
            });
        }
    }
    let avoid = if volunteers > 1 {
        vec![(0, 1)]
    } else {
        Vec::new()
    };
    roster::Instance {
        format: "roster/1".into(),
        name: format!("random-{seed}"),
        params,
        volunteers: people,
        avoid,
        series,
        shifts,
    }
}

/// Cancellations of a plan.
pub(crate) fn repair(seed: u64, base: &roster::Solution) -> roster::Repair {
    let random = &mut Random::new(seed);
    let mut cancelled = Vec::new();
    for &(_, _, volunteer) in &base.assign {
        if random.below(6) > 0 {
            continue;
        }
        let from = random.below(20_000) as i32;
        cancelled.push((volunteer, from, from + 10_000));
    }
    let frozen_before = cancelled.iter().map(|(_, from, _)| *from).min();
    roster::Repair {
        format: "roster-repair/1".into(),
        instance: base.instance.clone(),
        base: base.assign.clone(),
        cancelled,
        frozen_before: frozen_before.unwrap_or(0),
        change: [0, 100][random.below(2)],
    }
}

/// A shift instance of this seed, in its text format; many have no legal roster.
pub(crate) fn shift24(seed: u64) -> String {
    use std::fmt::Write as _;
    let random = &mut Random::new(seed);
    let days = [1, 7, 10, 14, 21][random.below(5)];
    let mut text = format!(
        "SECTION_HORIZON\n{days}\n\nSECTION_SHIFTS\nE,480,\nD,360,E\nL,600,E|D\n\nSECTION_STAFF\n"
    );
    let people = [1, 3, 8][random.below(3)];
    for person in 0..people {
        let most: Vec<usize> = (0..3).map(|_| random.below(days + 1)).collect();
        let hours = 400 * random.below(days + 1);
        writeln!(
            text,
            "P{person},E={}|D={}|L={},{},{},{},{},{},{}",
            most[0],
            most[1],
            most[2],
            hours + 1000,
            hours.saturating_sub(1500),
            1 + random.below(6),
            1 + random.below(3),
            1 + random.below(3),
            random.below(4),
        )
        .expect("a text grows");
    }
    text.push_str("\nSECTION_DAYS_OFF\n");
    for person in 0..people {
        writeln!(text, "P{person},{}", random.below(days)).expect("a text grows");
    }
    for section in ["ON", "OFF"] {
        writeln!(text, "\nSECTION_SHIFT_{section}_REQUESTS").expect("a text grows");
        for _ in 0..2 * people {
            let (person, day) = (random.below(people), random.below(days));
            let (shift, weight) = (["E", "D", "L"][random.below(3)], 1 + random.below(5));
            writeln!(text, "P{person},{day},{shift},{weight}").expect("a text grows");
        }
    }
    text.push_str("\nSECTION_COVER\n");
    for day in 0..days {
        for shift in ["E", "D", "L"] {
            let wanted = random.below(people + 1);
            writeln!(text, "{day},{shift},{wanted},100,{}", random.below(4)).expect("a text grows");
        }
    }
    text
}
