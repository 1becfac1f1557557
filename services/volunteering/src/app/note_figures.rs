//! What each step changes in the sums of its place.

use std::collections::HashMap;

use kernel::{AccountId, Named, OrgPath, SignUpId};
use store::{StoreError, Tx, Writes};

use super::App;
use super::export_rows::span_of;
use crate::domain::hours::ServiceHours;
use crate::domain::sign_up::{SignUp, SignUpState};
use crate::domain::statistics::{Change, Measure, STANDING, Standing, day_number};
use crate::domain::volunteer::Volunteer;
use crate::store::{
    find_standing, find_volunteer_of, list_states, note_changes, save_standing, sum_counted,
};

fn change(place: &OrgPath, day: i64, measure: Measure, (kind, amount): (&str, i64)) -> Change {
    Change {
        place: place.clone(),
        day,
        measure,
        kind: kind.to_owned(),
        amount,
    }
}

/// A record was judged: its minutes count now, or no longer, or others do. Its last version is written already.
pub(super) async fn note_hours(
    app: &App,
    tx: &Tx,
    (before, after): (&ServiceHours, &ServiceHours),
) -> Result<(), StoreError> {
    let day = day_number(after.began_at.date_in(&app.catalogue.zone));
    let counted = |hours: &ServiceHours| {
        if hours.state.counts() {
            hours.minutes
        } else {
            0
        }
    };
    let points = |hours: &ServiceHours| {
        let points = app.catalogue.points_for(&hours.kind, counted(hours));
        i64::try_from(points).unwrap_or(i64::MAX)
    };
    let more = i64::from(counted(after)) - i64::from(counted(before));
    let times = i64::from(after.state.counts()) - i64::from(before.state.counts());
    let of = |measure, amount| change(&after.org_path, day, measure, (&after.kind, amount));
    let mut changes = vec![
        of(Measure::Minutes, more),
        of(Measure::Times, times),
        of(Measure::Points, points(after) - points(before)),
    ];
    let mut writes = Writes::default();
    if let Some((volunteer, now)) = standing_of(app, tx, after.volunteer).await? {
        let known = find_standing(tx, volunteer).await?;
        if known.as_ref() != Some(&now) {
            changes.extend(known.iter().flat_map(|known| known.changes(-1)));
            changes.extend(now.changes(1));
            save_standing(&mut writes, volunteer, &now);
        }
    }
    note_changes(&mut writes, app.ids.as_ref(), changes);
    writes.run(tx).await
}

/// Where a volunteer stands by what is confirmed of them.
async fn standing_of(
    app: &App,
    tx: &Tx,
    account: AccountId,
) -> Result<Option<(AccountId, Standing)>, StoreError> {
    let Some(volunteer) = find_volunteer_of(tx, account).await? else {
        return Ok(None);
    };
    let zone = &app.catalogue.zone;
    let (mut last_day, mut minutes) = (None, 0);
    for counted in sum_counted(tx, account, span_of(zone, None, None)).await? {
        last_day = last_day.max(Some(day_number(counted.last.date_in(zone))));
        minutes += counted.total();
    }
    let standing = Standing {
        home: volunteer.home,
        last_day,
        stars: app.catalogue.stars_of(minutes),
        minutes,
    };
    Ok(Some((account, standing)))
}

/// A volunteer came, went on to another state, or to another home.
pub(crate) async fn note_volunteer(
    app: &App,
    tx: &Tx,
    (before, after): (Option<&Volunteer>, &Volunteer),
) -> Result<(), StoreError> {
    let of = |volunteer: &Volunteer, amount| {
        let kind = (volunteer.state.name(), amount);
        change(&volunteer.home, STANDING, Measure::Volunteers, kind)
    };
    let mut changes = vec![of(after, 1)];
    let mut writes = Writes::default();
    if let Some(before) = before {
        changes.push(of(before, -1));
        if before.home != after.home
            && let Some(known) = find_standing(tx, after.account).await?
        {
            let now = Standing {
                home: after.home.clone(),
                ..known.clone()
            };
            changes.extend(known.changes(-1));
            changes.extend(now.changes(1));
            save_standing(&mut writes, after.account, &now);
        }
    }
    note_changes(&mut writes, app.ids.as_ref(), changes);
    writes.run(tx).await
}

/// Says whether somebody was accepted, and whether they came.
fn attendance(state: Option<SignUpState>) -> (i64, i64) {
    match state {
        Some(SignUpState::CheckedIn | SignUpState::Attended) => (1, 1),
        Some(SignUpState::Confirmed | SignUpState::Absent | SignUpState::Appealed) => (1, 0),
        _ => (0, 0),
    }
}

/// What sign-ups of a place change, before they are saved.
pub(super) async fn note_sign_ups<'list>(
    app: &App,
    tx: &Tx,
    place: &OrgPath,
    list: impl IntoIterator<Item = &'list SignUp>,
) -> Result<(), StoreError> {
    let list: Vec<&SignUp> = list.into_iter().collect();
    let ids: Vec<SignUpId> = list.iter().map(|sign_up| sign_up.id).collect();
    let before: HashMap<SignUpId, SignUpState> = list_states(tx, &ids).await?;
    let mut changes = Vec::new();
    for sign_up in list {
        let (accepted, arrived) = attendance(before.get(&sign_up.id).copied());
        let now = attendance(Some(sign_up.state));
        let day = day_number(sign_up.begins_at.date_in(&app.catalogue.zone));
        for (measure, amount) in [
            (Measure::Accepted, now.0 - accepted),
            (Measure::Arrived, now.1 - arrived),
        ] {
            changes.push(change(place, day, measure, ("", amount)));
        }
    }
    let mut writes = Writes::default();
    note_changes(&mut writes, app.ids.as_ref(), changes);
    writes.run(tx).await
}

/// A task ended, with or without somebody who had it.
pub(super) fn note_task(
    app: &App,
    writes: &mut Writes,
    place: &OrgPath,
    (day, taken): (i64, bool),
) {
    let of = |measure, amount| change(place, day, measure, ("", amount));
    let changes = vec![
        of(Measure::TasksEnded, 1),
        of(Measure::TasksTaken, i64::from(taken)),
    ];
    note_changes(writes, app.ids.as_ref(), changes);
}
