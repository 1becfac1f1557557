//! 活动和班次: each line is a shift, or a position of one; lines of one title are one activity, which stays a draft until
//! the organisation publishes it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use kernel::{Line, OrgPath, Text, Timestamp};
use problem::Message;
use tables::sheet::{Cells, SheetRow, count};

use super::ServiceImportKind;
use super::lines::{LineError, day, instant, kind, one_of, read_rows, skill, time};
use crate::domain::activity::{Admission, HORIZON, Position};
use crate::domain::catalogue::{Catalogue, Risk};

/// Most people for one position.
const MOST_PEOPLE: u32 = 1_000;
/// Most positions of a shift, and shifts of an activity.
const MOST_POSITIONS: usize = 50;
const MOST_SHIFTS: usize = 1_000;

/// A line: a shift with one position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ActivityRow {
    pub(crate) line: u32,
    /// None where it is the place of the import.
    pub(crate) org_path: Option<OrgPath>,
    title: String,
    kind: String,
    risks: Option<String>,
    admission: Option<Admission>,
    begins_at: Timestamp,
    ends_at: Timestamp,
    needed: u32,
    skill: Option<String>,
}

/// A shift that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedShift {
    pub(crate) ends_at: Timestamp,
    pub(crate) positions: Vec<Position>,
}

/// An activity that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedActivity {
    /// The line that names it first.
    pub(crate) line: u32,
    pub(crate) org_path: OrgPath,
    pub(crate) title: String,
    pub(crate) kind: String,
    pub(crate) risks: Option<String>,
    pub(crate) admission: Admission,
    /// By beginning.
    pub(crate) shifts: BTreeMap<Timestamp, PlannedShift>,
}

fn title_of(admission: Admission) -> &'static str {
    match admission {
        Admission::Open => "先到先得",
        Admission::Review => "审核录用",
    }
}

/// Reads the rows of a file of activities.
pub(crate) fn read_activities(
    rules: &Catalogue,
    rows: &[SheetRow],
    now: Timestamp,
    errors: &mut Vec<LineError>,
) -> Vec<ActivityRow> {
    let columns = ServiceImportKind::Activities.columns();
    read_rows(columns, rows, errors, |cells, line| {
        read_activity(rules, now, cells, line)
    })
}

fn read_activity(
    rules: &Catalogue,
    now: Timestamp,
    cells: &mut Cells<'_>,
    line: u32,
) -> Option<ActivityRow> {
    let title = cells.must::<Line<1, 100>>("title");
    let kind = cells.must_be("kind", |text| kind(text, &rules.kinds));
    let org_path = cells.may::<OrgPath>("org_path");
    let risks = cells.may::<Text<1, 1000>>("risks").map(Text::into_string);
    let admission = cells.may_be("admission", |text| one_of(text, title_of));
    let date = cells.must_be("date", day);
    let begin = cells.must_be("begin", time);
    let span = cells.must_be("end", |text| {
        let end = time(text)?;
        let (Some(date), Some(begin)) = (date, begin) else {
            return Ok(None);
        };
        span_of(&rules.zone, date, (begin, end), now).map(Some)
    });
    let needed = cells.must_be("needed", |text| count(text, 1, MOST_PEOPLE));
    let skill = cells.may_be("skill", |text| skill(text, &rules.skills));
    let (begins_at, ends_at) = span.flatten()?;
    Some(ActivityRow {
        line,
        org_path,
        title: title?.into_string(),
        kind: kind?,
        risks,
        admission,
        begins_at,
        ends_at,
        needed: needed?,
        skill,
    })
}

