//! 在别处记录的服务时长 by volunteer number: every one waits for somebody else to confirm it (S36); who lacks what the kind
//! of service needs, served two things at once, or has a full day, is refused (S35, S39, formula 28).

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use kernel::{AccountId, Line, Named, OrgPath, Timestamp};
use problem::Message;
use tables::sheet::{Cells, SheetRow, count};

use super::ServiceImportKind;
use super::lines::{LineError, day, instant, kind, number, read_rows, time, volunteer_unknown};
use crate::domain::catalogue::Catalogue;
use crate::domain::hours::DAY;
use crate::domain::volunteer::Volunteer;

/// Most minutes of one record: a day.
const MOST_MINUTES: u32 = 1_440;

/// A day is never longer, whatever the clocks of a zone do.
const ABOUT_A_DAY: Duration = Duration::from_hours(26);

/// Service of the volunteer of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HoursRow {
    pub(crate) line: u32,
    pub(crate) number: String,
    title: String,
    kind: String,
    pub(crate) began_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    minutes: u32,
}

/// Service that is known already, and was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) volunteer: AccountId,
    pub(crate) began_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    pub(crate) minutes: u32,
    /// Whether it was an order's task, on which nobody works all the time they have it.
    pub(crate) task: bool,
}

/// Service that is taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedHours {
    pub(crate) line: u32,
    pub(crate) account: AccountId,
    pub(crate) home: OrgPath,
    pub(crate) title: String,
    pub(crate) kind: String,
    pub(crate) began_at: Timestamp,
    pub(crate) ended_at: Timestamp,
}

/// Reads the rows of a file of hours.
pub(crate) fn read_hours(
    rules: &Catalogue,
    rows: &[SheetRow],
    now: Timestamp,
    errors: &mut Vec<LineError>,
) -> Vec<HoursRow> {
    let columns = ServiceImportKind::Hours.columns();
    read_rows(columns, rows, errors, |cells, line| {
        read_served(rules, now, cells, line)
    })
}

fn read_served(
    rules: &Catalogue,
    now: Timestamp,
    cells: &mut Cells<'_>,
    line: u32,
) -> Option<HoursRow> {
    let number = cells.must_be("volunteer_number", number);
    let title = cells.must::<Line<1, 100>>("activity");
    let kind = cells.must_be("kind", |text| kind(text, &rules.kinds));
    let date = cells.must_be("date", day);
    let begin = cells.must_be("begin", time);
    let zone = &rules.zone;
    let span = |minutes: u32| span_of(zone, date?, begin?, minutes);
    let served = cells.must_be("minutes", |text| {
        let minutes = count(text, 1, MOST_MINUTES)?;
        match span(minutes) {
            Some((_, ended_at)) if ended_at > now => Err(Message::fixed(
                "服务尚未结束",
                "the service has not ended yet",
            )),
            found => Ok(found.map(|span| (minutes, span))),
        }
    });
    let (minutes, (began_at, ended_at)) = served.flatten()?;
    Some(HoursRow {
        line,
        number: number?,
        title: title?.into_string(),
        kind: kind?,
        began_at,
        ended_at,
        minutes,
    })
}

fn span_of(
    zone: &TimeZone,
    date: Date,
    begin: Time,
    minutes: u32,
) -> Option<(Timestamp, Timestamp)> {
    let began_at = instant(zone, date, begin)?;
    Some((
        began_at,
        began_at.plus(Duration::from_mins(u64::from(minutes))),
    ))
}

/// Weighs service against what its kind needs and against what the volunteers served already.
pub(crate) fn weigh_hours(
    rows: Vec<HoursRow>,
    people: &BTreeMap<String, Volunteer>,
    known: &[Served],
    rules: &Catalogue,
    errors: &mut Vec<LineError>,
) -> Vec<PlannedHours> {
    let mut served: HashMap<AccountId, Vec<(Served, Option<u32>)>> = HashMap::new();
    for one in known {
        served.entry(one.volunteer).or_default().push((*one, None));
    }
    let mut planned = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(volunteer) = people.get(&row.number) else {
            errors.push(volunteer_unknown(row.line));
            continue;
        };
        let others = served.entry(volunteer.account).or_default();
        let found = errors.len();
        errors.extend(unfit(&row, volunteer, rules));
        errors.extend(collision(&row, others));
        errors.extend(full_day(&row, others, &rules.zone));
        let one = Served {
            volunteer: volunteer.account,
            began_at: row.began_at,
            ended_at: row.ended_at,
            minutes: row.minutes,
            task: false,
        };
        others.push((one, Some(row.line)));
        if errors.len() == found {
            planned.push(PlannedHours {
                line: row.line,
                account: volunteer.account,
                home: volunteer.home.clone(),
                title: row.title,
                kind: row.kind,
                began_at: row.began_at,
                ended_at: row.ended_at,
            });
        }
    }
    planned
}

/// Says what the volunteer lacked on the days of the service.
fn unfit(row: &HoursRow, volunteer: &Volunteer, rules: &Catalogue) -> Option<LineError> {
    let kind = rules.kinds.get(&row.kind)?;
    let zone = &rules.zone;
    let days = (row.began_at.date_in(zone), row.ended_at.date_in(zone));
    let lacks: Vec<&str> = volunteer
        .lacks(kind.needs(&kind.skills), days)
        .into_iter()
        .map(Named::name)
        .collect();
    if lacks.is_empty() {
        return None;
    }
    let lacks = lacks.join(", ");
    let why = Message::new(
        format!("服务当日不具备该类服务的条件：{lacks}"),
        format!("on that day the volunteer lacked: {lacks}"),
    );
    Some(LineError::at(row.line, "kind", "not_qualified", &why))
}

fn collision(row: &HoursRow, others: &[(Served, Option<u32>)]) -> Option<LineError> {
    let meets = |other: &Served| {
        !other.task && other.began_at < row.ended_at && row.began_at < other.ended_at
    };
    let (_, line) = others.iter().find(|(other, _)| meets(other))?;
    let why = match line {
        Some(line) => Message::new(
            format!("与第 {line} 行的服务时间重叠"),
            format!("overlaps line {line}"),
        ),
        None => Message::fixed(
            "与已有的服务记录时间重叠",
            "overlaps a record that is there already",
        ),
    };
    Some(LineError::at(row.line, "begin", "overlap", &why))
}

fn full_day(
    row: &HoursRow,
    others: &[(Served, Option<u32>)],
    zone: &TimeZone,
) -> Option<LineError> {
    let date = row.began_at.date_in(zone);
    // the calendar is asked of what began about then only: a file may have thousands of one volunteer
    let near = |other: &Served| {
        other.began_at < row.began_at.plus(ABOUT_A_DAY)
            && row.began_at < other.began_at.plus(ABOUT_A_DAY)
    };
    let of_day = others
        .iter()
        .filter(|(other, _)| near(other) && other.began_at.date_in(zone) == date);
    let sum: u64 = of_day.map(|(other, _)| u64::from(other.minutes)).sum();
    if sum.saturating_add(u64::from(row.minutes)) <= DAY {
        return None;
    }
    let why = Message::fixed(
        "当日时长合计超过 24 小时",
        "the day has more than 24 hours with it",
    );
    Some(LineError::at(row.line, "minutes", "day_full", &why))
}
