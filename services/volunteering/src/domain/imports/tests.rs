#![expect(clippy::unwrap_used, reason = "tests may")]

use std::collections::BTreeMap;

use kernel::{IdSourceExt, OrgPath, SystemIds, Timestamp, Version};
use tables::sheet::{SheetRow, read};

use super::{
    LineError, MOST_ROWS, PlannedActivity, Served, ServiceImportKind, read_activities, read_hours,
    read_proofs, weigh_activities, weigh_hours, weigh_proofs,
};
use crate::domain::catalogue::Catalogue;
use crate::domain::volunteer::{Preferences, ProofState, Volunteer, VolunteerState};

const ANNA: &str = "42010500000001";
const PLACE: &str = "/420105000000/420105011000/420105011010/";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-22T01:00:00Z")
}

fn rules() -> Catalogue {
    Catalogue::built_in().unwrap()
}

fn people() -> BTreeMap<String, Volunteer> {
    let ids = SystemIds::new();
    let anna = Volunteer {
        id: ids.next(),
        account: ids.next(),
        number: ANNA.to_owned(),
        home: PLACE.parse().unwrap(),
        state: VolunteerState::Certified,
        preferences: Preferences::default(),
        minor_until: None,
        proofs: Vec::new(),
        version: Version::FIRST,
        created_at: now(),
        updated_at: now(),
    };
    BTreeMap::from([(ANNA.to_owned(), anna)])
}

fn rows(kind: ServiceImportKind, header: &str, lines: &[&str]) -> Vec<SheetRow> {
    let text = format!("{header}\n{}\n", lines.join("\n"));
    read(kind.columns(), MOST_ROWS, text.as_bytes()).unwrap()
}

fn told(errors: &[LineError]) -> Vec<(u32, &str, &str)> {
    errors
        .iter()
        .map(|wrong| {
            let column = wrong.error.column.as_deref().unwrap_or_default();
            (wrong.line, column, wrong.error.code.as_ref())
        })
        .collect()
}

const HOURS: &str = "志愿者编号,活动名称,服务类别,日期,开始时间,时长（分钟）";

fn hours(known: &[Served], lines: &[&str]) -> (usize, Vec<(u32, String, String)>) {
    let (rules, people) = (rules(), people());
    let mut errors = Vec::new();
    let rows = rows(ServiceImportKind::Hours, HOURS, lines);
    let read = read_hours(&rules, &rows, now(), &mut errors);
    let known: Vec<Served> = known
        .iter()
        .map(|one| Served {
            volunteer: people.values().next().unwrap().account,
            ..*one
        })
        .collect();
    let planned = weigh_hours(read, &people, &known, &rules, &mut errors);
    errors.sort_by_key(|wrong| wrong.line);
    let errors = told(&errors).into_iter();
    let errors = errors.map(|(line, column, code)| (line, column.to_owned(), code.to_owned()));
    (planned.len(), errors.collect())
}

fn wrong(line: u32, column: &str, code: &str) -> (u32, String, String) {
    (line, column.to_owned(), code.to_owned())
}

#[test]
fn hours_are_read_in_the_zone_of_the_rules() {
    let (rules, people) = (rules(), people());
    let line = format!("{ANNA},敬老院陪伴,入户关怀,2026-10-18,9:00,120");
    let rows = rows(ServiceImportKind::Hours, HOURS, &[&line]);
    let mut errors = Vec::new();
    let read = read_hours(&rules, &rows, now(), &mut errors);
    let planned = weigh_hours(read, &people, &[], &rules, &mut errors);
    assert_eq!(errors, []);
    let one = planned.first().unwrap();
    assert_eq!(
        (one.kind.as_str(), one.title.as_str()),
        ("visit", "敬老院陪伴")
    );
    assert_eq!(
        (one.began_at, one.ended_at),
        (at("2026-10-18T01:00:00Z"), at("2026-10-18T03:00:00Z"))
    );
}

