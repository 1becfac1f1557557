//! Development driver.
use std::time::Instant;
struct Clock { start: u64, seconds: f64 }
fn cpu() -> u64 { std::fs::read_to_string("/proc/thread-self/schedstat").ok().and_then(|t| t.split(' ').next().and_then(|n| n.parse().ok())).unwrap_or(0) }
impl solver::Observer for Clock {
    fn spent(&mut self) -> Option<f64> { Some((cpu() - self.start) as f64 / 1e9 / self.seconds) }
    fn progress(&mut self, p: &solver::Progress) { if std::env::var("V").is_ok() { eprintln!("{:.2}s {p:?}", (cpu() - self.start) as f64 / 1e9); } }
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&args[2]).unwrap();
    let seed = args[4].parse().unwrap();
    let mut clock = Clock { start: cpu(), seconds: args[3].parse().unwrap() };
    let effort = solver::Effort { seed, iterations: 0 };
    let begun = Instant::now();
    match args[1].as_str() {
        "dispatch" => {
            let i = solver::dispatch::Instance::parse(&text).unwrap();
            let o = solver::dispatch::solve(&i, effort, &mut clock);
            let c = solver::dispatch::check(&i, &o.solution);
            println!("{} {:?} bound {:?} {:?} cpu {:.2}", o.objective, c.objective(), o.bound, c.parts, (cpu() - clock.start) as f64 / 1e9);
            std::fs::write("/tmp/sol/out.json", serde_json::to_string(&o.solution).unwrap()).unwrap();
        }
        "roster" => {
            let i = solver::roster::Instance::parse(&text).unwrap();
            let o = solver::roster::solve(&i, effort, &mut clock);
            let c = solver::roster::check(&i, &o.solution, None);
            println!("{} {:?} bound {:?} {:?} cpu {:.2}", o.objective, c.objective(), o.bound, c.parts, (cpu() - clock.start) as f64 / 1e9);
            std::fs::write("/tmp/sol/out.json", serde_json::to_string(&o.solution).unwrap()).unwrap();
        }
        "repair" => {
            let i = solver::roster::Instance::parse(&text).unwrap();
            let r = solver::roster::Repair::parse(&std::fs::read_to_string(&args[5]).unwrap(), &i).unwrap();
            let o = solver::roster::repair(&i, &r, effort, &mut clock);
            let c = solver::roster::check(&i, &o.solution, Some(&r));
            println!("{} first {} {:?} changes {} {:?} cpu {:.2}", o.objective, o.first, c.objective(), c.changes, c.parts, (cpu() - clock.start) as f64 / 1e9);
            std::fs::write("/tmp/sol/out.json", serde_json::to_string(&o.solution).unwrap()).unwrap();
        }
        "shift24" => {
            let i = solver::shift24::Instance::parse(&text).unwrap();
            let o = solver::shift24::solve(&i, effort, &mut clock);
            let c = solver::shift24::check(&i, o.solution.as_ref().unwrap());
            println!("{:?} {:?} bound {:?} {:?} cpu {:.2}", o.objective, c.objective(), o.bound, c.parts, (cpu() - clock.start) as f64 / 1e9);
            std::fs::write("/tmp/sol/out.json", serde_json::to_string(&o.solution).unwrap()).unwrap();
        }
        _ => {}
    }
    let _ = begun;
}
