use std::time::Duration;

use kernel::{AccountId, ActivityId, ShiftId};

use super::{
    Bench, Ctx, Obstacle, OpenShift, OpenSignUp, Plan, PlanSubject, Position, Preferences, Role,
    SignUpState, WhichShifts, accepted, open_shift, open_sign_up, roster, solved, solved_as,
};
use crate::app::{ChangeSignUp, change_sign_up};
use crate::domain::roster::{Fate, Roster};
use crate::domain::sign_up::{SignUp, SignUpStep};
use crate::store::list_of_shift;

async fn repaired(bench: &Bench, staff: &Ctx, shifts: &[ShiftId]) -> (Plan, Roster) {
    let subject = PlanSubject::Repair(WhichShifts::These(shifts.to_vec()));
    let (plan, found) = solved_as(bench, staff, subject).await;
    (plan, roster(found))
}

async fn list(bench: &Bench, shift: ShiftId) -> Vec<(AccountId, SignUpState)> {
    let list = list_of_shift(bench.app.db.reader(), shift).await.unwrap();
    let mut list: Vec<_> = list.iter().map(|one| (one.account, one.state)).collect();
    list.sort_by_key(|(account, _)| *account);
    list
}

async fn own(bench: &Bench, who: &Ctx, shift: ShiftId) -> SignUp {
    let list = list_of_shift(bench.app.db.reader(), shift).await.unwrap();
    let mut list = list.into_iter();
    list.find(|one| one.account == who.principal.account)
        .unwrap()
}

async fn answer(bench: &Bench, who: &Ctx, shift: ShiftId, step: SignUpStep) {
    let id = own(bench, who, shift).await.id;
    let command = ChangeSignUp { id, step };
    change_sign_up(&bench.app, &bench.now(who), None, &command)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_repair_fills_what_became_free_and_leaves_everything_else() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 3).await;
    let cleaning = bench.activity(&staff, "clean_up").await;
    let shift = bench.shift(&staff, cleaning, (48, 3)).await;
    let (plan, _) = solved(&bench, &staff, &[shift]).await;
    accepted(&bench, &staff, &plan).await;
    answer(&bench, &people[0], shift, SignUpStep::Accept).await;
    answer(&bench, &people[1], shift, SignUpStep::Decline).await;
    let fresh = bench.volunteers(&staff, 1).await;
    let (plan, found) = repaired(&bench, &staff, &[shift]).await;
    let given: Vec<AccountId> = found.assignments.iter().map(|one| one.account).collect();
    assert_eq!(given, [fresh[0].principal.account]);
    let kept: Vec<AccountId> = found.kept.iter().map(|one| one.account).collect();
    assert_eq!(kept, [people[2].principal.account]);
    assert_eq!(
        (found.replaced.as_slice(), found.unfilled.as_slice()),
        (&[][..], &[][..])
    );
    let parts = found.assignments.iter().chain(&found.kept);
    let sum: i64 = parts
        .flat_map(|one| &one.costs)
        .map(|(_, price)| price)
        .sum();
    assert_eq!((found.price, plan.progress.incumbent), (sum, Some(sum)));
    accepted(&bench, &staff, &plan).await;
    let mut wanted = vec![
        (people[0].principal.account, SignUpState::Confirmed),
        (people[1].principal.account, SignUpState::Declined),
        (people[2].principal.account, SignUpState::Offered),
        (fresh[0].principal.account, SignUpState::Offered),
    ];
    wanted.sort_by_key(|(account, _)| *account);
    assert_eq!(list(&bench, shift).await, wanted);
}

/// Two shifts at the same time, one of which asks for a language that one volunteer speaks: at first somebody else
/// was there, and they had the offer of the other.
struct Swap {
    bench: Bench,
    staff: Ctx,
    speaker: Ctx,
    other: Ctx,
    spoken: ShiftId,
    simple: ShiftId,
}

async fn spoken_shift(bench: &Bench, staff: &Ctx, activity: ActivityId) -> ShiftId {
    let begins_at = staff.now.plus(Duration::from_hours(48));
    let command = OpenShift {
        activity,
        begins_at,
        ends_at: begins_at.plus(Duration::from_hours(2)),
        positions: vec![Position {
            number: 1,
            skill: None,
            language: Some("en".to_owned()),
            needed: 1,
        }],
    };
    let made = open_shift(&bench.app, staff, None, &command).await;
    made.unwrap().id
}