#[test]
fn nobody_serves_twice_at_once_nor_more_than_a_day_has() {
    let known = Served {
        volunteer: SystemIds::new().next(),
        began_at: at("2026-10-18T01:00:00Z"),
        ended_at: at("2026-10-18T03:00:00Z"),
        minutes: 120,
        task: false,
    };
    let line = |day: &str, begin: &str, minutes: u32| {
        format!("{ANNA},陪伴,visit,2026-10-{day},{begin},{minutes}")
    };
    let lines = [
        line("18", "10:59", 30),
        line("18", "11:00", 60),
        line("18", "11:30", 60),
        line("19", "12:00", 1_440),
        line("19", "00:00", 720),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (planned, errors) = hours(&[known], &lines);
    assert_eq!(
        errors,
        [
            wrong(2, "begin", "overlap"),
            wrong(3, "begin", "overlap"),
            wrong(4, "begin", "overlap"),
            wrong(6, "minutes", "day_full"),
        ]
    );
    assert_eq!(planned, 1);
    // an order's task is no service for all of the time that somebody has it
    let task = Served {
        task: true,
        ended_at: at("2026-10-28T03:00:00Z"),
        ..known
    };
    let one = line("18", "09:30", 60);
    assert_eq!(hours(&[task], &[&one]), (1, Vec::new()));
}

#[test]
fn what_is_wrong_with_hours_is_told_by_line_and_column_and_never_by_content() {
    let (planned, errors) = hours(
        &[],
        &[
            "42010500000002,陪伴,visit,2026-10-18,09:00,60",
            &format!("{ANNA},应急,rescue,2026-10-18,09:00,60"),
            &format!("{ANNA},陪伴,sleeping,2026-10-18,09:00,60"),
            &format!("{ANNA},陪伴,visit,2026-11-22,08:30,60"),
            &format!("{ANNA},陪伴,visit,2026-13-18,25:00,0"),
            &format!("{ANNA},请致电 13900001234,visit,2026-10-18,13:00,60"),
            "99010119800101009X,陪伴,visit,2026-10-18,09:00,60",
            "1,,visit,2026-10-18,09:00,60",
            &format!("{ANNA},陪伴,visit,2026-10-20,09:00,60,再写一格"),
        ],
    );
    assert_eq!(
        errors,
        [
            wrong(2, "volunteer_number", "volunteer_unknown"),
            wrong(3, "kind", "not_qualified"),
            wrong(4, "kind", "invalid"),
            wrong(5, "minutes", "invalid"),
            wrong(6, "date", "invalid"),
            wrong(6, "begin", "invalid"),
            wrong(6, "minutes", "invalid"),
            wrong(7, "activity", "personal_data"),
            wrong(8, "volunteer_number", "personal_data"),
            wrong(9, "volunteer_number", "invalid"),
            wrong(9, "activity", "required"),
            wrong(10, "", "ragged"),
        ]
    );
    assert_eq!(planned, 0);
}

#[test]
fn proofs_wait_for_somebody_else_and_are_there_once() {
    let header = "volunteer_number,kind,skill,paper,tail,valid_from,valid_until";
    let (rules, people) = (rules(), people());
    let lines = [
        format!("{ANNA},,急救,红十字救护员证,0123,2026-01-01,2028-12-31"),
        format!("{ANNA},技能证书,first_aid,红十字救护员证,0123,2026-01-01,2028-12-31"),
        format!("{ANNA},保险,,意外险,,2026-01-01,"),
        format!("{ANNA},training,急救,,,2026-01-01,"),
        format!("{ANNA},,,,,2026-01-01,"),
        format!("{ANNA},,急救,,01234,2026-01-02,2026-01-01"),
        format!("{ANNA},licence,急救,,,2026-01-02,"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let rows = rows(ServiceImportKind::Proofs, header, &lines);
    let mut errors = Vec::new();
    let read = read_proofs(&rules, &rows, &mut errors);
    let planned = weigh_proofs(read, &people, now(), &mut errors);
    errors.sort_by_key(|wrong| wrong.line);
    assert_eq!(
        told(&errors),
        [
            (3, "skill", "known"),
            (5, "skill", "invalid"),
            (6, "skill", "required"),
            (7, "tail", "invalid"),
            (7, "valid_until", "invalid"),
            (8, "kind", "invalid"),
        ]
    );
    let plan = planned.first().unwrap();
    assert_eq!(plan.proofs, [(2, 1), (4, 2)]);
    assert_eq!(plan.after.state_of(1), Some(ProofState::Claimed));
    let mut back = plan.after.clone();
    back.retract(1, back.account, now());
    assert_eq!(back.state_of(1), Some(ProofState::Withdrawn));
    assert_eq!(back.state_of(2), Some(ProofState::Claimed));
}

fn activities(lines: &[&str]) -> (Vec<PlannedActivity>, Vec<LineError>) {
    let header = "title,kind,org_path,risks,admission,date,begin,end,needed,skill";
    let (rules, place): (_, OrgPath) = (rules(), PLACE.parse().unwrap());
    let rows = rows(ServiceImportKind::Activities, header, lines);
    let mut errors = Vec::new();
    let read = read_activities(&rules, &rows, now(), &mut errors);
    let open = |at: &OrgPath| !at.as_str().ends_with(".X09/");
    let planned = weigh_activities(read, &place, open, &rules, &mut errors);
    errors.sort_by_key(|wrong| wrong.line);
    (planned, errors)
}

#[test]
fn lines_of_one_title_are_shifts_and_positions_of_one_activity() {
    let (planned, errors) = activities(&[
        "清洁家园,clean_up,,,审核录用,2026-12-06,09:00,11:00,10,",
        "清洁家园,clean_up,,,,2026-12-06,09:00,11:00,2,急救",
        "清洁家园,clean_up,,,,2026-12-13,22:00,01:00,10,",
        "联防,patrol,,夜间行走,,2026-12-06,20:00,22:00,4,",
    ]);
    assert_eq!(errors, []);
    assert_eq!(planned.len(), 2);
    let clean = planned.iter().find(|plan| plan.kind == "clean_up").unwrap();
    assert_eq!((clean.line, clean.shifts.len()), (2, 2));
    let (begins_at, first) = clean.shifts.first_key_value().unwrap();
    assert_eq!(*begins_at, at("2026-12-06T01:00:00Z"));
    let skills: Vec<_> = first
        .positions
        .iter()
        .map(|position| (position.number, position.needed, position.skill.as_deref()))
        .collect();
    assert_eq!(skills, [(1, 10, None), (2, 2, Some("first_aid"))]);
    let (_, last) = clean.shifts.last_key_value().unwrap();
    assert_eq!(last.ends_at, at("2026-12-13T17:00:00Z"));
}

#[test]
fn activities_that_cannot_be_are_refused() {
    let (_, errors) = activities(&[
        "清洁家园,clean_up,,,,2026-12-06,09:00,11:00,10,",
        "清洁家园,visit,,,,2026-12-07,09:00,11:00,10,",
        "清洁家园,clean_up,,,审核录用,2026-12-08,09:00,11:00,10,",
        "清洁家园,clean_up,,,,2026-12-06,09:00,11:00,5,",
        "清洁家园,clean_up,,,,2026-12-06,09:00,12:00,5,急救",
        "联防,patrol,,,,2026-12-06,20:00,22:00,4,",
        "旧事,visit,,,,2026-11-21,20:00,22:00,4,",
        "远处,visit,/420106000000/,,,2026-12-06,20:00,22:00,4,",
        "他处,visit,/420105000000/420105011000/420105011010/420105011010.X09/,,,2026-12-06,20:00,22:00,4,",
        "无人,visit,,,,2026-12-06,20:00,22:00,0,飞行",
    ]);
    assert_eq!(
        told(&errors),
        [
            (3, "kind", "differs"),
            (4, "admission", "differs"),
            (5, "skill", "repeated"),
            (6, "end", "differs"),
            (7, "risks", "risks_untold"),
            (8, "end", "invalid"),
            (9, "org_path", "out_of_scope"),
            (10, "org_path", "out_of_scope"),
            (11, "needed", "invalid"),
            (11, "skill", "invalid"),
        ]
    );
}
