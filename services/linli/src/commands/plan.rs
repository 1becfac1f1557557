//! `linli plan`: from an instance file to a plan file, with the pure solver.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;
use solver::{Effort, Observer, Progress, ReadError, dispatch, gap_permille, roster, shift24};

use crate::cli::{PlanCommand, PlanFlags};
use crate::outcome::Stop;

/// Makes a plan; Ctrl-C ends the search with the best one so far.
pub(super) async fn run(command: PlanCommand) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let ctrl_c = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            asked.store(true, Ordering::Relaxed);
        }
    });
    let done = tokio::task::spawn_blocking(move || plan(&command, stop)).await;
    ctrl_c.abort();
    Ok(done??)
}

/// What a kind of plan came to.
struct Made {
    solution: String,
    objective: Option<i64>,
    bound: Option<i64>,
    violations: Vec<String>,
    parts: serde_json::Value,
}

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
            };
            (flags, made, watch)
        }
        PlanCommand::Roster(flags) => {
            let instance = read(&flags.instance, roster::Instance::parse)?;
            let mut watch = Watch::new(flags, stop);
            let outcome = roster::solve(&instance, effort(flags, 20_000_000), &mut watch);
            let checked = roster::check(&instance, &outcome.solution, None);
            let made = of_roster(&outcome.solution, outcome.bound, checked)?;
            (flags, made, watch)
        }
        PlanCommand::Repair { roster, flags } => {
            let instance = read(roster, roster::Instance::parse)?;
            let parse = |text: &str| roster::Repair::parse(text, &instance);
            let repair = read(&flags.instance, parse)?;
            let mut watch = Watch::new(flags, stop);
            let effort = effort(flags, 2_000_000);
            let outcome = roster::repair(&instance, &repair, effort, &mut watch);
            let checked = roster::check(&instance, &outcome.solution, Some(&repair));
            let made = of_roster(&outcome.solution, None, checked)?;
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
            };
            (flags, made, watch)
        }
    };
    finish(flags, &made, &watch)
}

