#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use serde_json::{Value, json};

use super::{Arc, AtomicBool, Path, PlanCommand, PlanFlags, Stop, plan, run};

const SHIFTS: &str = "SECTION_HORIZON\n7\nSECTION_SHIFTS\nD,480,\nSECTION_STAFF\n\
    A,D=7,2400,960,5,1,1,1\nSECTION_COVER\n0,D,1,100,1\n1,D,1,100,1\n2,D,0,100,1\n\
    3,D,0,100,1\n4,D,0,100,1\n5,D,0,100,1\n6,D,1,100,1\n";

fn flags(folder: &Path, text: &str) -> PlanFlags {
    let instance = folder.join("instance");
    std::fs::write(&instance, text).unwrap();
    PlanFlags {
        instance,
        out: folder.join("plan"),
        explain: None,
        iterations: Some(200),
        seconds: None,
        seed: 1,
        json: true,
    }
}

fn running() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(false))
}

fn written(folder: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("plan")).unwrap()).unwrap()
}

#[test]
fn a_plan_is_written_and_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let command = PlanCommand::Shift24(flags(folder.path(), SHIFTS));
    plan(&command, running()).unwrap();
    let first = written(folder.path());
    assert_eq!(first["roster"]["A"], json!(["D", "D", "", "", "", "", "D"]));
    plan(&command, running()).unwrap();
    assert_eq!(written(folder.path()), first);
}

#[test]
fn a_cancelled_search_still_writes_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let command = PlanCommand::Shift24(flags(folder.path(), SHIFTS));
    plan(&command, Arc::new(AtomicBool::new(true))).unwrap();
    assert_eq!(written(folder.path())["format"], "shift24-sol/1");
}

#[test]
fn a_malformed_instance_is_wrong_usage_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let text = SHIFTS.replace("D,480", "D,long");
    let command = PlanCommand::Shift24(flags(folder.path(), &text));
    let error = plan(&command, running()).unwrap_err();
    assert!(
        matches!(&error, Stop::Usage(text) if text.contains("line 4")),
        "{error}"
    );
    for command in [
        PlanCommand::Dispatch(flags(folder.path(), "{\"format\": 1}")),
        PlanCommand::Roster(flags(folder.path(), "{\"format\": 1}")),
    ] {
        let error = plan(&command, running()).unwrap_err();
        assert!(
            matches!(&error, Stop::Usage(text) if text.contains("/format")),
            "{error}"
        );
    }
    assert!(!folder.path().join("plan").exists());
}

#[test]
fn who_has_no_legal_roster_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = SHIFTS.replace("D=7", "D=1");
    let command = PlanCommand::Shift24(flags(folder.path(), &text));
    let error = plan(&command, running()).unwrap_err();
    assert!(
        matches!(&error, Stop::Failed(text) if text.starts_with("A ")),
        "{error}"
    );
}

/// Two shifts for a team of two, and one person who may.
fn roster() -> String {
    let person = |id: usize, skills: Value| {
        json!({
            "id": id, "x": 0, "y": 0, "skills": skills, "weekly": [[0, 10080]], "unavailable": [],
            "max_shifts_week": 5, "max_minutes_week": 900, "max_consecutive_days": 5, "recent": 1,
            "dislike_activities": [], "dislike_weekdays": [1],
        })
    };
    json!({
        "format": "roster/1", "name": "two", "avoid": [],
        "params": {
            "min_rest": 600, "unfilled": [0, 300], "dist_div": 20, "dislike_activity": 40,
            "dislike_weekday": 30, "fair": 8, "new_face": 25,
        },
        "volunteers": [person(0, json!([7])), person(1, json!([]))],
        "series": [{
            "id": 0, "activity": 1, "x": 300, "y": 400, "priority": 1, "positions": [[7], [7]],
        }],
        "shifts": [
            {"id": 0, "series": 0, "start": 480, "end": 600},
            {"id": 1, "series": 0, "start": 1920, "end": 2040},
        ],
    })
    .to_string()
}

fn explained(folder: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("why")).unwrap()).unwrap()
}

