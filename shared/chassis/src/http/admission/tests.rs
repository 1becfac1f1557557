#![expect(clippy::unwrap_used, reason = "tests may")]

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::{Admission, District, Place, Refusal};
use crate::HttpConfig;

const STORMY: District = District::Of(*b"420105");
const QUIET: District = District::Of(*b"420106");

fn admission(max_in_flight: usize) -> Arc<Admission> {
    Admission::new(&HttpConfig {
        max_in_flight,
        max_waiting: 6,
        max_waiting_per_district: 4,
        longest_wait_ms: 2_000,
        ..HttpConfig::default()
    })
}

fn at_once(admission: &Arc<Admission>, district: District) -> Option<Result<Place, Refusal>> {
    admission.place(district).now_or_never()
}

/// Everything is as before anybody came: all places free, nobody waits.
fn assert_idle(admission: &Arc<Admission>, places: usize) {
    let taken: Vec<Place> = (0..places)
        .map(|_| at_once(admission, QUIET).unwrap().unwrap())
        .collect();
    assert!(at_once(admission, QUIET).is_none(), "one place too many");
    drop(taken);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_too_long_is_told_and_leaves_no_trace() {
    let admission = admission(1);
    let place = at_once(&admission, STORMY).unwrap().unwrap();
    let begun = Instant::now();
    assert_eq!(admission.place(QUIET).await.unwrap_err(), Refusal::Late);
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
    drop(place);
    assert_idle(&admission, 1);
}

#[tokio::test]
async fn a_storm_costs_another_district_one_turn() {
    let admission = admission(1);
    let place = at_once(&admission, STORMY).unwrap().unwrap();
    let mut storm: Vec<_> = (0..4).map(|_| Box::pin(admission.place(STORMY))).collect();
    for waiter in &mut storm {
        assert!(waiter.now_or_never().is_none());
    }
    let over = at_once(&admission, STORMY).unwrap();
    assert_eq!(over.unwrap_err(), Refusal::OverShare);
    let mut quiet = Box::pin(admission.place(QUIET));
    assert!((&mut quiet).now_or_never().is_none());
    drop(place);
    let first = storm.remove(0).await.unwrap();
    drop(first);
    let place = quiet.now_or_never().unwrap().unwrap();
    drop((storm, place));
    assert_idle(&admission, 1);
}

#[tokio::test]
async fn who_goes_away_frees_their_place_at_any_moment() {
    let admission = admission(2);
    let first = at_once(&admission, STORMY).unwrap().unwrap();
    let second = at_once(&admission, STORMY).unwrap().unwrap();
    let mut waiting = Box::pin(admission.place(STORMY));
    let mut called = Box::pin(admission.place(QUIET));
    assert!((&mut waiting).now_or_never().is_none());
    assert!((&mut called).now_or_never().is_none());
    drop(waiting);
    // this one has its place already and has not looked yet
    drop(first);
    drop(called);
    drop(second);
    assert_idle(&admission, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_place_is_lost_among_many_who_come_and_go() {
    let admission = admission(3);
    let comers = (0..2_000_u64).map(|number| {
        let admission = Arc::clone(&admission);
        let district = if number % 3 == 0 { QUIET } else { STORMY };
        tokio::spawn(async move {
            let patience = Duration::from_micros(number % 700);
            let placed = tokio::time::timeout(patience, admission.place(district)).await;
            if let Ok(Ok(place)) = placed {
                tokio::task::yield_now().await;
                drop(place);
            }
        })
    });
    for comer in comers.collect::<Vec<_>>() {
        comer.await.unwrap();
    }
    assert_idle(&admission, 3);
}