fn of_roster(
    solution: &roster::Solution,
    bound: Option<i64>,
    checked: roster::Checked,
) -> Result<Made, Stop> {
    Ok(Made {
        solution: written(solution)?,
        objective: checked.objective(),
        bound,
        parts: json!(checked.parts),
        violations: checked.violations,
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

/// Writes the plan and says how good it is.
fn finish(flags: &PlanFlags, made: &Made, watch: &Watch) -> Result<(), Stop> {
    std::fs::write(&flags.out, &made.solution)
        .map_err(|error| Stop::Failed(format!("写不了 {} ({error})", flags.out.display())))?;
    let gap = made
        .objective
        .zip(made.bound)
        .and_then(|(objective, bound)| gap_permille(objective, bound));
    if flags.json {
        let report = json!({
            "instance": flags.instance,
            "out": flags.out,
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
    match made.violations.first() {
        Some(first) => Err(Stop::Failed(format!(
            "没有合法方案 (there is no legal plan): {first}"
        ))),
        None => Ok(()),
    }
}

/// Shows progress on standard error, keeps the time and hears Ctrl-C.
struct Watch {
    begun: Instant,
    told: Option<Instant>,
    seconds: Option<f64>,
    json: bool,
    stop: Arc<AtomicBool>,
}

impl Watch {
    fn new(flags: &PlanFlags, stop: Arc<AtomicBool>) -> Self {
        Self {
            begun: Instant::now(),
            told: None,
            seconds: flags.seconds,
            json: flags.json,
            stop,
        }
    }

    fn was_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Observer for Watch {
    fn progress(&mut self, progress: &Progress) {
        let pause = Duration::from_millis(500);
        if self.told.is_some_and(|told| told.elapsed() < pause) {
            return;
        }
        self.told = Some(Instant::now());
        let seconds = self.begun.elapsed().as_secs_f64();
        let (incumbent, bound) = (progress.incumbent, progress.bound);
        if self.json {
            let line = json!({
                "seconds": seconds,
                "phase": progress.phase,
                "iteration": progress.iteration,
                "incumbent": incumbent,
                "bound": bound,
                "gap_permille": progress.gap_permille(),
            });
            eprintln!("{line}");
        } else {
            let number = |value: Option<i64>| value.map_or("–".to_owned(), |v| v.to_string());
            eprintln!(
                "{seconds:7.1} s  {:<8} {:>12}  目标值 (objective) {}  下界 (bound) {}",
                progress.phase,
                progress.iteration,
                number(incumbent),
                number(bound)
            );
        }
    }

    fn cancelled(&mut self) -> bool {
        self.was_stopped()
    }

    fn spent(&mut self) -> Option<f64> {
        let seconds = self.seconds?;
        Some(self.begun.elapsed().as_secs_f64() / seconds)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use serde_json::{Value, json};

    use super::{Arc, AtomicBool, Path, PlanCommand, PlanFlags, Stop, plan};

    const SHIFTS: &str = "SECTION_HORIZON\n7\nSECTION_SHIFTS\nD,480,\nSECTION_STAFF\n\
        A,D=7,2400,960,5,1,1,1\nSECTION_COVER\n0,D,1,100,1\n1,D,1,100,1\n2,D,0,100,1\n\
        3,D,0,100,1\n4,D,0,100,1\n5,D,0,100,1\n6,D,1,100,1\n";

    fn flags(folder: &Path, text: &str) -> PlanFlags {
        let instance = folder.join("instance");
        std::fs::write(&instance, text).unwrap();
        PlanFlags {
            instance,
            out: folder.join("plan"),
            iterations: Some(200),
            seconds: None,
            seed: 1,
            json: true,
        }
    }

    fn running() -> Arc<AtomicBool> {
        Arc::new(AtomicBool::new(false))
    }

    fn written(folder: &Path) -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join("plan")).unwrap()).unwrap()
    }

    #[test]
    fn a_plan_is_written_and_the_same_again() {
        let folder = tempfile::tempdir().unwrap();
        let command = PlanCommand::Shift24(flags(folder.path(), SHIFTS));
        plan(&command, running()).unwrap();
        let first = written(folder.path());
        assert_eq!(first["roster"]["A"], json!(["D", "D", "", "", "", "", "D"]));
        plan(&command, running()).unwrap();
        assert_eq!(written(folder.path()), first);
    }

    #[test]
    fn a_cancelled_search_still_writes_a_plan() {
        let folder = tempfile::tempdir().unwrap();
        let command = PlanCommand::Shift24(flags(folder.path(), SHIFTS));
        plan(&command, Arc::new(AtomicBool::new(true))).unwrap();
        assert_eq!(written(folder.path())["format"], "shift24-sol/1");
    }

    #[test]
    fn a_malformed_instance_is_wrong_usage_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let text = SHIFTS.replace("D,480", "D,long");
        let command = PlanCommand::Shift24(flags(folder.path(), &text));
        let error = plan(&command, running()).unwrap_err();
        assert!(
            matches!(&error, Stop::Usage(text) if text.contains("line 4")),
            "{error}"
        );
        for command in [
            PlanCommand::Dispatch(flags(folder.path(), "{\"format\": 1}")),
            PlanCommand::Roster(flags(folder.path(), "{\"format\": 1}")),
        ] {
            let error = plan(&command, running()).unwrap_err();
            assert!(
                matches!(&error, Stop::Usage(text) if text.contains("/format")),
                "{error}"
            );
        }
        assert!(!folder.path().join("plan").exists());
    }

    #[test]
    fn who_has_no_legal_roster_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = SHIFTS.replace("D=7", "D=1");
        let command = PlanCommand::Shift24(flags(folder.path(), &text));
        let error = plan(&command, running()).unwrap_err();
        assert!(
            matches!(&error, Stop::Failed(text) if text.starts_with("A ")),
            "{error}"
        );
    }
}