fn span_of(
    zone: &TimeZone,
    date: Date,
    (begin, end): (Time, Time),
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Message> {
    let last = if end <= begin {
        date.saturating_add(1.day())
    } else {
        date
    };
    let span = instant(zone, date, begin).zip(instant(zone, last, end));
    span.filter(|(begins_at, _)| *begins_at > now && *begins_at <= now.plus(HORIZON))
        .ok_or_else(|| Message::fixed("班次须在今后一年内", "a shift lies within the next year"))
}

/// Puts the lines together; `open` says whether the caller may make an activity at a place.
pub(crate) fn weigh_activities(
    rows: Vec<ActivityRow>,
    place: &OrgPath,
    open: impl Fn(&OrgPath) -> bool,
    rules: &Catalogue,
    errors: &mut Vec<LineError>,
) -> Vec<PlannedActivity> {
    let mut planned: BTreeMap<(OrgPath, String), PlannedActivity> = BTreeMap::new();
    for row in rows {
        let org_path = row.org_path.clone().unwrap_or_else(|| place.clone());
        if !place.contains(&org_path) || !open(&org_path) {
            let why = Message::fixed("不在本次导入的范围内", "outside the scope of the import");
            errors.push(LineError::at(row.line, "org_path", "out_of_scope", &why));
            continue;
        }
        let plan = match planned.entry((org_path.clone(), row.title.clone())) {
            Entry::Vacant(place) => place.insert(PlannedActivity {
                line: row.line,
                org_path,
                title: row.title.clone(),
                kind: row.kind.clone(),
                risks: row.risks.clone(),
                admission: row.admission.unwrap_or(Admission::Open),
                shifts: BTreeMap::new(),
            }),
            Entry::Occupied(known) => {
                errors.extend(differs(&row, known.get()));
                known.into_mut()
            }
        };
        let kind = rules.kinds.get(&row.kind);
        let dangerous = kind.is_some_and(|kind| kind.risk != Risk::Ordinary);
        if dangerous && plan.risks.is_none() {
            let why = Message::fixed(
                "较高风险的服务须如实告知风险",
                "the risks of such service must be told",
            );
            errors.push(LineError::at(row.line, "risks", "risks_untold", &why));
        }
        errors.extend(add(plan, &row));
    }
    planned.into_values().collect()
}

/// Later lines of an activity say the same of it as the first one, or nothing.
fn differs(row: &ActivityRow, plan: &PlannedActivity) -> Option<LineError> {
    let column = if row.kind != plan.kind {
        "kind"
    } else if row.risks.is_some() && row.risks != plan.risks {
        "risks"
    } else if row.admission.is_some_and(|way| way != plan.admission) {
        "admission"
    } else {
        return None;
    };
    let first = plan.line;
    let why = Message::new(
        format!("与同一活动的第 {first} 行不一致"),
        format!("differs from line {first} of the same activity"),
    );
    Some(LineError::at(row.line, column, "differs", &why))
}

/// Adds a line's shift, or its position where the shift is there.
fn add(plan: &mut PlannedActivity, row: &ActivityRow) -> Option<LineError> {
    let wrong = |column: &str, code: &'static str, why: Message| {
        Some(LineError::at(row.line, column, code, &why))
    };
    let many = plan.shifts.len() >= MOST_SHIFTS;
    let shift = match plan.shifts.entry(row.begins_at) {
        Entry::Vacant(_) if many => {
            let why = Message::fixed("一个活动的班次过多", "too many shifts of one activity");
            return wrong("begin", "too_many_shifts", why);
        }
        Entry::Vacant(place) => place.insert(PlannedShift {
            ends_at: row.ends_at,
            positions: Vec::new(),
        }),
        Entry::Occupied(known) => known.into_mut(),
    };
    if shift.ends_at != row.ends_at {
        let why = Message::fixed(
            "同一开始时间的班次结束时间不一致",
            "a shift that begins then ends at another time",
        );
        return wrong("end", "differs", why);
    }
    let twice = shift
        .positions
        .iter()
        .any(|position| position.skill == row.skill);
    if twice {
        let why = Message::fixed("班次岗位重复", "the position of the shift is there already");
        return wrong("skill", "repeated", why);
    }
    let number = u32::try_from(shift.positions.len()).unwrap_or(u32::MAX);
    if shift.positions.len() >= MOST_POSITIONS {
        let why = Message::fixed("班次岗位过多", "too many positions of one shift");
        return wrong("skill", "too_many_positions", why);
    }
    shift.positions.push(Position {
        number: number.saturating_add(1),
        skill: row.skill.clone(),
        language: None,
        needed: row.needed,
    });
    None
}
