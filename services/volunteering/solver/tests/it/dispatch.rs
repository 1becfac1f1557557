use proptest::prelude::*;
use solver::Unwatched;
use solver::dispatch::{Exclusion, Instance, Solution, check, solve};
use solver::random::Random;

use crate::python::Checker;
use crate::{Notes, effort, generate};

fn judge(mut python: Option<Checker>, instances: impl Iterator<Item = Instance>) {
    for (seed, instance) in (0..).zip(instances) {
        instance.validate().expect("generated instances make sense");
        let outcome = solve(&instance, effort(seed, 5_000), &mut Unwatched);
        let checked = check(&instance, &outcome.solution);
        assert_eq!(checked.violations, Vec::<String>::new(), "seed {seed}");
        assert_eq!(checked.objective(), Some(outcome.objective), "seed {seed}");
        let bound = outcome.bound.expect("there is a bound");
        assert!(bound <= outcome.objective, "seed {seed}");
        if let Some(python) = &mut python {
            let files = vec![python.file(&instance), python.file(&outcome.solution)];
            python.expect(files, checked.objective(), &instance.name);
        }
    }
    Checker::verify(python);
}

#[test]
fn plans_of_random_instances_are_legal_and_cost_what_they_say() {
    let python = Checker::find("check_dispatch.py");
    judge(python, (0..200).map(generate::dispatch));
}

#[test]
fn what_a_request_says_of_each_volunteer_is_part_of_the_price() {
    judge(Checker::own(), (0..100).map(generate::priced_dispatch));
    let mut short = generate::priced_dispatch(3);
    short.requests[0].prices = vec![1; short.volunteers.len() + 1];
    let refused = short.validate().expect_err("one price too many");
    assert!(refused.to_string().contains("/requests/0/prices"));
}

#[test]
fn both_checkers_refuse_the_same_broken_plans() {
    let mut python = Checker::find("check_dispatch.py");
    let mut refused = 0;
    for seed in 0..60 {
        let instance = generate::dispatch(seed);
        let mut solution = solve(&instance, effort(seed, 1_000), &mut Unwatched).solution;
        break_one(&mut solution, &instance, seed);
        let checked = check(&instance, &solution);
        refused += usize::from(!checked.violations.is_empty());
        if let Some(python) = &mut python {
            let files = vec![python.file(&instance), python.file(&solution)];
            python.expect(files, checked.objective(), &instance.name);
        }
    }
    Checker::verify(python);
    assert!(refused > 10, "{refused} were refused");
}

fn break_one(solution: &mut Solution, instance: &Instance, seed: u64) {
    let mut random = Random::new(seed);
    if solution.assign.is_empty() {
        return;
    }
    let at = random.below(solution.assign.len());
    let task = solution.assign[at];
    match random.below(4) {
        0 => solution.assign[at].2 = random.below(instance.volunteers.len()),
        1 => solution.assign[at].3 += 1,
        2 => solution.assign.push(task),
        _ => {
            let slots = &instance.requests[task.0].slots;
            solution.assign[at].3 = slots[random.below(slots.len())];
        }
    }
}

#[test]
fn a_plan_is_made_again_bit_for_bit() {
    let instance = generate::dispatch(3);
    let plans: Vec<_> = (0..2)
        .map(|_| solve(&instance, effort(5, 20_000), &mut Unwatched))
        .collect();
    assert_eq!(plans[0].solution, plans[1].solution);
    assert_eq!(plans[0].bound, plans[1].bound);
}

#[test]
fn bounds_and_incumbents_never_cross_and_never_turn_back() {
    for seed in 0..40 {
        let instance = generate::dispatch(seed);
        let mut notes = Notes::default();
        let outcome = solve(&instance, effort(1, 100_000), &mut notes);
        assert!(notes.incumbents.is_sorted_by(|a, b| a >= b), "seed {seed}");
        assert!(notes.bounds.is_sorted(), "seed {seed}: {:?}", notes.bounds);
        let bound = notes.bounds.iter().chain(&outcome.bound).max();
        assert!(
            bound.is_none_or(|bound| *bound <= outcome.objective),
            "seed {seed}"
        );
    }
}

