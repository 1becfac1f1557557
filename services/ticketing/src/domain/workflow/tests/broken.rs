use crate::domain::workflow::{Problem, ProblemKind, load};

/// A sound definition that the tests break in one place each.
const SOUND: &str = r#"name = "small"
version = 1
title = { zh = "小流程", en = "Small" }
number_prefix = "XX"
initial = "begun"
max_rounds = 2

[[states]]
name = "begun"
title = { zh = "开始", en = "Begun" }

[[states]]
name = "working"
title = { zh = "办理", en = "Working" }

[[states]]
name = "done"
title = { zh = "完成", en = "Done" }
terminal = true

[[actions]]
name = "take"
title = { zh = "接", en = "Take" }
from = ["begun"]
to = "working"
actors = [{ roles = ["grid_worker"] }]
effects = ["assign"]

[[actions]]
name = "finish"
title = { zh = "完", en = "Finish" }
from = ["working"]
to = "done"
actors = [{ relation = "assignee" }]
guards = ["has_photo"]
form = [
    { name = "passed", title = { zh = "通过", en = "Passed" }, type = "boolean", required = true },
    { name = "note", title = { zh = "说明", en = "Note" }, type = "text", max = 100 },
]
[[actions.outcomes]]
when = [{ field = "passed", is = false }, { rounds_left = true }]
to = "working"
round = "next"

[[clocks]]
name = "work"
title = { zh = "时限", en = "Limit" }
starts_on = ["begun"]
stops_on = ["done"]
hours = 24
"#;

fn problems(text: &str) -> Vec<Problem> {
    match load::parse("small.toml", text) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems,
    }
}

/// Breaks one place and returns the problems.
#[track_caller]
fn broken(place: &str, by: &str) -> Vec<Problem> {
    assert_eq!(SOUND.matches(place).count(), 1, "{place} must occur once");
    problems(&SOUND.replace(place, by))
}

#[track_caller]
fn assert_problem(found: &[Problem], kind: ProblemKind, place: &str, line: usize) {
    let problem = found
        .iter()
        .find(|problem| problem.kind == kind && problem.place == place);
    let Some(problem) = problem else {
        panic!("no {kind:?} at {place:?} in {found:#?}");
    };
    assert_eq!(problem.line, Some(line), "{problem}");
    assert!(!problem.reason.is_incomplete());
}

#[test]
fn the_sound_definition_loads() {
    assert_eq!(problems(SOUND), []);
}

#[test]
fn broken_toml_is_refused_with_its_line() {
    assert_problem(
        &broken("version = 1", "version = = 1"),
        ProblemKind::Syntax,
        "",
        2,
    );
}

