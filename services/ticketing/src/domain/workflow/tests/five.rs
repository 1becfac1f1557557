use std::time::Duration;

use kernel::Role;
use serde_json::{Value, json};

use super::world::{
    COMMUNITY, COMPOUND, Case, DISTRICT, REQUESTER, STREET, VOLUNTEER, claimed_by, facts,
    open_command, person, resident,
};
use crate::domain::actor::{Actor, Capacity};
use crate::domain::event::DomainEvent;
use crate::domain::testing::{account, path};
use crate::domain::workflow::{Facts, Guard, Refusal, RefusalKind};

fn dispatcher() -> Actor {
    person(50, Role::CompoundDispatcher, COMPOUND)
}

fn street() -> Actor {
    person(51, Role::StreetDispatcher, STREET)
}

#[test]
fn a_good_result_is_published_with_figures() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher()).handle().vote(4, true);
    assert_eq!(case.order.state, "reviewed");
    let publication = json!({"title": "东门路灯已修复", "summary": "更换灯具，夜间照明恢复。"});
    case.act(&dispatcher(), "publish", &publication);
    assert_eq!(case.order.state, "published");
    assert_eq!(
        case.kinds()
            .into_iter()
            .filter(|kind| !kind.starts_with("clock"))
            .collect::<Vec<_>>(),
        [
            "opened",
            "advanced",
            "task_offered",
            "advanced",
            "assigned",
            "advanced",
            "panel_drawn",
            "advanced",
            "voted",
            "advanced",
            "voted",
            "advanced",
            "voted",
            "review_concluded",
            "task_finished",
            "advanced",
            "published",
        ]
    );
    let published = case.events.iter().find_map(|event| match event {
        DomainEvent::Published { figures, .. } => Some(*figures),
        _ => None,
    });
    let figures = published.unwrap();
    assert_eq!((figures.rounds, figures.votes, figures.solved), (1, 3, 3));
    assert_eq!(figures.mean_score_x100, Some(400));
    assert_eq!(case.order.due_at, None);
}

#[test]
fn the_panel_leaves_out_requester_and_handler() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher()).handle();
    assert_eq!(case.order.panel.len(), 4);
    assert!(!case.order.panel.contains(&account(REQUESTER)));
    assert!(!case.order.panel.contains(&account(VOLUNTEER)));
}

#[test]
fn the_requester_may_vote_once_beside_the_panel() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher()).handle();
    let requester = resident(REQUESTER);
    assert_eq!(case.offered(&requester), ["review"]);
    case.act(
        &requester,
        "review",
        &json!({"score": 5, "solved": true, "comment": "谢谢"}),
    );
    assert_eq!(case.order.state, "reviewing");
    assert_eq!(case.offered(&requester), Vec::<String>::new());
    let again = case.refused(&requester, "review", &json!({"score": 1, "solved": false}));
    assert_eq!(again, Refusal::Guard(Guard::NotVoted));
    assert_eq!(again.kind(), RefusalKind::Conflict);
}

#[test]
fn a_bad_result_goes_back_twice_and_then_up_one_level() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher());
    for round in 1..=2 {
        case.handle().vote(1, false);
        assert_eq!(
            (case.order.state.as_str(), case.order.round),
            ("accepted", round + 1)
        );
        assert_eq!(case.order.assignee, Some(account(VOLUNTEER)));
        assert!(case.order.votes.is_empty() && case.order.panel.is_empty());
    }
    case.handle().vote(1, false);
    assert_eq!(case.order.state, "escalated");
    assert_eq!(case.order.org_path, path(COMMUNITY));
    assert_eq!(case.order.assignee, None);
    assert!(case.kinds().contains(&"task_withdrawn") && case.kinds().contains(&"level_raised"));

    // the level below can no longer dispatch it, the one above can, with fresh rounds
    assert_eq!(case.offered(&dispatcher()), Vec::<String>::new());
    assert_eq!(
        case.refused(&dispatcher(), "dispatch", &Value::Null),
        Refusal::NotAllowed
    );
    case.up_to_accepted(&person(52, Role::CommunityDispatcher, COMMUNITY));
    assert_eq!(case.order.round_at_level(), 1);
    for _ in 1..=3 {
        case.handle().vote(1, false);
    }
    assert_eq!(case.order.org_path, path(STREET));
}

#[test]
fn an_order_of_the_district_stays_there_when_it_is_escalated() {
    let mut command = open_command();
    command.org_path = path(DISTRICT);
    command.org_code = command.org_path.leaf().unwrap();
    let mut case = Case::open_with("five-order", command);
    let operator = person(53, Role::DistrictOperator, DISTRICT);
    case.up_to_accepted(&operator);
    for _ in 1..=3 {
        case.handle().vote(1, false);
    }
    assert_eq!(
        (case.order.state.as_str(), &case.order.org_path),
        ("escalated", &path(DISTRICT))
    );
    assert!(!case.kinds().contains(&"level_raised"));
    assert_eq!(case.offered(&operator), ["dispatch"]);
}

