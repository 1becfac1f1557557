use std::collections::HashMap;
use std::time::Duration;

use auth::Ctx;
use kernel::{AccountId, CursorError, OrgPath, TeamId, Timestamp, VolunteerId};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use store::StoreError;

use super::App;
use super::page::{PageWanted, Paged};
use super::volunteer_error::out_of_scope;
use crate::domain::fairness::{Figures, Ledger, MOST_DAYS, MOST_PEOPLE};
use crate::domain::invitation::InvitationState;
use crate::domain::runner::runs;
use crate::domain::sign_up::SignUpState;
use crate::store::{
    PlaceList, count_invitations, count_sign_ups, find_reported, list_in, list_members, list_steps,
    load_volunteers, sum_minutes,
};

/// Names of the lists in their cursors.
const PEOPLE: &str = "fairness-people";
const TEAMS: &str = "fairness-teams";

/// Whose figures are looked at, and of when.
#[derive(Debug, Clone)]
pub(crate) struct ShowFairness {
    pub(crate) place: OrgPath,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// By team instead of by person.
    pub(crate) by_team: bool,
}

/// Why figures aren't shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FairnessError {
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the span makes no sense")]
    Span,
    #[error("too many volunteers to be compared")]
    TooLarge,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for FairnessError {
    fn fact(&self) -> Fact {
        match self {
            Self::OutOfScope => out_of_scope(),
            Self::Span => Fact::new(
                Kind::Invalid,
                "invalid-period",
                format!("截止须晚于起始，且不超过 {MOST_DAYS} 天"),
                format!("the period must end after it begins, within {MOST_DAYS} days"),
            )
            .at("/until"),
            Self::TooLarge => Fact::new(
                Kind::Invalid,
                "place-too-large",
                format!("该组织的志愿者超过 {MOST_PEOPLE} 名，请选择下级组织"),
                format!("the place has more than {MOST_PEOPLE} volunteers; choose one below it"),
            )
            .at("/org_path"),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// One line: a person or a team, with the members that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Person(AccountId),
    Team(TeamId, u64),
}

/// The figures of a place.
#[derive(Debug, Clone)]
pub(crate) struct Fairness {
    pub(crate) people: usize,
    pub(crate) all: Figures,
    /// Of these, members of the party who reported in at a community (双报到), and what they did.
    pub(crate) reported: (usize, Figures),
    pub(crate) gini_turns: u64,
    pub(crate) gini_minutes: u64,
    pub(crate) lines: Paged<(Whose, Figures)>,
}

/// Shows how load and chances are spread at a place, to those who run it.
pub(crate) async fn show_fairness(
    app: &App,
    ctx: &Ctx,
    command: &ShowFairness,
    wanted: &PageWanted,
) -> Result<Fairness, FairnessError> {
    let place = &command.place;
    if !runs(&ctx.principal, place) {
        return Err(FairnessError::OutOfScope);
    }
    let length = command.until.duration_since(command.from);
    if command.until <= command.from || length > Duration::from_hours(24 * MOST_DAYS) {
        return Err(FairnessError::Span);
    }
    let db = app.db.reader();
    let people = people_of(db, place).await?;
    let ledger = Ledger {
        people: add_up(db, &people, (command.from, command.until), ctx.now).await?,
    };
    let known = find_reported(db, &people).await?;
    let mut reported = Figures::default();
    for account in &known {
        reported.add(figures_of(&ledger, *account));
    }
    let reported = (known.len(), reported);
    let lines = if command.by_team {
        teams(db, &ledger, place, wanted).await?
    } else {
        let after: Option<AccountId> = wanted.after(PEOPLE)?;
        let mut sorted = people;
        sorted.sort_unstable();
        let behind = sorted
            .into_iter()
            .filter(|account| after.is_none_or(|after| *account > after));
        let found: Vec<AccountId> = behind.take(wanted.limit.saturating_add(1)).collect();
        let (page, next) = wanted.cut(PEOPLE, found, |account| *account);
        let line = |account| (Whose::Person(account), figures_of(&ledger, account));
        (page.into_iter().map(line).collect(), next)
    };
    Ok(Fairness {
        people: ledger.people.len(),
        all: ledger.all(),
        reported,
        gini_turns: ledger.gini_permille(|figures| figures.turns),
        gini_minutes: ledger.gini_permille(|figures| figures.minutes),
        lines,
    })
}

fn figures_of(ledger: &Ledger, account: AccountId) -> Figures {
    ledger.people.get(&account).copied().unwrap_or_default()
}

/// Lists the certified volunteers of a place.
async fn people_of(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<Vec<AccountId>, FairnessError> {
    let most = u64::try_from(MOST_PEOPLE).unwrap_or(u64::MAX) + 1;
    let ids: Vec<VolunteerId> = list_in(db, PlaceList::Certified, place, None, most).await?;
    if ids.len() > MOST_PEOPLE {
        return Err(FairnessError::TooLarge);
    }
    let mut accounts = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(store::CHUNK) {
        let found = load_volunteers(db, chunk).await?;
        accounts.extend(found.into_iter().map(|one| one.account));
    }
    Ok(accounts)
}

async fn add_up(
    db: &impl ConnectionTrait,
    people: &[AccountId],
    span: (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<HashMap<AccountId, Figures>, StoreError> {
    let none = people.iter().map(|account| (*account, Figures::default()));
    let mut ledger: HashMap<AccountId, Figures> = none.collect();
    for (account, minutes) in sum_minutes(db, people, span).await? {
        ledger.entry(account).or_default().minutes += minutes;
    }
    for (account, state, count) in count_sign_ups(db, people, span).await? {
        let figures = ledger.entry(account).or_default();
        figures.add(of_sign_ups(state, u64::from(count)));
    }
    for step in list_steps(db, people, span).await? {
        let figures = ledger.entry(step.account).or_default();
        let count = u64::from(step.claimed);
        figures.add(Figures {
            turns: count,
            offered: count,
            taken: count,
            declined: 1 - count,
            ..Figures::default()
        });
    }
    for (account, state, count) in count_invitations(db, people, span, now).await? {
        let no = matches!(state, InvitationState::Refused | InvitationState::Lapsed);
        // what was accepted is a claim, and counted there
        let figures = ledger.entry(account).or_default();
        figures.add(Figures {
            offered: if no { u64::from(count) } else { 0 },
            declined: if no { u64::from(count) } else { 0 },
            ..Figures::default()
        });
    }
    Ok(ledger)
}

/// What so many sign-ups in a state count as.
fn of_sign_ups(state: SignUpState, count: u64) -> Figures {
    use SignUpState as State;
    let (given, said_no, open) = match state {
        State::Confirmed
        | State::CheckedIn
        | State::Attended
        | State::Absent
        | State::Appealed
        | State::Excused => (count, 0, 0),
        State::Declined | State::Lapsed | State::Withdrawn => (0, count, 0),
        State::Offered => (0, 0, count),
        // nobody was asked
        State::Applied | State::Waiting | State::Refused | State::Cancelled => (0, 0, 0),
    };
    Figures {
        turns: given,
        offered: given + said_no + open,
        taken: given,
        declined: said_no,
        ..Figures::default()
    }
}

/// Adds the figures up by team: those of the members who are volunteers of the place.
async fn teams(
    db: &impl ConnectionTrait,
    ledger: &Ledger,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<(Whose, Figures)>, FairnessError> {
    let list = (TEAMS, PlaceList::Teams);
    let (ids, next) = wanted
        .ids_at::<TeamId, FairnessError>(db, list, place)
        .await?;
    let mut of: HashMap<TeamId, (u64, Figures)> = HashMap::new();
    for (team, account) in list_members(db, &ids).await? {
        let Some(figures) = ledger.people.get(&account) else {
            continue;
        };
        let sum = of.entry(team).or_default();
        sum.0 += 1;
        sum.1.add(*figures);
    }
    let line = |team: TeamId| {
        let (members, figures) = of.get(&team).copied().unwrap_or_default();
        (Whose::Team(team, members), figures)
    };
    Ok((ids.into_iter().map(line).collect(), next))
}
