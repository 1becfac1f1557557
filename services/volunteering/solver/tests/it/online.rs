use solver::Unwatched;
use solver::dispatch::{Instance, solve};
use solver::online::Index;
use solver::random::Random;

use crate::{effort, generate};

#[test]
fn the_ranking_is_that_of_a_scan_of_everybody() {
    let mut ranked = 0;
    for seed in 0..200 {
        let instance = generate::dispatch(seed);
        let plan = solve(&instance, effort(seed, 500), &mut Unwatched).solution;
        let mut random = Random::new(seed);
        let people = instance.volunteers.len();
        let shadow: Vec<i64> = (0..people).map(|_| random.below(300) as i64 - 50).collect();
        let index = Index::new(&instance, &plan, &shadow);
        for request in &instance.requests {
            // a new one, like one that is there already
            for position in 0..=request.positions.len() {
                for start in &request.slots {
                    for most in [0, 1, 3, 20] {
                        let quick = index.rank(request, position, *start, most);
                        let slow = index.scan(request, position, *start, most);
                        assert_eq!(quick, slow, "seed {seed}, request {}", request.id);
                        ranked += quick.len();
                    }
                }
            }
        }
    }
    assert!(ranked > 500, "{ranked} were ranked");
}

#[test]
fn a_crowd_over_many_squares_is_ranked_the_same() {
    let instance = crowd(20_000);
    let plan = solve(&instance, effort(1, 0), &mut Unwatched).solution;
    let index = Index::new(&instance, &plan, &[]);
    let mut ranked = 0;
    for request in &instance.requests {
        let start = request.slots[0];
        let quick = index.rank(request, 0, start, 20);
        assert_eq!(quick, index.scan(request, 0, start, 20));
        ranked += quick.len();
    }
    assert!(ranked > 100, "{ranked} were ranked");
}

#[test]
fn ten_thousand_random_queries_are_ranked_like_the_scan() {
    let instance = crowd(1_500);
    let plan = solve(&instance, effort(1, 0), &mut Unwatched).solution;
    let mut random = Random::new(4);
    let shadow: Vec<i64> = (0..1_500).map(|_| random.below(300) as i64).collect();
    let index = Index::new(&instance, &plan, &shadow);
    let mut ranked = 0;
    for query in 0..10_000 {
        let mut request = instance.requests[random.below(instance.requests.len())].clone();
        request.x += random.below(2_001) as i32 - 1_000;
        request.y += random.below(2_001) as i32 - 1_000;
        request.duration = 1 + random.below(120) as i32;
        let start = random.below(2_000) as i32;
        let quick = index.rank(&request, 0, start, 20);
        let slow = index.scan(&request, 0, start, 20);
        assert_eq!(quick, slow, "query {query}");
        ranked += quick.len();
    }
    assert!(ranked > 10_000, "{ranked} were ranked");
}

/// Many volunteers all over a town, and a few requests.
fn crowd(size: usize) -> Instance {
    let mut instance = (0..1_000)
        .map(generate::dispatch)
        .find(|instance| instance.volunteers.len() == 40 && instance.requests.len() == 30)
        .expect("there is one");
    let mut random = Random::new(1);
    let few = instance.volunteers.clone();
    for id in few.len()..size {
        let mut volunteer = few[random.below(few.len())].clone();
        volunteer.id = id;
        volunteer.x = random.below(8_000) as i32 - 4_000;
        volunteer.y = random.below(8_000) as i32 - 4_000;
        volunteer.recent = random.below(9) as i64;
        instance.volunteers.push(volunteer);
    }
    for request in &mut instance.requests {
        request.positions.truncate(1);
    }
    instance
        .requests
        .retain(|request| !request.positions.is_empty());
    for (id, request) in instance.requests.iter_mut().enumerate() {
        request.id = id;
    }
    instance
}