impl Swap {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let staff = bench.caller(Role::CompoundDispatcher);
        let english = Preferences {
            languages: vec!["en".to_owned()],
            ..Preferences::default()
        };
        let speaker = bench.volunteer(&staff, english).await;
        let cleaning = bench.activity(&staff, "clean_up").await;
        let simple = bench.shift(&staff, cleaning, (48, 1)).await;
        let (plan, _) = solved(&bench, &staff, &[simple]).await;
        accepted(&bench, &staff, &plan).await;
        let visiting = bench.activity(&staff, "visit").await;
        let spoken = spoken_shift(&bench, &staff, visiting).await;
        let other = bench.volunteer(&staff, Preferences::default()).await;
        Self {
            bench,
            staff,
            speaker,
            other,
            spoken,
            simple,
        }
    }

    async fn plan(&self) -> (Plan, Roster) {
        let (plan, found) = repaired(&self.bench, &self.staff, &[self.simple, self.spoken]).await;
        let places: Vec<_> = found
            .assignments
            .iter()
            .map(|one| (one.shift, one.account))
            .collect();
        assert_eq!(places.len(), 2, "{found:?}");
        assert!(places.contains(&(self.spoken, self.speaker.principal.account)));
        assert!(places.contains(&(self.simple, self.other.principal.account)));
        let [replaced] = found.replaced.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            (
                replaced.shift,
                replaced.account,
                replaced.price,
                replaced.fate
            ),
            (self.simple, self.speaker.principal.account, 50, None)
        );
        let parts = found.assignments.iter().flat_map(|one| &one.costs);
        let sum: i64 = parts.map(|(_, price)| price).sum();
        assert_eq!(
            (found.price, plan.progress.incumbent),
            (sum + 50, Some(sum + 50))
        );
        (plan, found)
    }

    async fn accepted(&self, plan: &Plan) -> (Vec<Obstacle>, Option<Fate>) {
        let said = roster(accepted(&self.bench, &self.staff, plan).await);
        let left = said.left_out.iter().map(|one| one.reason).collect();
        (left, said.replaced[0].fate)
    }

    async fn states(&self) -> [Vec<SignUpState>; 2] {
        let states = async |shift| {
            let list = list(&self.bench, shift).await.into_iter();
            list.map(|(_, state)| state).collect::<Vec<_>>()
        };
        let mut simple = states(self.simple).await;
        simple.sort_by_key(|state| *state != SignUpState::Lapsed);
        [simple, states(self.spoken).await]
    }
}

#[tokio::test]
async fn offers_without_an_answer_go_to_others_where_that_fills_more() {
    let swap = Swap::new().await;
    let (plan, _) = swap.plan().await;
    assert_eq!(swap.accepted(&plan).await, (vec![], Some(Fate::Withdrawn)));
    let ended = own(&swap.bench, &swap.speaker, swap.simple).await;
    assert_eq!(
        (ended.state, ended.offer_until),
        (SignUpState::Lapsed, None)
    );
    assert_eq!(
        swap.states().await,
        [
            vec![SignUpState::Lapsed, SignUpState::Offered],
            vec![SignUpState::Offered]
        ]
    );
}

#[tokio::test]
async fn an_offer_that_was_accepted_meanwhile_stays() {
    let swap = Swap::new().await;
    let (plan, _) = swap.plan().await;
    answer(&swap.bench, &swap.speaker, swap.simple, SignUpStep::Accept).await;
    let (left, fate) = swap.accepted(&plan).await;
    assert_eq!(fate, Some(Fate::Changed));
    assert_eq!(left.len(), 2);
    assert!(left.contains(&Obstacle::Collides) && left.contains(&Obstacle::Full));
    assert_eq!(swap.states().await, [vec![SignUpState::Confirmed], vec![]]);
}

#[tokio::test]
async fn whose_new_place_is_gone_keeps_the_old_one() {
    let swap = Swap::new().await;
    let (plan, _) = swap.plan().await;
    let english = Preferences {
        languages: vec!["en".to_owned()],
        ..Preferences::default()
    };
    let rival = swap.bench.volunteer(&swap.staff, english).await;
    let sign_up = OpenSignUp {
        shift: swap.spoken,
        position: 1,
        acknowledge: Vec::new(),
    };
    open_sign_up(&swap.bench.app, &rival, None, &sign_up)
        .await
        .unwrap();
    let (left, fate) = swap.accepted(&plan).await;
    assert_eq!(fate, Some(Fate::Kept));
    assert_eq!(left, [Obstacle::Full, Obstacle::Full]);
    let kept = own(&swap.bench, &swap.speaker, swap.simple).await;
    assert_eq!(
        (kept.state, kept.version),
        (SignUpState::Offered, kernel::Version::FIRST)
    );
    assert_eq!(
        swap.states().await,
        [vec![SignUpState::Offered], vec![SignUpState::Confirmed]]
    );
}

#[tokio::test]
async fn where_others_wait_no_offer_is_touched() {
    let swap = Swap::new().await;
    let (plan, _) = swap.plan().await;
    let waits = swap
        .bench
        .volunteer(&swap.staff, Preferences::default())
        .await;
    let sign_up = OpenSignUp {
        shift: swap.simple,
        position: 1,
        acknowledge: Vec::new(),
    };
    let made = open_sign_up(&swap.bench.app, &waits, None, &sign_up).await;
    assert_eq!(made.unwrap().state, SignUpState::Waiting);
    let (left, fate) = swap.accepted(&plan).await;
    assert_eq!((left.len(), fate), (2, Some(Fate::Changed)));
    let still = own(&swap.bench, &swap.speaker, swap.simple).await;
    assert_eq!(still.state, SignUpState::Offered);
    // nor would another repair do so
    let (_, found) = repaired(&swap.bench, &swap.staff, &[swap.simple, swap.spoken]).await;
    assert_eq!((found.assignments.len(), found.replaced.len()), (0, 0));
}
