//! Rows of exports: one page of a place, and where the next one begins.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{AccountId, ActivityId, Named, OrgPath, Timestamp};
use store::StoreError;

use super::App;
use super::export_groups::{activities, teams};
use super::export_papers::{certificates, entries, ratings};
use crate::domain::activity::Activity;
use crate::domain::export_job::{Behind, ServiceExport, WantedExport};
use crate::domain::exports::{ExportSource, ExportTable};
use crate::domain::hours::{ServedIn, ServiceHours};
use crate::domain::record_entry::RecordEntryKind;
use crate::domain::sign_up::SignUp;
use crate::domain::volunteer::Volunteer;
use crate::store::{
    PlaceList, list_hours_at, list_in, list_numbers, list_of_activity, list_standings,
    load_activities, load_volunteers,
};

/// Rows of a page.
pub(super) const PAGE: u64 = 200;
/// Later than anything: the year 9999, in microseconds.
const LAST: i64 = 253_402_207_200_000_000;
/// Activities that a page looks at, most of which have few sign-ups.
const ACTIVITIES: u64 = 10;
/// Lists that hold all volunteers, and all activities.
const VOLUNTEERS: [PlaceList; 3] = [
    PlaceList::Certified,
    PlaceList::Registered,
    PlaceList::Suspended,
];
pub(super) const ALL_ACTIVITIES: [PlaceList; 2] =
    [PlaceList::Activities, PlaceList::DraftActivities];

/// A page: its rows, and where the next one begins.
pub(super) type ExportPage = (Vec<Vec<String>>, Option<Behind>);

/// Reads the next page of an export.
pub(super) async fn next_page(
    app: &App,
    export: &ServiceExport,
    table: &ExportTable,
) -> Result<ExportPage, StoreError> {
    match table.source {
        ExportSource::Volunteers => volunteers(app, export, table).await,
        ExportSource::Hours => hours(app, export, table).await,
        ExportSource::SignUps => sign_ups(app, export, table).await,
        ExportSource::Training => entries(app, export, (table, RecordEntryKind::Training)).await,
        ExportSource::Awards => entries(app, export, (table, RecordEntryKind::Award)).await,
        ExportSource::Ratings => ratings(app, export, table).await,
        ExportSource::Certificates => certificates(app, export, table).await,
        ExportSource::Teams => teams(app, export, table).await,
        ExportSource::Activities => activities(app, export, table).await,
    }
}

/// The instants between which the days of a period lie.
pub(super) fn span_of(
    zone: &TimeZone,
    from: Option<Date>,
    to: Option<Date>,
) -> (Timestamp, Timestamp) {
    let begin = |day: Option<Date>| {
        let begin = day.and_then(|day| day.to_zoned(zone.clone()).ok());
        begin.and_then(|at| Timestamp::from_micros(at.timestamp().as_microsecond()).ok())
    };
    let next = to.and_then(|day| day.tomorrow().ok());
    let last = Timestamp::from_micros(LAST).unwrap_or(Timestamp::UNIX_EPOCH);
    (
        begin(from).unwrap_or(Timestamp::UNIX_EPOCH),
        begin(next).unwrap_or(last),
    )
}

pub(super) fn cells(table: &ExportTable, cell: impl Fn(&str) -> String) -> Vec<String> {
    let columns = table.columns.iter();
    columns.map(|column| cell(&column.field)).collect()
}

pub(super) fn leaf(place: &OrgPath) -> String {
    place
        .leaf()
        .map(|code| code.to_string())
        .unwrap_or_default()
}

/// Hours with two decimals, cut: never more than was served.
pub(super) fn decimal_hours(minutes: i64) -> String {
    format!("{}.{:02}", minutes / 60, minutes % 60 * 100 / 60)
}

/// Where a page of a list goes on: behind its last item, or with the next list.
pub(super) fn behind_list(behind: &Behind, lists: usize, full: bool, at: Behind) -> Option<Behind> {
    if full {
        return Some(at);
    }
    let list = behind.list + 1;
    (list < lists).then(|| Behind {
        list,
        ..Behind::default()
    })
}

async fn volunteers(
    app: &App,
    export: &ServiceExport,
    table: &ExportTable,
) -> Result<ExportPage, StoreError> {
    let (db, behind) = (app.db.reader(), &export.behind);
    let Some(list) = VOLUNTEERS.get(behind.list) else {
        return Ok((Vec::new(), None));
    };
    let ids = list_in(db, *list, &export.wanted.place, behind.volunteer, PAGE).await?;
    let people = load_volunteers(db, &ids).await?;
    let accounts: Vec<AccountId> = people.iter().map(|person| person.account).collect();
    let standings = list_standings(db, &accounts).await?;
    let zone = &app.catalogue.zone;
    let row = |person: &Volunteer| {
        let (minutes, stars) = standings.get(&person.account).copied().unwrap_or_default();
        cells(table, |field| match field {
            "number" => person.number.clone(),
            "home" => leaf(&person.home),
            "state" => person.state.name().to_owned(),
            "registered_on" => person.created_at.date_in(zone).to_string(),
            "stars" => stars.to_string(),
            "hours" => decimal_hours(minutes),
            "minutes" => minutes.to_string(),
            _ => String::new(),
        })
    };
    let at = Behind {
        list: behind.list,
        volunteer: ids.last().copied(),
        ..Behind::default()
    };
    let full = u64::try_from(ids.len()) == Ok(PAGE);
    let next = behind_list(behind, VOLUNTEERS.len(), full, at);
    Ok((people.iter().map(row).collect(), next))
}

