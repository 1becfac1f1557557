//! `linli plan`: from an instance file to a plan file, with the pure solver, and why the plan is as it is.

#[cfg(test)]
mod tests;
mod watch;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::json;
use solver::{Effort, ReadError, dispatch, gap_permille, roster, shift24};

use self::watch::Watch;
use crate::cli::{PlanCommand, PlanFlags};
use crate::outcome::Stop;

/// Makes a plan; Ctrl-C and SIGTERM end the search with the best one so far.
pub(super) async fn run(command: PlanCommand) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let signals = tokio::spawn(async move {
        chassis::stop_signal().await;
        asked.store(true, Ordering::Relaxed);
    });
    let done = tokio::task::spawn_blocking(move || plan(&command, stop)).await;
    signals.abort();
    Ok(done??)
}

/// What a kind of plan came to.
struct Made {
    solution: String,
    objective: Option<i64>,
    bound: Option<i64>,
    violations: Vec<String>,
    parts: serde_json::Value,
    explain: Explain,
}

/// Writes the explanation down; done last, so that a plan never waits for it.
type Explain = Box<dyn FnOnce() -> Result<String, Stop>>;

fn plan(command: &PlanCommand, stop: Arc<AtomicBool>) -> Result<(), Stop> {
    let (flags, made, watch) = match command {
        PlanCommand::Dispatch(flags) => {
            let instance = read(&flags.instance, dispatch::Instance::parse)?;
            let mut watch = Watch::new(flags, stop);
            let effort = effort(flags, 20_000_000);
            let outcome = dispatch::solve(&instance, effort, &mut watch);
            let checked = dispatch::check(&instance, &outcome.solution);
            let made = Made {
                solution: written(&outcome.solution)?,
                objective: checked.objective(),
                bound: outcome.bound,
                parts: json!(checked.parts),
                violations: checked.violations,
                explain: Box::new(move || {
                    written(&dispatch::explain(&instance, &outcome.solution))
                }),
            };
            (flags, made, watch)
        }
        PlanCommand::Roster(flags) => {
            let instance = read(&flags.instance, roster::Instance::parse)?;
            let mut watch = Watch::new(flags, stop);
            let outcome = roster::solve(&instance, effort(flags, 20_000_000), &mut watch);
            let made = of_roster(instance, outcome.solution, outcome.bound, None)?;
            (flags, made, watch)
        }
        PlanCommand::Repair { roster, flags } => {
            let instance = read(roster, roster::Instance::parse)?;
            let parse = |text: &str| roster::Repair::parse(text, &instance);
            let repair = read(&flags.instance, parse)?;
            let mut watch = Watch::new(flags, stop);
            let effort = effort(flags, 2_000_000);
            let outcome = roster::repair(&instance, &repair, effort, &mut watch);
            let made = of_roster(instance, outcome.solution, None, Some(repair))?;
            (flags, made, watch)
        }
        PlanCommand::Shift24(flags) => {
            let instance = read(&flags.instance, shift24::Instance::parse)?;
            let mut watch = Watch::new(flags, stop);
            let outcome = shift24::solve(&instance, effort(flags, 5_000), &mut watch)
                .map_err(|error| Stop::Failed(error.to_string()))?;
            let mut solution = outcome.solution;
            let name = flags.instance.file_stem().unwrap_or_default();
            solution.instance = name.to_string_lossy().into_owned();
            let checked = shift24::check(&instance, &solution);
            let made = Made {
                solution: written(&solution)?,
                objective: checked.objective(),
                bound: outcome.bound,
                parts: json!(checked.parts),
                violations: checked.violations,
                explain: Box::new(move || written(&shift24::explain(&instance, &solution))),
            };
            (flags, made, watch)
        }
    };
    finish(flags, made, &watch)
}

fn of_roster(
    instance: roster::Instance,
    solution: roster::Solution,
    bound: Option<i64>,
    repair: Option<roster::Repair>,
) -> Result<Made, Stop> {
    let checked = roster::check(&instance, &solution, repair.as_ref());
    Ok(Made {
        solution: written(&solution)?,
        objective: checked.objective(),
        bound,
        parts: json!(checked.parts),
        violations: checked.violations,
        explain: Box::new(move || written(&roster::explain(&instance, &solution, repair.as_ref()))),
    })
}

fn effort(flags: &PlanFlags, usual: u64) -> Effort {
    Effort {
        seed: flags.seed,
        iterations: flags.iterations.unwrap_or(usual),
    }
}

fn read<T>(file: &Path, parse: impl Fn(&str) -> Result<T, ReadError>) -> Result<T, Stop> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Stop::Usage(format!("读不到 {} ({error})", file.display())))?;
    parse(&text).map_err(|error| Stop::Usage(format!("{}: {error}", file.display())))
}

fn written(solution: &impl Serialize) -> Result<String, Stop> {
    serde_json::to_string(solution).map_err(|error| Stop::Failed(error.to_string()))
}

fn write(file: &Path, text: &str) -> Result<(), Stop> {
    std::fs::write(file, text)
        .map_err(|error| Stop::Failed(format!("写不了 {} ({error})", file.display())))
}

/// Writes the plan, says how good it is and, where that is asked for, why it is as it is.
fn finish(flags: &PlanFlags, made: Made, watch: &Watch) -> Result<(), Stop> {
    write(&flags.out, &made.solution)?;
    let gap = made
        .objective
        .zip(made.bound)
        .and_then(|(objective, bound)| gap_permille(objective, bound));
    if flags.json {
        let report = json!({
            "instance": flags.instance,
            "out": flags.out,
            "explain": flags.explain,
            "seed": flags.seed,
            "legal": made.violations.is_empty(),
            "objective": made.objective,
            "bound": made.bound,
            "gap_permille": gap,
            "parts": made.parts,
            "violations": made.violations,
            "reproducible": flags.seconds.is_none() && !watch.was_stopped(),
        });
        println!("{report}");
    } else if let Some(objective) = made.objective {
        println!("{} 目标值 (objective) {objective}", flags.out.display());
        if let Some((bound, gap)) = made.bound.zip(gap) {
            println!(
                "下界 (bound) {bound}，差距 (gap) {}.{}%",
                gap / 10,
                gap % 10
            );
        }
    }
    if let Some(file) = &flags.explain {
        write(file, &(made.explain)()?)?;
        if !flags.json {
            println!("{} 方案说明 (explanation)", file.display());
        }
    }
    match made.violations.first() {
        Some(first) => Err(Stop::Failed(format!(
            "没有合法方案 (there is no legal plan): {first}"
        ))),
        None => Ok(()),
    }
}