#[test]
fn a_roster_and_its_repair_are_explained_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let mut flags = flags(folder.path(), &roster());
    flags.explain = Some(folder.path().join("why"));
    plan(&PlanCommand::Roster(flags.clone()), running()).unwrap();
    let why = explained(folder.path());
    // way 25, fairness 8 × (2 × 1 + 1), new face 25; the second is on a disliked Tuesday
    let costs: Vec<&Value> = why["assignments"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&costs[0]["cost"], &costs[1]["cost"]),
        (&json!(74), &json!(95))
    );
    assert_eq!(costs[1]["costs"]["dislike_weekday"], 30);
    assert_eq!(why["objective"], 74 + 95 + 2 * 300);
    let empty = &why["unfilled"][0]["why"];
    assert_eq!(empty["shut_out"][0]["people"], 1);
    let text = empty["zh"].as_str().unwrap();
    assert!(
        text.contains("缺少技能 1 人") && text.contains("已在本班 1 人"),
        "{text}"
    );
    assert!(
        empty["en"]
            .as_str()
            .unwrap()
            .contains("a skill is missing 1")
    );
    assert_eq!(why["labels"]["continuity"]["zh"], "新面孔");

    let instance = folder.path().join("roster");
    std::fs::rename(folder.path().join("instance"), &instance).unwrap();
    let case = json!({
        "format": "roster-repair/1", "base": written(folder.path())["assign"],
        "cancelled": [[0, 1000, 3000]], "frozen_before": 1000, "change": 100,
    });
    std::fs::write(&flags.instance, case.to_string()).unwrap();
    let repair = PlanCommand::Repair {
        roster: instance,
        flags,
    };
    plan(&repair, running()).unwrap();
    let why = explained(folder.path());
    let reasons: Vec<&Value> = why["unfilled"]
        .as_array()
        .unwrap()
        .iter()
        .map(|empty| &empty["why"]["shut_out"][0]["reason"])
        .collect();
    assert_eq!(reasons, ["frozen", "cancelled", "cancelled"]);
    assert_eq!(why["parts"]["change"], 0);
}

#[test]
fn a_dispatch_and_a_shift_plan_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let mut shifts = flags(folder.path(), &SHIFTS.replace("0,D,1,", "0,D,2,"));
    shifts.explain = Some(folder.path().join("why"));
    plan(&PlanCommand::Shift24(shifts), running()).unwrap();
    let why = explained(folder.path());
    assert_eq!(why["staffing"][0]["cost"], 100);
    assert_eq!(why["staffing"][0]["why"]["people"], 0);
    assert_eq!(why["objective"], why["parts"]["under"]);

    let text = json!({
        "format": "dispatch/1", "name": "one",
        "params": {
            "walk_m_per_min": 60, "unfilled": [0, 900], "dist_div": 10, "cross_community": 60,
            "dislike": 60, "not_known": 50, "late_per_hour": 2, "fair": 10,
        },
        "volunteers": [{
            "id": 0, "kind": 1, "x": 30, "y": 40, "community": 1, "skills": [], "languages": [],
            "windows": [[0, 600]], "max_tasks": 3, "max_minutes": 600, "radius": 1000, "recent": 2,
            "dislikes": [4],
        }],
        "requests": [{
            "id": 0, "category": 4, "x": 0, "y": 0, "community": 2, "urgency": 1, "duration": 60,
            "slots": [60], "language": null, "known": [], "excluded": [],
            "positions": [{"skills": [], "kinds": []}, {"skills": [], "kinds": [2]}],
        }],
    });
    let mut dispatch = flags(folder.path(), &text.to_string());
    dispatch.explain = Some(folder.path().join("why"));
    plan(&PlanCommand::Dispatch(dispatch), running()).unwrap();
    let why = explained(folder.path());
    let costs = json!({
        "distance": 5, "cross_community": 60, "dislike": 60, "not_known": 0, "other": 0, "delay": 0,
        "fair": 50,
    });
    assert_eq!(why["assignments"][0]["costs"], costs);
    assert_eq!(why["unfilled"][0]["why"]["shut_out"][0]["reason"], "kind");
    assert_eq!(why["objective"], 175 + 900);
}

#[tokio::test]
async fn a_search_that_is_told_to_end_writes_the_best_so_far() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut flags = flags(folder.path(), &roster());
        (flags.iterations, flags.seconds) = (None, Some(86_000.0));
        flags.explain = Some(folder.path().join("why"));
        let ended = async {
            // the search is on its way, and whoever listens for signals listens
            tokio::task::yield_now().await;
            let own = std::process::id().to_string();
            let mut kill = std::process::Command::new("kill");
            assert!(kill.args([signal, &own]).status().unwrap().success());
        };
        let (made, ()) = tokio::join!(run(PlanCommand::Roster(flags)), ended);
        made.unwrap();
        assert_eq!(
            written(folder.path())["assign"].as_array().unwrap().len(),
            2
        );
        assert_eq!(explained(folder.path())["objective"], 769);
    }
}
