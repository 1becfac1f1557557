use std::path::Path;

use serde_json::{Value, json};
use ticketing::domain::workflow::{Definition, LoadError, draw, parse, svg};

use crate::cli::{ClientFlags, WorkflowCommand};
use crate::client::{sign_in, text};
use crate::outcome::Stop;

/// Where workflows are to be had.
const WORKFLOWS: &str = "/api/ticketing/v1/workflows";

/// Checks, draws or tries a definition file, or moves orders to another version.
pub(super) async fn run(command: &WorkflowCommand, data: &Path) -> anyhow::Result<()> {
    match command {
        WorkflowCommand::Check { file, json } => check(file, *json),
        WorkflowCommand::Draw { file, svg } => {
            let definition = read(file)?.map_err(|error| refused(&error))?;
            if *svg {
                print!("{}", svg::svg(&definition));
            } else {
                print!("{}", draw::mermaid(&definition));
            }
            Ok(())
        }
        WorkflowCommand::DryRun {
            file,
            orders,
            client,
        } => dry_run(file, *orders, client, data).await,
        WorkflowCommand::Migrate {
            name,
            from,
            to,
            apply,
            client,
        } => migrate(name, (*from, *to), *apply, client, data).await,
    }
}

/// Has a running server take the recorded steps of its orders again, by a file.
async fn dry_run(file: &Path, orders: u32, flags: &ClientFlags, data: &Path) -> anyhow::Result<()> {
    // what is wrong with the file is said without a server
    let name = read(file)?.map_err(|error| refused(&error))?.name;
    let client = sign_in(flags, data, "district_operator").await?;
    let body = json!({"definition": std::fs::read_to_string(file)?, "orders": orders});
    let path = format!("{WORKFLOWS}/{name}/dry-run");
    let tried = client.post(&path, &body).await?;
    if flags.json {
        println!("{tried}");
        return Ok(());
    }
    let number = |value: &Value, member: &str| value.get(member).and_then(Value::as_u64);
    let of = |member| number(&tried, member).unwrap_or_default();
    println!(
        "{name} v{}：{} 件工单，{} 件全部通过，{} 件会被拒 ({} orders, {} pass, {} would be refused)",
        of("version"),
        of("orders"),
        of("passed"),
        of("refused"),
        of("orders"),
        of("passed"),
        of("refused"),
    );
    let obstacles = tried.get("obstacles").and_then(Value::as_array);
    for obstacle in obstacles.into_iter().flatten() {
        println!(
            "  {:>6}  {} · {}：{}  {}",
            number(obstacle, "orders").unwrap_or_default(),
            text(obstacle, "state"),
            text(obstacle, "action"),
            text(obstacle, "why"),
            text(obstacle, "example"),
        );
    }
    Ok(())
}

/// Has a running server move its orders to another version, page by page.
async fn migrate(
    name: &str,
    (from, to): (u32, u32),
    apply: bool,
    flags: &ClientFlags,
    data: &Path,
) -> anyhow::Result<()> {
    let client = sign_in(flags, data, "platform_operator").await?;
    let path = format!("{WORKFLOWS}/{name}/migrations");
    let (mut looked_at, mut moved) = (0_u64, 0_u64);
    let mut cursor = Value::Null;
    loop {
        let body = json!({"from": from, "to": to, "apply": apply, "cursor": cursor});
        let page = client.post(&path, &body).await?;
        let of = |member| page.get(member).and_then(Value::as_u64).unwrap_or_default();
        looked_at += of("looked_at");
        moved += of("moved");
        let next = page.get("next").cloned().unwrap_or_default();
        if flags.json {
            println!("{page}");
        } else {
            let stay = page.get("stay").map(Value::to_string).unwrap_or_default();
            println!("{moved}/{looked_at}  {stay}");
        }
        if next.is_null() {
            break;
        }
        cursor = next;
    }
    if !flags.json && !apply {
        println!("未改动任何工单；加 --apply 执行 (nothing was changed: use --apply)");
    }
    Ok(())
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
