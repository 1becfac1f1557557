use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::context::Breach;
use super::plan::{Fault, Variant};
use super::world::{Report, run};

/// Schedules in CI.
const SCHEDULES: u64 = 10_000;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
    )
}

/// Runs schedules on all cores until one fails; returns it, the lowest if several do, with the
/// reports of the others summed up.
fn search(
    variant: Variant,
    from: u64,
    count: u64,
) -> (Option<Report>, [u64; Fault::ALL.len()], usize) {
    let next = AtomicU64::new(from);
    let end = AtomicU64::new(from + count);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let (mut failed, mut struck, mut committed) = (None, [0; Fault::ALL.len()], 0);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end.load(Ordering::Relaxed) {
                return (failed, struck, committed);
            }
            let report = run(seed, variant, false);
            committed += report.committed;
            for (sum, one) in struck.iter_mut().zip(report.struck) {
                *sum += one;
            }
            if report.breach.is_some() {
                end.fetch_min(seed, Ordering::Relaxed);
                failed = Some(report);
            }
        }
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let (mut failed, mut struck, mut committed) = (None::<Report>, [0; Fault::ALL.len()], 0);
        for thread in running {
            let (one, hits, events) = thread.join().expect("a schedule panicked");
            committed += events;
            for (sum, hit) in struck.iter_mut().zip(hits) {
                *sum += hit;
            }
            if let Some(one) = one
                && failed.as_ref().is_none_or(|other| one.seed < other.seed)
            {
                failed = Some(one);
            }
        }
        (failed, struck, committed)
    })
}

#[test]
fn every_schedule_keeps_the_promises() {
    if let Some(seed) = number("LINLI_SIM_SEED") {
        let report = run(seed, Variant::Faithful, true);
        println!("{}", report.tale.unwrap_or_default());
        assert_eq!(report.breach, None, "seed {seed}");
        return;
    }
    let from = number("LINLI_SIM_FROM").unwrap_or(0);
    let count = number("LINLI_SIM_SCHEDULES").unwrap_or(SCHEDULES);
    let (failed, struck, committed) = search(Variant::Faithful, from, count);
    if let Some(Report { seed, breach, .. }) = failed {
        panic!(
            "schedule {seed}: {breach:?}\n\
             LINLI_SIM_SEED={seed} cargo nextest run -p bus simulation --no-capture"
        );
    }
    println!("{count} schedules from {from}, {committed} events committed");
    for (fault, hits) in Fault::ALL.into_iter().zip(struck) {
        println!("{fault:?} struck {hits} times");
        assert!(
            count < SCHEDULES || hits > count / 10,
            "{fault:?} hardly ever strikes"
        );
    }
}

#[test]
fn a_seed_is_a_schedule() {
    for seed in 0..50 {
        let (one, other) = (
            run(seed, Variant::Faithful, true),
            run(seed, Variant::Faithful, true),
        );
        assert_eq!(one.print, other.print);
        assert_eq!(one.tale, other.tale);
    }
}

/// Makes one test of each defect built in on purpose: it must be found, as one of these breaches.
macro_rules! finds {
    ($($name:ident: $variant:ident, $($breach:ident)|+;)+) => {
        $(
            #[test]
            fn $name() {
                let (failed, ..) = search(Variant::$variant, 0, SCHEDULES);
                let failed = failed.expect("no schedule finds it");
                let (breach, what) = failed.breach.expect("it failed");
                println!("schedule {} finds {breach:?}: {what}", failed.seed);
                assert!(matches!(breach, $(Breach::$breach)|+), "{breach:?}: {what}");
            }
        )+
    };
}

finds! {
    finds_an_acknowledgement_before_the_commit: AckBeforeCommit, Stuck | Overtaken;
    finds_a_missing_inbox: NoInbox, Twice;
    finds_a_retry_that_is_overtaken: NoParking, Overtaken;
    finds_an_effect_outside_the_transaction: EffectOutside, Twice | Overtaken;
    finds_an_event_outside_the_transaction: EmitOutside, Phantom;
    finds_a_relay_without_lanes: NoLanes, Overtaken;
    finds_a_removal_before_the_confirmation: RemoveEarly, Stuck | Overtaken;
    finds_a_relay_that_skips_late_commits: NoGaps, Stuck | Overtaken;
    finds_a_relay_that_does_not_look_behind_its_sweep: NoLateLook, Overtaken;
    finds_a_fetch_without_bound: BoundlessFetch, Memory;
    finds_a_relay_that_never_polls: NoPoll, Stuck;
    finds_a_queue_that_gives_back_at_its_end: RequeueLast, Overtaken;
}
