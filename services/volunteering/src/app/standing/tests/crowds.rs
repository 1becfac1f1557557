//! Crowds who claim at the same moment while quota and pause are in force.

use futures_util::future::join_all;

use super::*;

/// A busy store is asked again; nothing was decided then.
async fn claim_patiently(bench: &Bench, who: &Ctx, task: TaskId) -> Result<Task, ClaimError> {
    for _ in 0..100 {
        match claim(bench, who, task).await {
            Err(ClaimError::Store(_)) => {}
            decided => return decided,
        }
    }
    claim(bench, who, task).await
}

async fn bench() -> Bench {
    Bench::with(|rules| {
        rules.task.at_once = 2;
        rules.task.cool_down_minutes = 30;
    })
    .await
}

/// Everybody claims; the one who has it, and what the others were told.
async fn rush(
    bench: &Bench,
    people: &[(Ctx, Option<Requirement>)],
    task: TaskId,
) -> (AccountId, [usize; 2]) {
    let claims = people
        .iter()
        .map(|(who, _)| claim_patiently(bench, who, task));
    let mut winners = Vec::new();
    let (mut taken, mut unmet) = (0, 0);
    for ((who, limit), reply) in people.iter().zip(join_all(claims).await) {
        match reply {
            Ok(_) => {
                assert_eq!(*limit, None, "the one who has it is beyond a limit");
                winners.push(who.principal.account);
            }
            Err(ClaimError::Taken) => taken += 1,
            Err(ClaimError::Unmet(rules)) => {
                assert_eq!(Vec::from_iter(*limit), rules);
                unmet += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    let found = find_task(bench.app.db.reader(), task).await.unwrap();
    assert_eq!(found.unwrap().claimed_by, Some(winners[0]));
    (winners[0], [taken, unmet])
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_at_once_one_has_it_and_is_within_quota_and_pause() {
    let bench = bench().await;
    let mut people: Vec<(Ctx, Option<Requirement>)> = Vec::new();
    for index in 0..200 {
        let who = bench.caller(Role::Volunteer);
        // some have all they may, some one less, some gave something back a moment ago
        let (held, limit) = match index % 5 {
            0 => (2, Some(Requirement::AtOnce)),
            1 => (1, None),
            2 => (1, Some(Requirement::CoolDown)),
            _ => (0, None),
        };
        for _ in 0..held {
            let task = bench.task("0102", None).await;
            claim(&bench, &who, task).await.unwrap();
            if limit == Some(Requirement::CoolDown) {
                release(&bench, &who, task).await;
            }
        }
        people.push((who, limit));
    }
    let task = bench.task("0102", None).await;
    let (first, told) = rush(&bench, &people, task).await;
    assert_eq!(told.iter().sum::<usize>(), 199);

    // it is given back, and everybody is there again: not who gave it back
    let index = people
        .iter()
        .position(|(who, _)| who.principal.account == first)
        .unwrap();
    release(&bench, &people[index].0, task).await;
    people[index].1 = Some(Requirement::CoolDown);
    let (second, _) = rush(&bench, &people, task).await;
    assert_ne!(second, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_claims_of_one_person_at_once_as_many_succeed_as_the_quota_allows() {
    let bench = bench().await;
    let one = bench.caller(Role::Volunteer);
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(bench.task("0102", None).await);
    }
    let rush = async |tasks: &[TaskId]| {
        let claims = tasks
            .iter()
            .map(|task| claim_patiently(&bench, &one, *task));
        let (mut held, mut rules) = (Vec::new(), Vec::new());
        for (task, reply) in tasks.iter().zip(join_all(claims).await) {
            match reply {
                Ok(_) => held.push(*task),
                Err(ClaimError::Unmet(unmet)) => rules.push(unmet),
                Err(other) => panic!("{other:?}"),
            }
        }
        (held, rules)
    };
    let (held, rules) = rush(&open).await;
    assert_eq!(held.len(), 2);
    assert_eq!(rules, vec![vec![Requirement::AtOnce]; 18]);
    open.retain(|task| !held.contains(task));

    // one given back: a pause first, and then there is room for one
    release(&bench, &one, held[0]).await;
    let (none, rules) = rush(&open).await;
    assert_eq!(none, []);
    assert_eq!(rules, vec![vec![Requirement::CoolDown]; 18]);
    bench.clock.advance(Duration::from_mins(30));
    open.push(held[0]);
    let (more, rules) = rush(&open).await;
    assert_eq!(more.len(), 1);
    assert_eq!(rules, vec![vec![Requirement::AtOnce]; 18]);
}
