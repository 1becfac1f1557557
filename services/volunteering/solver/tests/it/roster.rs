use solver::Unwatched;
use solver::random::Random;
use solver::roster::{Instance, Repair, Solution, check, repair, solve};

use crate::python::Checker;
use crate::{Notes, effort, generate};

fn same_as_python(
    python: &mut Option<Checker>,
    instance: &Instance,
    solution: &Solution,
    repair: Option<&Repair>,
) {
    let ours = check(instance, solution, repair).objective();
    if let Some(python) = python {
        let mut files = vec![python.file(instance), python.file(solution)];
        files.extend(repair.map(|repair| python.file(repair)));
        python.expect(files, ours, &instance.name);
    }
}

#[test]
fn rosters_of_random_instances_are_legal_and_cost_what_they_say() {
    let mut python = Checker::find("check_roster.py");
    for seed in 0..200 {
        let instance = generate::roster(seed);
        instance.validate().expect("generated instances make sense");
        let outcome = solve(&instance, effort(seed, 5_000), &mut Unwatched);
        let checked = check(&instance, &outcome.solution, None);
        assert_eq!(checked.violations, Vec::<String>::new(), "seed {seed}");
        assert_eq!(checked.objective(), Some(outcome.objective), "seed {seed}");
        same_as_python(&mut python, &instance, &outcome.solution, None);
    }
    Checker::verify(python);
}

#[test]
fn repairs_of_random_rosters_are_legal_and_keep_the_past() {
    let mut python = Checker::find("check_roster.py");
    let mut changed = 0;
    for seed in 0..200 {
        let instance = generate::roster(seed);
        let base = solve(&instance, effort(seed, 2_000), &mut Unwatched).solution;
        let case = generate::repair(seed, &base);
        let mut notes = Notes::default();
        let repaired = repair(&instance, &case, effort(seed, 5_000), &mut notes);
        let checked = check(&instance, &repaired.solution, Some(&case));
        assert_eq!(checked.violations, Vec::<String>::new(), "seed {seed}");
        assert_eq!(checked.objective(), Some(repaired.objective), "seed {seed}");
        assert!(repaired.objective <= repaired.first, "seed {seed}");
        assert_eq!(
            notes.incumbents.first(),
            Some(&repaired.first),
            "seed {seed}"
        );
        changed += checked.changes;
        same_as_python(&mut python, &instance, &repaired.solution, Some(&case));
    }
    Checker::verify(python);
    assert!(changed > 10, "{changed} positions were changed");
}

#[test]
fn both_checkers_refuse_the_same_broken_rosters() {
    let mut python = Checker::find("check_roster.py");
    let mut refused = 0;
    for seed in 0..80 {
        let instance = generate::roster(seed);
        let mut solution = solve(&instance, effort(seed, 1_000), &mut Unwatched).solution;
        let case = generate::repair(seed, &solution);
        let mut random = Random::new(seed);
        if !solution.assign.is_empty() {
            let at = random.below(solution.assign.len());
            let task = solution.assign[at];
            match random.below(3) {
                0 => solution.assign.push(task),
                1 => solution.assign[at].2 = random.below(instance.volunteers.len()),
                _ => {
                    let shift = random.below(instance.shifts.len());
                    solution.assign[at].0 = shift;
                }
            }
        }
        refused += usize::from(!check(&instance, &solution, None).violations.is_empty());
        same_as_python(&mut python, &instance, &solution, None);
        same_as_python(&mut python, &instance, &solution, Some(&case));
    }
    Checker::verify(python);
    assert!(refused > 10, "{refused} were refused");
}

#[test]
fn a_roster_is_made_again_bit_for_bit() {
    let instance = generate::roster(3);
    let plans: Vec<_> = (0..2)
        .map(|_| solve(&instance, effort(5, 20_000), &mut Unwatched).solution)
        .collect();
    assert_eq!(plans[0], plans[1]);
}

#[test]
fn everybody_is_told_why_not_them() {
    let mut told = 0;
    for seed in 0..30 {
        let instance = generate::roster(seed);
        let plan = solve(&instance, effort(1, 1_000), &mut Unwatched).solution;
        for &(shift, position, holder) in &plan.assign {
            assert_eq!(instance.why_not(&plan, None, shift, position, holder), []);
            for volunteer in 0..instance.volunteers.len() {
                let reasons = instance.why_not(&plan, None, shift, position, volunteer);
                told += usize::from(!reasons.is_empty());
                let mut other = plan.clone();
                let at = other
                    .assign
                    .iter_mut()
                    .find(|t| (t.0, t.1) == (shift, position));
                at.expect("the position is filled").2 = volunteer;
                let legal = check(&instance, &other, None).violations.is_empty();
                assert_eq!(reasons.is_empty(), legal, "seed {seed}: {reasons:?}");
            }
        }
    }
    assert!(told > 100, "{told} were told");
}