#[test]
fn handling_needs_a_note_and_a_photo_of_this_round() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher());
    let volunteer = resident(VOLUNTEER);
    let no_photo = Facts {
        photos: 0,
        ..facts()
    };
    let refusal = case
        .attempt(&volunteer, "handle", &json!({"note": "好了"}), &no_photo)
        .unwrap_err();
    assert_eq!(refusal, Refusal::Guard(Guard::HasPhoto));
    assert_eq!(refusal.kind(), RefusalKind::Invalid);

    for input in [
        Value::Null,
        json!({}),
        json!({"note": " "}),
        json!({"note": "字".repeat(2001)}),
    ] {
        let refusal = case.refused(&volunteer, "handle", &input);
        assert_eq!(
            refusal.input_problems().first().unwrap().pointer,
            "/note",
            "{input}"
        );
    }
}

#[test]
fn personal_data_stops_the_publication_with_its_place() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher()).handle().vote(5, true);
    let input = json!({"title": "路灯修复", "summary": "请致电13900001234确认"});
    let refusal = case.refused(&dispatcher(), "publish", &input);
    assert_eq!(refusal.slug(), "personal-data");
    assert_eq!(
        refusal.input_problems().first().unwrap().pointer,
        "/summary"
    );
}

#[test]
fn a_confidential_order_can_only_be_closed_unpublished() {
    let mut command = open_command();
    command.confidential = true;
    let mut case = Case::open_with("five-order", command);
    case.up_to_accepted(&dispatcher()).handle().vote(5, true);
    assert_eq!(case.offered(&dispatcher()), ["close_unpublished"]);
    let input = json!({"title": "标题", "summary": "内容"});
    let refusal = case.refused(&dispatcher(), "publish", &input);
    assert_eq!(refusal, Refusal::Guard(Guard::NotConfidential));
    case.act(
        &dispatcher(),
        "close_unpublished",
        &json!({"reason": "诉求人要求保密"}),
    );
    assert_eq!(case.order.state, "closed");
}

#[test]
fn a_dispatcher_who_asked_or_handled_may_not_publish() {
    let mut case = Case::open("five-order");
    case.act(&dispatcher(), "dispatch", &Value::Null);
    case.act(&claimed_by(50), "accept", &Value::Null);
    let handler = dispatcher();
    case.act(&handler, "handle", &json!({"note": "好了"}))
        .vote(5, true);
    assert_eq!(case.offered(&handler), Vec::<String>::new());
    let input = json!({"title": "标题", "summary": "内容"});
    let refusal = case.refused(&handler, "publish", &input);
    assert_eq!(refusal, Refusal::Guard(Guard::NotHandler));
    assert_eq!(refusal.kind(), RefusalKind::Forbidden);
    assert_eq!(case.offered(&street()), ["publish", "close_unpublished"]);
}

#[test]
fn released_recalled_and_reclaimed_orders_can_be_dispatched_again() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher());
    case.act(&claimed_by(VOLUNTEER), "release", &Value::Null);
    assert_eq!(
        (case.order.state.as_str(), case.order.assignee),
        ("dispatched", None)
    );
    assert!(case.order.task_open);
    case.act(&dispatcher(), "recall", &json!({"note": "改由物业处理"}));
    assert_eq!(case.order.state, "requested");
    assert!(!case.order.task_open);

    case.up_to_accepted(&dispatcher());
    let early = case.refused(&dispatcher(), "reclaim", &json!({"reason": "失联"}));
    assert_eq!(early, Refusal::Guard(Guard::PastDue));
    case.now = case.order.due_at.unwrap();
    case.act(&dispatcher(), "reclaim", &json!({"reason": "失联"}));
    assert_eq!(
        (case.order.state.as_str(), case.order.assignee),
        ("requested", None)
    );
    // whoever has handled it once stays excluded from judging it
    assert!(case.order.was_handled_by(account(VOLUNTEER)));
}

#[test]
fn the_requester_may_withdraw_until_somebody_accepts() {
    let mut case = Case::open("five-order");
    let requester = resident(REQUESTER);
    assert_eq!(case.offered(&requester), ["withdraw"]);
    case.act(&dispatcher(), "dispatch", &Value::Null);
    case.act(&requester, "withdraw", &Value::Null);
    assert_eq!(case.order.state, "withdrawn");
    assert_eq!(case.kinds().last(), Some(&"clock_stopped"));
    assert!(case.kinds().contains(&"task_withdrawn"));

    let mut late = Case::open("five-order");
    late.up_to_accepted(&dispatcher());
    let refusal = late.refused(&requester, "withdraw", &Value::Null);
    assert_eq!(
        refusal,
        Refusal::WrongState {
            state: "accepted".to_owned()
        }
    );
}

