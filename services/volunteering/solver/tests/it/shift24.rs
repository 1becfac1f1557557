use solver::Unwatched;
use solver::random::Random;
use solver::shift24::{Instance, Unsolvable, check, solve};

use crate::python::{Checker, shared};
use crate::{Notes, effort, generate};

#[test]
fn plans_of_random_instances_are_legal_and_cost_what_they_say() {
    let mut python = Checker::find("check_shift24.py");
    let mut solved = 0;
    for seed in 0..200 {
        let text = generate::shift24(seed);
        let instance = Instance::parse(&text).expect("generated instances make sense");
        let outcome = solve(&instance, effort(seed, 60), &mut Unwatched);
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                assert!(matches!(error, Unsolvable::NoRoster { .. }), "{error}");
                continue;
            }
        };
        let mut solution = outcome.solution;
        solved += 1;
        let checked = check(&instance, &solution);
        assert_eq!(checked.violations, Vec::<String>::new(), "seed {seed}");
        assert_eq!(checked.objective(), Some(outcome.objective), "seed {seed}");
        assert!(outcome.bound <= Some(outcome.objective), "seed {seed}");
        let Some(python) = &mut python else { continue };
        // broken now and then, for both checkers alike
        let mut random = Random::new(seed);
        if random.below(3) == 0 {
            let days = solution.roster.values_mut().next().expect("somebody");
            let day = random.below(days.len());
            days[day] = ["", "E", "D", "L"][random.below(4)].into();
        }
        let checked = check(&instance, &solution);
        let files = vec![python.text(&text), python.file(&solution)];
        python.expect(files, checked.objective(), &format!("seed {seed}"));
    }
    Checker::verify(python);
    assert!(solved > 40, "{solved} were solved");
}

#[test]
fn one_person_alone_gets_the_best_of_all_rosters() {
    let mut solved = 0;
    for seed in 0..400 {
        let text = generate::shift24(seed);
        let instance = Instance::parse(&text).expect("generated instances make sense");
        if instance.staff.len() > 1 || instance.days > 7 {
            continue;
        }
        let outcome = solve(&instance, effort(seed, 100), &mut Unwatched);
        let objective = outcome.ok().map(|outcome| outcome.objective);
        assert_eq!(objective, best_of_all(&instance), "seed {seed}");
        solved += usize::from(objective.is_some());
    }
    assert!(solved > 10, "{solved} were solved");
}

fn best_of_all(instance: &Instance) -> Option<i64> {
    let names = ["", "E", "D", "L"];
    let days = u32::try_from(instance.days).expect("few days");
    let mut best = None;
    for mut code in 0..4usize.pow(days) {
        let mut roster = Vec::new();
        for _ in 0..days {
            roster.push(names[code % 4].to_owned());
            code /= 4;
        }
        let solution = solver::shift24::Solution {
            format: "shift24-sol/1".into(),
            instance: String::new(),
            roster: [(instance.staff[0].name.clone(), roster)].into(),
        };
        let objective = check(instance, &solution).objective();
        best = match (best, objective) {
            (Some(a), Some(b)) => Some(std::cmp::min(a, b)),
            (a, b) => a.or(b),
        };
    }
    best
}

#[test]
fn a_plan_is_made_again_bit_for_bit() {
    let instance = Instance::parse(&generate::shift24(12)).expect("it makes sense");
    let plans: Vec<_> = (0..2)
        .map(|_| solve(&instance, effort(5, 100), &mut Unwatched))
        .collect();
    let [Ok(first), Ok(second)] = &plans[..] else {
        panic!("{plans:?}")
    };
    assert_eq!(first.solution, second.solution);
}

#[test]
fn published_instances_reach_their_best_known_values() {
    let Some(shared) = shared() else { return };
    for (number, best) in [(1, 607), (2, 828), (3, 1001), (4, 1716)] {
        let file = shared.join(format!("data/scheduling/shift24/Instance{number}.txt"));
        let text = std::fs::read_to_string(file).expect("it is there");
        let instance = Instance::parse(&text).expect("published instances make sense");
        let mut notes = Notes::default();
        let outcome = solve(&instance, effort(1, 400), &mut notes).expect("there are plans");
        assert_eq!(outcome.objective, best, "Instance{number}");
        assert!(outcome.bound.is_some_and(|bound| bound <= best));
        assert!(notes.incumbents.is_sorted_by(|a, b| a >= b));
    }
}