async fn titles(
    app: &App,
    ids: impl Iterator<Item = ActivityId>,
) -> Result<BTreeMap<ActivityId, Activity>, StoreError> {
    let ids: Vec<ActivityId> = ids.collect();
    let found = load_activities(app.db.reader(), &ids).await?;
    let of = |activity: Activity| (activity.id, activity);
    Ok(found.into_iter().map(of).collect())
}

pub(super) fn kind_title(app: &App, kind: &str, wanted: &WantedExport) -> String {
    let title = app.catalogue.kinds.get(kind).map(|kind| &kind.title);
    title
        .map(|title| if wanted.english { &title.en } else { &title.zh })
        .cloned()
        .unwrap_or_default()
}

async fn hours(
    app: &App,
    export: &ServiceExport,
    table: &ExportTable,
) -> Result<ExportPage, StoreError> {
    let (db, wanted) = (app.db.reader(), &export.wanted);
    let days = span_of(&app.catalogue.zone, wanted.from, wanted.to);
    let after = export.behind.hours.as_ref();
    let found = list_hours_at(db, &wanted.place, days, after, PAGE).await?;
    let accounts: Vec<AccountId> = found.iter().map(|hours| hours.volunteer).collect();
    let numbers = list_numbers(db, &accounts).await?;
    let of = |hours: &ServiceHours| match hours.served_in {
        ServedIn::Shift { activity, .. } => Some(activity),
        ServedIn::Task(_) | ServedIn::Elsewhere(_) => None,
    };
    let activities = titles(app, found.iter().filter_map(of)).await?;
    let row = |hours: &ServiceHours| {
        let activity = of(hours).and_then(|id| activities.get(&id));
        cells(table, |field| match field {
            "record" => hours.id.to_string(),
            "number" => numbers.get(&hours.volunteer).cloned().unwrap_or_default(),
            "place" => leaf(&hours.org_path),
            "title" => activity
                .map(|of| of.title.clone())
                .or_else(|| hours.title.clone())
                .unwrap_or_default(),
            "kind" => hours.kind.clone(),
            "kind_title" => kind_title(app, &hours.kind, wanted),
            "began_at" => hours.began_at.to_string(),
            "ended_at" => hours.ended_at.to_string(),
            "minutes" => hours.minutes.to_string(),
            "hours" => decimal_hours(i64::from(hours.minutes)),
            "state" => hours.state.name().to_owned(),
            _ => String::new(),
        })
    };
    let full = u64::try_from(found.len()) == Ok(PAGE);
    let last = found.last().filter(|_| full);
    let next = last.map(|last| Behind {
        hours: Some((last.org_path.clone(), last.id)),
        ..Behind::default()
    });
    Ok((found.iter().map(row).collect(), next))
}

async fn sign_ups(
    app: &App,
    export: &ServiceExport,
    table: &ExportTable,
) -> Result<ExportPage, StoreError> {
    let (db, wanted, behind) = (app.db.reader(), &export.wanted, &export.behind);
    let Some(list) = ALL_ACTIVITIES.get(behind.list) else {
        return Ok((Vec::new(), None));
    };
    // first the one in the middle of which the page before ended
    let (begun, mut after) = match behind.sign_up {
        Some((activity, account, id)) => (Some(activity), Some((account, id))),
        None => (None, None),
    };
    let past = begun.or(behind.activity);
    let others = list_in(db, *list, &wanted.place, past, ACTIVITIES).await?;
    let full = u64::try_from(others.len()) == Ok(ACTIVITIES);
    let ids: Vec<ActivityId> = begun.into_iter().chain(others).collect();
    let days = span_of(&app.catalogue.zone, wanted.from, wanted.to);
    let mut found: Vec<SignUp> = Vec::new();
    let mut at = None;
    for id in &ids {
        let left = PAGE.saturating_sub(u64::try_from(found.len()).unwrap_or(PAGE));
        let some = list_of_activity(db, *id, days, after.take(), left).await?;
        let whole = u64::try_from(some.len()).is_ok_and(|rows| rows < left);
        found.extend(some);
        if !whole {
            let end = found.last().filter(|end| end.activity == *id);
            at = end.map(|end| (*id, end.account, end.id));
            break;
        }
    }
    let accounts: Vec<AccountId> = found.iter().map(|sign_up| sign_up.account).collect();
    let numbers = list_numbers(db, &accounts).await?;
    let activities = titles(app, ids.iter().copied()).await?;
    let row = |sign_up: &SignUp| {
        let activity = activities.get(&sign_up.activity);
        let of = |part: fn(&Activity) -> String| activity.map(part).unwrap_or_default();
        let number = numbers.get(&sign_up.account);
        cells(table, |field| match field {
            "sign_up" => sign_up.id.to_string(),
            "number" => number.cloned().unwrap_or_default(),
            "place" => of(|activity| leaf(&activity.org_path)),
            "title" => of(|activity| activity.title.clone()),
            "kind" => of(|activity| activity.kind.clone()),
            "kind_title" => kind_title(app, &of(|activity| activity.kind.clone()), wanted),
            "begins_at" => sign_up.begins_at.to_string(),
            "ends_at" => sign_up.ends_at.to_string(),
            "state" => sign_up.state.name().to_owned(),
            _ => String::new(),
        })
    };
    let within = at.is_some();
    let at = Behind {
        list: behind.list,
        activity: ids.last().copied().filter(|_| !within),
        sign_up: at,
        ..Behind::default()
    };
    let next = behind_list(behind, ALL_ACTIVITIES.len(), within || full, at);
    Ok((found.iter().map(row).collect(), next))
}
