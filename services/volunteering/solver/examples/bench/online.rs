//! The online ranking beside a scan of everybody.

use std::time::{Duration, Instant};

use solver::Unwatched;
use solver::dispatch::{Instance, Request, solve};
use solver::online::Index;
use solver::random::Random;

use crate::more::effort;

/// People asked for.
const MOST: usize = 20;
/// Metres a query lies away from the request it is like, at most.
const ASTRAY: usize = 1_500;

/// A new request like one there is.
struct Query {
    request: Request,
    position: usize,
    start: i32,
}

fn queries(instance: &Instance, count: usize) -> Result<Vec<Query>, String> {
    let mut random = Random::new(1);
    let mut astray = move || -> Result<i32, String> {
        let metres = i32::try_from(random.below(2 * ASTRAY + 1)).map_err(|e| e.to_string())?;
        Ok(metres - i32::try_from(ASTRAY).map_err(|e| e.to_string())?)
    };
    let mut random = Random::new(2);
    let teams: Vec<&Request> = instance
        .requests
        .iter()
        .filter(|request| !request.positions.is_empty())
        .collect();
    let mut made = Vec::with_capacity(count);
    for _ in 0..count {
        let like = teams.get(random.below(teams.len()));
        let mut request = Request::clone(like.ok_or("no requests")?);
        request.x += astray()?;
        request.y += astray()?;
        let start = request.slots.get(random.below(request.slots.len()));
        made.push(Query {
            position: random.below(request.positions.len()),
            start: *start.ok_or("no slots")?,
            request,
        });
    }
    Ok(made)
}

/// Asks so many random queries, compares each with the scan, and prints a table.
pub(crate) fn measure(instance: &Instance, count: usize) -> Result<(), String> {
    // no steps: the greedy plan
    let plan = solve(instance, effort(), &mut Unwatched).solution;
    let mut random = Random::new(3);
    let mut shadow = Vec::with_capacity(instance.volunteers.len());
    for _ in &instance.volunteers {
        shadow.push(i64::try_from(random.below(300)).map_err(|e| e.to_string())?);
    }
    let begun = Instant::now();
    let index = Index::new(instance, &plan, &shadow);
    let built = begun.elapsed();
    let queries = queries(instance, count)?;
    // twice, and the quicker of both: what else the machine did in between is not ours
    let mut times = vec![Duration::MAX; queries.len()];
    for _ in 0..2 {
        for (query, time) in queries.iter().zip(&mut times) {
            let begun = Instant::now();
            std::hint::black_box(index.rank(&query.request, query.position, query.start, MOST));
            *time = begun.elapsed().min(*time);
        }
    }
    let differ = |query: &&Query| {
        let (request, position, start) = (&query.request, query.position, query.start);
        index.rank(request, position, start, MOST) != index.scan(request, position, start, MOST)
    };
    let mismatches = queries.iter().filter(differ).count();
    times.sort_unstable();
    let at = |permille: usize| {
        let place = times.len() * permille / 1000;
        let time = times.get(place.min(times.len().saturating_sub(1)));
        time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    println!(
        "| online | volunteers | queries | mismatches | index, ms | p50, µs | p90 | p99 | p99.9 | most |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    println!(
        "| {} | {} | {count} | {mismatches} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} |",
        instance.name,
        instance.volunteers.len(),
        built.as_secs_f64() * 1e3,
        at(500),
        at(900),
        at(990),
        at(999),
        at(1000),
    );
    if mismatches > 0 {
        return Err(format!("{mismatches} rankings differ from the scan"));
    }
    Ok(())
}
