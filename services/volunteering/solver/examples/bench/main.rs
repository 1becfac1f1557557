//! Measures the solver on the instances named on the command line and prints tables:
//! `bench SECONDS KIND=FILE…`, KIND one of
//!
//! - dispatch, roster, shift24: a plan, beside what other engines reached,
//! - online, or `online:QUERIES`: random queries to the ranking over a dispatch instance and its greedy
//!   plan, each compared with the scan of everybody (10,000 unless told),
//! - repair (`repair=CASE,ROSTER`): the first answer, and the best after one second and after SECONDS,
//! - city: a dispatch instance of a whole city.
//!
//! Seconds are CPU seconds of one thread, reading included, but for the times of online queries; files
//! are those of the generators, or the published ones. `peers.py` beside this makes the column of CP-SAT
//! anew, on any instance.

mod clock;
mod more;
mod online;

use std::process::ExitCode;

use solver::{dispatch, gap_permille, roster, shift24};

use clock::Clock;
use more::{effort, number};

/// What others reached, by the start of the instance's name: best known, CP-SAT and Timefold in 120
/// CPU seconds, greedy.
const PEERS: [(&str, [&str; 4]); 9] = [
    (
        "dispatch-500x500-s1",
        ["372518", "373582", "376419", "405526"],
    ),
    (
        "dispatch-5000x5000-s1",
        ["≥2198127", "–", "3341744", "2861717"],
    ),
    ("roster-60v30s-s1", ["37422", "37497", "39854", "48983"]),
    (
        "roster-300v140s-s1",
        ["≥118193", "139838", "143965", "140687"],
    ),
    ("roster-1000v480s-s1", ["–", "5374139", "721567", "666217"]),
    ("Instance5", ["1143", "1237", "1964", "–"]),
    ("Instance6", ["1950", "2073", "2552", "–"]),
    ("Instance7", ["1056", "1072", "1538", "–"]),
    ("Instance8", ["1300", "1852", "–", "–"]),
];

/// Name, objective of the checked plan, bound.
type Row = (String, Option<i64>, Option<i64>);

fn measure(kind: &str, file: &str, clock: &mut Clock) -> Result<Row, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file)?;
    Ok(match kind {
        "dispatch" => {
            let instance = dispatch::Instance::parse(&text)?;
            let outcome = dispatch::solve(&instance, effort(), clock);
            let checked = dispatch::check(&instance, &outcome.solution);
            (instance.name, checked.objective(), outcome.bound)
        }
        "roster" => {
            let instance = roster::Instance::parse(&text)?;
            let outcome = roster::solve(&instance, effort(), clock);
            let checked = roster::check(&instance, &outcome.solution, None);
            (instance.name, checked.objective(), outcome.bound)
        }
        "shift24" => {
            let instance = shift24::Instance::parse(&text)?;
            let outcome = shift24::solve(&instance, effort(), clock)?;
            let checked = shift24::check(&instance, &outcome.solution);
            let name = std::path::Path::new(file).file_stem().unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            (name, checked.objective(), outcome.bound)
        }
        _ => return Err(format!("{kind}: no such kind").into()),
    })
}

/// A line of the table of plans.
fn row(kind: &str, file: &str, seconds: f64) -> Result<(), Box<dyn std::error::Error>> {
    let mut clock = Clock::new(seconds);
    let (name, objective, bound) = measure(kind, file, &mut clock)?;
    let gap = objective.zip(bound).and_then(|(a, b)| gap_permille(a, b));
    let peers = PEERS.iter().find(|(known, _)| *known == name);
    let peers = peers.map_or(["–"; 4], |(_, peers)| *peers).join(" | ");
    println!(
        "| {name} | {} | {} | {} | {:.2} | {:.2} | {peers} |",
        number(objective),
        number(bound),
        number(gap),
        clock.first().unwrap_or_default().0,
        clock.elapsed(),
    );
    Ok(())
}

fn rank(kind: &str, file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let queries = kind
        .strip_prefix("online:")
        .map_or(Ok(10_000), str::parse)?;
    let instance = dispatch::Instance::parse(&std::fs::read_to_string(file)?)?;
    Ok(online::measure(&instance, queries)?)
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok());
    let Some(seconds) = seconds.filter(|seconds: &f64| *seconds > 0.0) else {
        eprintln!("usage: bench SECONDS KIND=FILE…");
        return ExitCode::from(2);
    };
    let mut in_table = false;
    for argument in arguments {
        let (kind, file) = argument.split_once('=').unwrap_or(("", &argument));
        let is_plan = ["dispatch", "roster", "shift24"].contains(&kind);
        if is_plan && !in_table {
            println!(
                "| instance | ours | bound | gap ‰ | first plan, s | CPU s | best known | CP-SAT | Timefold | greedy |"
            );
            println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        }
        in_table = is_plan;
        let done = match kind {
            "repair" => more::repair(file, seconds),
            "city" => more::city(file, seconds),
            _ if kind.starts_with("online") => rank(kind, file),
            _ => row(kind, file, seconds),
        };
        if let Err(error) = done {
            eprintln!("{argument}: {error}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