#[test]
fn every_syntax_error_is_reported() {
    let text = SOUND
        .replace("version = 1", "version = = 1")
        .replace("hours = 24", "hours 24");
    let lines: Vec<Option<usize>> = problems(&text).iter().map(|problem| problem.line).collect();
    assert!(
        lines.contains(&Some(2)) && lines.contains(&Some(50)),
        "{lines:?}"
    );
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let found = broken("hours = 24", "hours = 24\nminutes = 5");
    assert_problem(&found, ProblemKind::Syntax, "", 51);
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_its_line() {
    assert_problem(
        &broken("hours = 24", "hours = \"24\""),
        ProblemKind::Syntax,
        "",
        50,
    );
}

#[test]
fn an_unknown_guard_is_refused() {
    let found = broken("\"has_photo\"", "\"has_video\"");
    assert_problem(
        &found,
        ProblemKind::UnknownGuard,
        "actions[1].guards[0]",
        35,
    );
}

#[test]
fn an_unknown_effect_is_refused() {
    let found = broken("\"assign\"]", "\"assign\", \"explode\"]");
    assert_problem(
        &found,
        ProblemKind::UnknownEffect,
        "actions[0].effects[1]",
        27,
    );
}

#[test]
fn an_unknown_role_is_refused() {
    let found = broken("\"grid_worker\"", "\"king\"");
    assert_problem(
        &found,
        ProblemKind::UnknownRole,
        "actions[0].actors[0].roles[0]",
        26,
    );
    assert_problem(&found, ProblemKind::NobodyCan, "actions[0].actors", 26);
}

#[test]
fn an_unknown_relation_is_refused() {
    let found = broken("\"assignee\"", "\"neighbour\"");
    assert_problem(
        &found,
        ProblemKind::UnknownRelation,
        "actions[1].actors[0].relation",
        34,
    );
}

#[test]
fn an_unknown_state_is_refused_wherever_it_is_named() {
    let found = broken("initial = \"begun\"", "initial = \"begin\"");
    assert_problem(&found, ProblemKind::UnknownState, "initial", 5);
    let found = broken("to = \"done\"", "to = \"doen\"");
    assert_problem(&found, ProblemKind::UnknownState, "actions[1].to", 33);
    let found = broken("from = [\"working\"]", "from = [\"working\", \"lost\"]");
    assert_problem(&found, ProblemKind::UnknownState, "actions[1].from[1]", 32);
    let found = broken("to = \"working\"\nround", "to = \"wroking\"\nround");
    assert_problem(
        &found,
        ProblemKind::UnknownState,
        "actions[1].outcomes[0].to",
        42,
    );
    let found = broken("stops_on = [\"done\"]", "stops_on = [\"done\", \"gone\"]");
    assert_problem(
        &found,
        ProblemKind::UnknownState,
        "clocks[0].stops_on[1]",
        49,
    );
}

#[test]
fn a_name_used_twice_is_refused() {
    let found = broken("name = \"working\"", "name = \"begun\"");
    assert_problem(&found, ProblemKind::Duplicate, "states[1].name", 13);
    let found = broken("name = \"finish\"", "name = \"take\"");
    assert_problem(&found, ProblemKind::Duplicate, "actions[1].name", 30);
    let found = broken("name = \"note\"", "name = \"passed\"");
    assert_problem(
        &found,
        ProblemKind::Duplicate,
        "actions[1].form[1].name",
        38,
    );
}

#[test]
fn a_malformed_name_is_refused() {
    assert_problem(
        &broken("\"small\"", "\"Small!\""),
        ProblemKind::BadName,
        "name",
        1,
    );
    assert_problem(
        &broken("\"XX\"", "\"xx\""),
        ProblemKind::BadName,
        "number_prefix",
        4,
    );
    let found = broken("name = \"finish\"", "name = \"完\"");
    assert_problem(&found, ProblemKind::BadName, "actions[1].name", 30);
}

#[test]
fn a_missing_title_is_refused_at_what_lacks_it() {
    let found = broken("title = { zh = \"办理\", en = \"Working\" }\n", "");
    assert_problem(&found, ProblemKind::MissingTitle, "states[1].title", 12);
    let found = broken(
        "title = { zh = \"小流程\", en = \"Small\" }",
        "title = { zh = \"\", en = \"Small\" }",
    );
    assert_problem(&found, ProblemKind::MissingTitle, "title", 3);
    let found = broken("title = { zh = \"说明\", en = \"Note\" }, ", "");
    assert_problem(
        &found,
        ProblemKind::MissingTitle,
        "actions[1].form[1].title",
        38,
    );
}

#[test]
fn a_number_outside_its_limits_is_refused() {
    assert_problem(
        &broken("max_rounds = 2", "max_rounds = 0"),
        ProblemKind::BadLimit,
        "max_rounds",
        6,
    );
    assert_problem(
        &broken("version = 1", "version = 0"),
        ProblemKind::BadLimit,
        "version",
        2,
    );
    assert_problem(
        &broken("hours = 24", "hours = 0"),
        ProblemKind::BadLimit,
        "clocks[0].hours",
        50,
    );
}

#[test]
fn an_unreachable_state_is_refused() {
    let island = "[[states]]\nname = \"island\"\ntitle = { zh = \"岛\", en = \"Island\" }\nterminal = true\n\n";
    let found = broken(
        "[[actions]]\nname = \"take\"",
        &format!("{island}[[actions]]\nname = \"take\""),
    );
    assert_problem(&found, ProblemKind::Unreachable, "states[3]", 21);
}

#[test]
fn a_dead_end_is_refused() {
    let found = broken("to = \"done\"", "to = \"working\"");
    assert_problem(&found, ProblemKind::DeadEnd, "states[1]", 12);
    assert_problem(&found, ProblemKind::Unreachable, "states[2]", 16);
}

#[test]
fn an_action_that_leaves_a_terminal_state_is_refused() {
    let found = broken("from = [\"working\"]", "from = [\"working\", \"done\"]");
    assert_problem(
        &found,
        ProblemKind::LeavesTerminal,
        "actions[1].from[1]",
        32,
    );
}

#[test]
fn an_action_that_nobody_can_take_is_refused() {
    let found = broken("actors = [{ roles = [\"grid_worker\"] }]", "actors = []");
    assert_problem(&found, ProblemKind::NobodyCan, "actions[0].actors", 26);
    // no action makes anybody the assignee
    let found = broken("effects = [\"assign\"]", "effects = []");
    assert_problem(&found, ProblemKind::NobodyCan, "actions[1].actors", 34);
}

#[test]
fn a_clock_that_nothing_stops_is_refused() {
    let found = broken("stops_on = [\"done\"]", "stops_on = []");
    assert_problem(&found, ProblemKind::EndlessClock, "clocks[0].stops_on", 49);
    let found = broken("stops_on = [\"done\"]", "stops_on = [\"begun\"]");
    assert_problem(&found, ProblemKind::EndlessClock, "clocks[0].stops_on", 49);
}

#[test]
fn a_form_field_of_unknown_type_is_refused() {
    let found = broken("type = \"text\"", "type = \"picture\"");
    assert_problem(
        &found,
        ProblemKind::UnknownFieldType,
        "actions[1].form[1].type",
        38,
    );
}

#[test]
fn a_form_field_with_senseless_limits_is_refused() {
    let found = broken("max = 100 }", "min = 200, max = 100 }");
    assert_problem(&found, ProblemKind::BadField, "actions[1].form[1]", 38);
    let found = broken("type = \"text\", max = 100", "type = \"choice\"");
    assert_problem(&found, ProblemKind::BadField, "actions[1].form[1]", 38);
    let found = broken(
        "max = 100 }",
        "max = 100, required_when = { field = \"note\", is = true } }",
    );
    assert_problem(
        &found,
        ProblemKind::BadField,
        "actions[1].form[1].required_when",
        38,
    );
}

#[test]
fn a_condition_that_cannot_be_evaluated_is_refused() {
    let place = "actions[1].outcomes[0].when[0]";
    for condition in [
        "{ field = \"missing\", is = false }",
        "{ field = \"note\", is = false }",
        "{ field = \"passed\", is = \"no\" }",
        "{ review = \"failed\" }",
        "{ field = \"passed\" }",
        "{}",
    ] {
        let found = broken("{ field = \"passed\", is = false }", condition);
        assert_problem(&found, ProblemKind::BadCondition, place, 41);
    }
}

#[test]
fn an_unknown_word_is_refused() {
    let found = broken("round = \"next\"", "round = \"again\"");
    assert_problem(
        &found,
        ProblemKind::UnknownWord,
        "actions[1].outcomes[0].round",
        43,
    );
    let found = broken(
        "[\"grid_worker\"] }",
        "[\"grid_worker\"], over = \"moon\" }",
    );
    assert_problem(
        &found,
        ProblemKind::UnknownWord,
        "actions[0].actors[0].over",
        26,
    );
    let found = broken(
        "{ relation = \"assignee\" }",
        "{ relation = \"assignee\", system = true }",
    );
    assert_problem(&found, ProblemKind::UnknownWord, "actions[1].actors[0]", 34);
}

#[test]
fn a_next_round_without_a_limit_is_refused() {
    let found = broken(", { rounds_left = true }]", "]");
    assert_problem(
        &found,
        ProblemKind::UnlimitedRounds,
        "actions[1].outcomes[0].round",
        43,
    );
}

#[test]
fn an_effect_without_its_form_field_is_refused() {
    let found = broken(
        "effects = [\"assign\"]",
        "effects = [\"assign\", \"route\"]",
    );
    assert_problem(&found, ProblemKind::MissingField, "actions[0].form", 21);
}

#[test]
fn a_review_block_that_does_not_fit_the_actions_is_refused() {
    let review = "\n[review]\naction = \"judge\"\npanel = 4\nquorum = 9\npass_mean_x100 = 300\n";
    let found = problems(&format!("{SOUND}{review}"));
    assert_problem(&found, ProblemKind::BadReview, "review.action", 53);
    assert_problem(&found, ProblemKind::BadReview, "review.quorum", 55);
    let found = problems(&format!("{SOUND}{}", review.replace("judge", "take")));
    assert_eq!(
        found
            .iter()
            .filter(|problem| problem.place == "review.action")
            .count(),
        3
    );
    let found = broken("\"assign\"]", "\"assign\", \"draw_panel\"]");
    assert_problem(&found, ProblemKind::BadReview, "actions[0].effects", 27);
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = SOUND
        .replace("\"has_photo\"", "\"has_video\"")
        .replace("\"grid_worker\"", "\"king\"")
        .replace("hours = 24", "hours = 0");
    let error = load::parse("small.toml", &text).unwrap_err();
    assert_eq!(error.problems.len(), 4);
    let report = error.to_string();
    assert!(
        report.starts_with("small.toml: 4 个问题 (4 problems)\n"),
        "{report}"
    );
    assert!(
        report.contains("\n  line 35: actions[1].guards[0]: 未知守卫 \"has_video\" / unknown guard \"has_video\""),
        "{report}"
    );
}
