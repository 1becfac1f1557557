//! Reads everything that is weighed about some shifts and some people.

use std::collections::{BTreeSet, HashMap};

use kernel::{AccountId, Exclusion, ShiftId, Timestamp};
use sea_orm::ConnectionTrait;
use store::StoreError;

use super::App;
use super::sign_ups::{AROUND, lately};
use crate::domain::activity::{Activity, Shift};
use crate::domain::duty::Rotor;
use crate::domain::roster::{Held, Opening, Person, Scene};
use crate::domain::sign_up::SignUp;
use crate::domain::volunteer::Volunteer;
use crate::store::{
    find_team, list_lists, list_many_around, list_many_in, list_missed, load_activities,
};

/// Reads the scene of these shifts and volunteers.
pub(super) async fn read_scene(
    app: &App,
    db: &impl ConnectionTrait,
    (shifts, volunteers): (Vec<Shift>, Vec<Volunteer>),
    now: Timestamp,
) -> Result<Scene, StoreError> {
    let rules = &app.catalogue;
    let mut of: Vec<_> = shifts.iter().map(|shift| shift.activity).collect();
    of.sort_unstable();
    of.dedup();
    let mut activities = load_activities(db, &of).await?;
    activities.sort_by_key(|activity| activity.id);
    let ids: Vec<ShiftId> = shifts.iter().map(|shift| shift.id).collect();
    let mut lists: HashMap<ShiftId, Vec<SignUp>> = HashMap::new();
    for sign_up in list_lists(db, &ids).await? {
        lists.entry(sign_up.shift).or_default().push(sign_up);
    }
    let mut openings = Vec::with_capacity(shifts.len());
    for shift in shifts {
        let place = activities.binary_search_by_key(&shift.activity, |activity| activity.id);
        let Ok(activity) = place else { continue };
        let list = lists.remove(&shift.id).unwrap_or_default();
        openings.push(Opening {
            shift,
            activity,
            list,
        });
    }
    openings.sort_by_key(|opening| (opening.shift.begins_at, opening.shift.id));
    let absences = lately(&rules.sign_up, now);
    let people = read_people(db, volunteers, (&activities, &openings), absences).await?;
    let mut teams = HashMap::new();
    let turns = openings
        .iter()
        .filter_map(|opening| match opening.shift.on_duty {
            Some(Rotor::Team(team)) => Some(team),
            _ => None,
        });
    let closed = activities
        .iter()
        .filter(|activity| activity.terms.team_only);
    let wanted: BTreeSet<_> = closed
        .filter_map(|activity| activity.team)
        .chain(turns)
        .collect();
    for id in wanted {
        if let Some(team) = find_team(db, id).await? {
            let members = team.members.iter().map(|member| member.account);
            teams.insert(id, members.filter(|account| team.has(*account)).collect());
        }
    }
    let mut held = Vec::with_capacity(activities.len());
    for activity in activities {
        let kind = rules.kinds.get(&activity.kind).cloned();
        let kind = kind.ok_or_else(|| StoreError::Corrupt(format!("kind {}", activity.kind)))?;
        held.push(Held { activity, kind });
    }
    Ok(Scene {
        now,
        zone: rules.zone.clone(),
        limits: rules.sign_up,
        rules: rules.plan,
        activities: held,
        openings,
        people,
        teams,
    })
}

async fn read_people(
    db: &impl ConnectionTrait,
    mut volunteers: Vec<Volunteer>,
    (activities, openings): (&[Activity], &[Opening]),
    absences: (Timestamp, Timestamp),
) -> Result<Vec<Person>, StoreError> {
    volunteers.sort_by_key(|volunteer| volunteer.account);
    let accounts: Vec<AccountId> = volunteers
        .iter()
        .map(|volunteer| volunteer.account)
        .collect();
    let (Some(first), Some(last)) = (openings.first(), openings.last()) else {
        return Ok(Vec::new());
    };
    let span = (
        first.shift.begins_at.minus(AROUND),
        last.shift.begins_at.plus(AROUND),
    );
    let mut found = list_many_around(db, &accounts, span).await?;
    // what an activity counts is counted from its beginning
    let counts = activities.iter().filter(|activity| {
        activity.terms.most_shifts.is_some() || activity.terms.cool_down_days > 0
    });
    let counting: Vec<_> = counts.map(|activity| activity.id).collect();
    let mut more = list_many_in(db, &accounts, &counting).await?;
    more.extend(list_missed(db, &accounts, absences).await?);
    let outside = |other: &SignUp| other.begins_at < span.0 || other.begins_at > span.1;
    found.extend(more.into_iter().filter(outside));
    found.sort_by_key(|other| (other.begins_at, other.id));
    found.dedup_by_key(|other| other.id);
    let mut of: HashMap<AccountId, Vec<SignUp>> = HashMap::new();
    for sign_up in found {
        of.entry(sign_up.account).or_default().push(sign_up);
    }
    let nodes = activities
        .iter()
        .flat_map(|activity| activity.org_path.ancestors());
    let places: BTreeSet<_> = nodes.filter_map(|node| node.leaf()).collect();
    let mut keep_out: HashMap<AccountId, Vec<Exclusion>> = HashMap::new();
    for (account, exclusion) in exclusions::list_about(db, BTreeSet::new(), places).await? {
        keep_out.entry(account).or_default().push(exclusion);
    }
    let person = |volunteer: Volunteer| Person {
        others: of.remove(&volunteer.account).unwrap_or_default(),
        exclusions: keep_out
            .remove(&volunteer.account)
            .unwrap_or_default()
            .into_iter()
            .collect(),
        volunteer,
    };
    Ok(volunteers.into_iter().map(person).collect())
}
