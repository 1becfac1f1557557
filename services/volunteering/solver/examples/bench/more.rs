//! Repair of a roster, and a city in one piece: when there is a first plan, and how good it is when.

use solver::{Effort, dispatch, roster};

use crate::clock::Clock;

/// A number, or that there is none.
pub(crate) fn number(value: Option<i64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// As much as the clock allows.
pub(crate) fn effort() -> Effort {
    Effort {
        seed: 1,
        iterations: 0,
    }
}

/// Repairs a roster (`CASE,ROSTER`) within a second and within the seconds given.
pub(crate) fn repair(files: &str, seconds: f64) -> Result<(), Box<dyn std::error::Error>> {
    let (case, roster) = files.split_once(',').ok_or("repair=CASE,ROSTER")?;
    println!(
        "| repair | read, s | first answer, s | first | seconds | objective | changes | unfilled |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for seconds in [1.0, seconds] {
        let mut clock = Clock::new(seconds);
        let instance = roster::Instance::parse(&std::fs::read_to_string(roster)?)?;
        let repair = roster::Repair::parse(&std::fs::read_to_string(case)?, &instance)?;
        let read = clock.elapsed();
        let outcome = roster::repair(&instance, &repair, effort(), &mut clock);
        let (at, first) = clock.first().unwrap_or_default();
        let checked = roster::check(&instance, &outcome.solution, Some(&repair));
        println!(
            "| {} | {read:.3} | {at:.3} | {first} | {seconds} | {} | {} | {} |",
            instance.name,
            number(checked.objective()),
            checked.changes,
            checked.unfilled,
        );
    }
    Ok(())
}

/// Most memory this process ever had, MiB.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() / 1024
}

/// Plans a whole city in one piece.
pub(crate) fn city(file: &str, seconds: f64) -> Result<(), Box<dyn std::error::Error>> {
    let mut clock = Clock::new(seconds);
    let instance = dispatch::Instance::parse(&std::fs::read_to_string(file)?)?;
    let read = clock.elapsed();
    let outcome = dispatch::solve(&instance, effort(), &mut clock);
    let checked = dispatch::check(&instance, &outcome.solution);
    println!(
        "| city | read, s | first plan, s | first | at 30 s | at {seconds} s | bound | CPU s | MiB |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let (at, first) = clock.first().unwrap_or_default();
    println!(
        "| {} | {read:.1} | {at:.1} | {first} | {} | {} | {} | {:.1} | {} |",
        instance.name,
        number(clock.best_at(30.0)),
        number(checked.objective()),
        number(outcome.bound),
        clock.elapsed(),
        memory(),
    );
    Ok(())
}
