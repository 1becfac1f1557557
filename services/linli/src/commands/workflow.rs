use std::path::Path;

use serde_json::json;
use ticketing::domain::workflow::{Definition, LoadError, draw, parse};

use crate::cli::WorkflowCommand;
use crate::outcome::Stop;

/// Checks or draws a definition file.
pub(super) fn run(command: &WorkflowCommand) -> anyhow::Result<()> {
    match command {
        WorkflowCommand::Check { file, json } => check(file, *json),
        WorkflowCommand::Draw { file } => {
            let definition = read(file)?.map_err(|error| refused(&error))?;
            print!("{}", draw::mermaid(&definition));
            Ok(())
        }
    }
}

fn check(file: &Path, as_json: bool) -> anyhow::Result<()> {
    match read(file)? {
        Ok(definition) => {
            if as_json {
                println!("{}", json!({"file": file, "ok": true, "problems": []}));
            } else {
                println!(
                    "{} 有效 (valid): {} v{}",
                    file.display(),
                    definition.name,
                    definition.version
                );
            }
            Ok(())
        }
        Err(error) => {
            if as_json {
                let problems = error.problems.iter().map(|problem| {
                    json!({
                        "place": problem.place,
                        "line": problem.line,
                        "kind": format!("{:?}", problem.kind),
                        "reason": problem.reason.to_string(),
                    })
                });
                let problems: Vec<_> = problems.collect();
                println!(
                    "{}",
                    json!({"file": file, "ok": false, "problems": problems})
                );
            }
            Err(refused(&error).into())
        }
    }
}

fn read(file: &Path) -> Result<Result<Definition, LoadError>, Stop> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Stop::Usage(format!("读不到 {} ({error})", file.display())))?;
    Ok(parse(&file.display().to_string(), &text))
}

fn refused(error: &LoadError) -> Stop {
    Stop::Usage(error.to_string())
}