#[test]
fn a_review_without_a_quorum_is_concluded_when_its_time_is_over() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher()).handle();
    assert_eq!(case.offered(&dispatcher()), Vec::<String>::new());
    case.act(
        &resident(REQUESTER),
        "review",
        &json!({"score": 2, "solved": false}),
    );
    let due_at = case.order.due_at.unwrap();
    case.now = due_at;
    assert_eq!(case.offered(&dispatcher()), ["conclude_review"]);
    let system = Actor::System { on_behalf_of: None };
    case.act(&system, "conclude_review", &Value::Null);
    // once longer, by two days
    assert_eq!(case.order.state, "reviewing");
    let longer = due_at.plus(Duration::from_hours(48));
    assert_eq!(case.order.due_at, Some(longer));
    assert!(case.kinds().contains(&"clock_extended"));
    assert_eq!(case.offered(&dispatcher()), Vec::<String>::new());
    // one vote of five decides nothing
    case.now = longer.plus(Duration::from_secs(1));
    case.act(&dispatcher(), "conclude_review", &Value::Null);
    assert_eq!(
        (case.order.state.as_str(), case.order.round),
        ("reviewed", 1)
    );
}

#[test]
fn a_household_votes_once() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&dispatcher());
    let mut facts = facts();
    let pool = facts.panel.as_mut().unwrap();
    // everybody but the requester lives with somebody
    pool.homes = (2..20)
        .map(|number| (account(number), format!("X01/{}", number / 2)))
        .collect();
    let note = json!({"note": "灯已修好"});
    let handled = case
        .attempt(&resident(VOLUNTEER), "handle", &note, &facts)
        .unwrap();
    case.order = handled.0;
    assert_eq!(case.order.panel_households.len(), 4);
    assert_eq!((case.order.panel.len(), case.order.voters()), (8, 5));
    let households = case.order.panel_households.clone();
    let [[one, other], [_, third], ..] =
        households.iter().map(Vec::as_slice).collect::<Vec<_>>()[..]
    else {
        panic!("two of each household");
    };
    let (one, other, third) = (*one, *other, *third);
    let as_person = |account| Actor::Person {
        account,
        authorities: Vec::new(),
    };
    let vote = json!({"score": 1, "solved": false});
    case.act(&as_person(one), "review", &vote);
    assert!(case.order.has_vote_of(other));
    assert_eq!(case.offered(&as_person(other)), Vec::<String>::new());
    let refusal = case.refused(&as_person(other), "review", &vote);
    assert_eq!(refusal, Refusal::Guard(Guard::NotVoted));
    // the quorum counts households
    case.act(&resident(REQUESTER), "review", &vote);
    assert_eq!(case.order.state, "reviewing");
    case.act(&as_person(third), "review", &vote);
    assert_eq!(
        (case.order.state.as_str(), case.order.round),
        ("accepted", 2)
    );
    assert!(case.order.panel_households.is_empty());
}

#[test]
fn the_scope_of_a_role_is_the_part_of_the_tree_it_was_given_for() {
    let case = Case::open("five-order");
    let elsewhere = person(
        60,
        Role::CommunityDispatcher,
        "/420105000000/420105011000/420105011011/",
    );
    assert_eq!(case.offered(&elsewhere), Vec::<String>::new());
    assert_eq!(
        case.refused(&elsewhere, "dispatch", &Value::Null),
        Refusal::NotAllowed
    );
    assert_eq!(case.offered(&street()), ["dispatch", "decline"]);
    let unknown = case.refused(&street(), "fly", &Value::Null);
    assert_eq!(unknown.kind(), RefusalKind::NotFound);
}

#[test]
fn a_role_limited_to_categories_acts_on_those_only() {
    let limited = |categories: &[&str]| {
        let mut actor = street();
        if let Actor::Person { authorities, .. } = &mut actor {
            let allowed = categories.iter().map(|category| (*category).to_owned());
            for authority in authorities {
                authority.categories = allowed.clone().collect();
            }
        }
        actor
    };
    let mut case = Case::open("five-order");
    assert_eq!(case.offered(&limited(&["01"])), Vec::<String>::new());
    case.order.category = Some("0103".to_owned());
    assert_eq!(case.offered(&limited(&["01"])), ["dispatch", "decline"]);
    assert_eq!(
        case.offered(&limited(&["0104", "02"])),
        Vec::<String>::new()
    );
}

#[test]
fn the_timeline_names_the_capacity_and_keeps_the_checked_input() {
    let mut case = Case::open("five-order");
    case.act(&dispatcher(), "dispatch", &json!({"note": "  请尽快  "}));
    let advanced = case.events.iter().find_map(|event| match event {
        DomainEvent::Advanced { by, input, .. } => Some((*by, input.clone())),
        _ => None,
    });
    let (by, input) = advanced.unwrap();
    assert_eq!(by.account, Some(account(50)));
    assert_eq!(by.capacity, Capacity::Role(Role::CompoundDispatcher));
    assert_eq!(input, json!({"note": "请尽快"}));
    let text = serde_json::to_string(&case.events).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<DomainEvent>>(&text).unwrap(),
        case.events
    );
}