#[test]
fn no_plan_of_a_tiny_instance_undercuts_the_bound() {
    let mut met = 0;
    for seed in 0..200 {
        let mut instance = generate::dispatch(seed);
        instance.requests.truncate(3);
        instance.volunteers.truncate(3);
        let people = instance.volunteers.len();
        for request in &mut instance.requests {
            request.known.retain(|id| *id < people);
            request.excluded.retain(|id| *id < people);
            request.positions.truncate(2);
        }
        let outcome = solve(&instance, effort(1, 50_000), &mut Unwatched);
        let best = cheapest(&instance, &mut Vec::new(), 0, 0);
        assert!(
            outcome.bound.is_some_and(|bound| bound <= best),
            "seed {seed}"
        );
        assert_eq!(outcome.objective, best, "seed {seed}");
        met += usize::from(outcome.bound == Some(best));
    }
    assert!(met > 100, "{met} bounds were met");
}

/// The optimum, by trying everything.
fn cheapest(
    instance: &Instance,
    assign: &mut Vec<(usize, usize, usize, i32)>,
    request: usize,
    position: usize,
) -> i64 {
    let Some(asked) = instance.requests.get(request) else {
        let solution = Solution {
            format: "dispatch-sol/1".into(),
            instance: String::new(),
            assign: assign.clone(),
        };
        return check(instance, &solution).objective().unwrap_or(i64::MAX);
    };
    if position == asked.positions.len() {
        return cheapest(instance, assign, request + 1, 0);
    }
    let mut best = cheapest(instance, assign, request, position + 1);
    for volunteer in &instance.volunteers {
        for start in &asked.slots {
            if instance
                .exclusion(asked, position, volunteer, *start)
                .is_none()
            {
                assign.push((request, position, volunteer.id, *start));
                best = best.min(cheapest(instance, assign, request, position + 1));
                assign.pop();
            }
        }
    }
    best
}

#[test]
fn a_cancelled_search_hands_over_the_greedy_plan() {
    let instance = generate::dispatch(3);
    let mut notes = Notes {
        stop: true,
        ..Notes::default()
    };
    let outcome = solve(&instance, effort(1, u64::MAX), &mut notes);
    assert_eq!(
        check(&instance, &outcome.solution).objective(),
        Some(outcome.objective)
    );
}

#[test]
fn everybody_is_told_why_not_them() {
    let mut told = 0;
    for seed in 0..30 {
        let instance = generate::dispatch(seed);
        let plan = solve(&instance, effort(1, 1_000), &mut Unwatched).solution;
        for &(request, position, holder, start) in &plan.assign {
            assert_eq!(
                instance.why_not(&plan, request, position, holder, start),
                []
            );
            for volunteer in 0..instance.volunteers.len() {
                let reasons = instance.why_not(&plan, request, position, volunteer, start);
                told += usize::from(!reasons.is_empty());
                // whoever may, may take it over
                let mut other = plan.clone();
                let at = other
                    .assign
                    .iter_mut()
                    .find(|t| (t.0, t.1) == (request, position));
                at.expect("the position is filled").2 = volunteer;
                let legal = check(&instance, &other).violations.is_empty();
                assert_eq!(reasons.is_empty(), legal, "seed {seed}: {reasons:?}");
            }
        }
    }
    assert!(told > 100, "{told} were told");
}

#[test]
fn reasons_are_written_in_words() {
    let reason = Exclusion::Clash { request: 4 };
    let text = serde_json::to_string(&reason).expect("it serialises");
    assert_eq!(text, r#"{"clash":{"request":4}}"#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn more_steps_are_never_worse_than_greedy(seed in 0u64..1_000_000) {
        let instance = generate::dispatch(seed);
        let greedy = solve(&instance, effort(seed, 0), &mut Unwatched);
        let searched = solve(&instance, effort(seed, 3_000), &mut Unwatched);
        prop_assert!(searched.objective <= greedy.objective);
    }
}
