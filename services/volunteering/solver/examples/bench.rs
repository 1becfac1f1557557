//! Measures the solver on the instances named on the command line and prints a table beside what
//! other engines reached: `bench SECONDS KIND=FILE…`, KIND one of dispatch, roster, shift24.
//!
//! Seconds are CPU seconds of one thread; files are those of the generators with seed 1, or the
//! published ones.

use std::process::ExitCode;
use std::time::Duration;

use solver::{Effort, Observer, Progress, dispatch, gap_permille, roster, shift24};

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

/// CPU nanoseconds of this thread.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next();
    first.and_then(|text| text.parse().ok()).unwrap_or(0)
}

struct Clock {
    begun: u64,
    seconds: f64,
    first: Option<f64>,
}

impl Clock {
    fn elapsed(&self) -> f64 {
        Duration::from_nanos(cpu() - self.begun).as_secs_f64()
    }
}

impl Observer for Clock {
    fn progress(&mut self, progress: &Progress) {
        if self.first.is_none() && progress.incumbent.is_some() {
            self.first = Some(self.elapsed());
        }
    }

    fn spent(&mut self) -> Option<f64> {
        Some(self.elapsed() / self.seconds)
    }
}

/// Name, objective of the checked plan, bound.
type Row = (String, Option<i64>, Option<i64>);

fn measure(kind: &str, file: &str, clock: &mut Clock) -> Result<Row, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file)?;
    let effort = Effort {
        seed: 1,
        iterations: 0,
    };
    Ok(match kind {
        "dispatch" => {
            let instance = dispatch::Instance::parse(&text)?;
            let outcome = dispatch::solve(&instance, effort, clock);
            let checked = dispatch::check(&instance, &outcome.solution);
            (instance.name, checked.objective(), outcome.bound)
        }
        "roster" => {
            let instance = roster::Instance::parse(&text)?;
            let outcome = roster::solve(&instance, effort, clock);
            let checked = roster::check(&instance, &outcome.solution, None);
            (instance.name, checked.objective(), outcome.bound)
        }
        "shift24" => {
            let instance = shift24::Instance::parse(&text)?;
            let outcome = shift24::solve(&instance, effort, clock)?;
            let checked = shift24::check(&instance, &outcome.solution);
            let name = std::path::Path::new(file).file_stem().unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            (name, checked.objective(), outcome.bound)
        }
        _ => return Err(format!("{kind}: dispatch, roster or shift24").into()),
    })
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok());
    let Some(seconds) = seconds.filter(|seconds: &f64| *seconds > 0.0) else {
        eprintln!("usage: bench SECONDS KIND=FILE…");
        return ExitCode::from(2);
    };
    println!(
        "| instance | ours | bound | gap ‰ | first plan, s | CPU s | best known | CP-SAT | Timefold | greedy |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for argument in arguments {
        let mut clock = Clock {
            begun: cpu(),
            seconds,
            first: None,
        };
        let (kind, file) = argument.split_once('=').unwrap_or(("", &argument));
        let (name, objective, bound) = match measure(kind, file, &mut clock) {
            Ok(row) => row,
            Err(error) => {
                eprintln!("{argument}: {error}");
                return ExitCode::from(2);
            }
        };
        let number = |value: Option<i64>| value.map_or("–".to_owned(), |value| value.to_string());
        let gap = objective.zip(bound).and_then(|(a, b)| gap_permille(a, b));
        let peers = PEERS.iter().find(|(known, _)| *known == name);
        let peers = peers.map_or(["–"; 4], |(_, peers)| *peers).join(" | ");
        println!(
            "| {name} | {} | {} | {} | {:.2} | {:.2} | {peers} |",
            number(objective),
            number(bound),
            number(gap),
            clock.first.unwrap_or_default(),
            clock.elapsed(),
        );
    }
    ExitCode::SUCCESS
}
