use super::world::{Case, definition, newest, person, resident};
use crate::domain::workflow::{Attempt, Catalogue, Facts, Refusal, draw, legal_actions, step};
use kernel::Role;
use serde_json::Value;

#[test]
fn the_built_in_definitions_are_sound() {
    match Catalogue::bundled() {
        Ok(catalogue) => {
            let names: Vec<&str> = catalogue
                .iter()
                .map(|definition| definition.name.as_str())
                .collect();
            assert_eq!(
                names,
                [
                    "agent-service",
                    "agent-service",
                    "five-order",
                    "five-order",
                    "five-order",
                    "mediation",
                    "mediation",
                    "red-property",
                    "red-property",
                    "secretary-project",
                    "secretary-project",
                    "six-step",
                    "six-step",
                    "six-step",
                    "six-step",
                    "six-step",
                    "three-order",
                    "three-step",
                    "three-step",
                    "whistle",
                    "whistle",
                    "whistle",
                    "whistle",
                ]
            );
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_newest_version_serves_new_orders_and_old_ones_keep_theirs() {
    let mut catalogue = Catalogue::bundled().unwrap();
    let mut newer = (*definition("five-order")).clone();
    newer.version = 4;
    catalogue.insert(newer.clone());
    assert_eq!(catalogue.latest("five-order").unwrap().version, 4);
    assert_eq!(catalogue.find("five-order", 1).unwrap().version, 1);
    assert!(catalogue.latest("five").is_none());

    let case = Case::open("five-order");
    let dispatcher = person(1, Role::PlatformOperator, "/");
    let facts = Facts::of(super::world::calendar());
    let attempt = Attempt {
        action: "dispatch",
        input: &Value::Null,
        facts: &facts,
    };
    let refusal = step(&newer, &case.order, &attempt, &dispatcher, case.now).unwrap_err();
    assert_eq!(refusal, Refusal::OtherDefinition);
    assert!(legal_actions(&newer, &case.order, &dispatcher, case.now).is_empty());
}

#[test]
fn a_definition_is_drawn_with_every_state_and_action() {
    for definition in newest() {
        let drawing = draw::mermaid(&definition);
        assert!(drawing.contains("stateDiagram-v2\n"));
        for state in &definition.states {
            assert!(drawing.contains(&format!("    {} : {}\n", state.name, state.title.zh)));
        }
        for action in &definition.actions {
            assert!(
                drawing.contains(&format!(" : {}", action.title.zh)),
                "{}",
                action.name
            );
        }
    }
    let drawing = draw::mermaid(&definition("five-order"));
    assert!(drawing.contains("    reviewing --> accepted : 评单［review=failed，尚可重办］\n"));
    assert!(drawing.contains("    [*] --> requested\n"));
    assert!(drawing.contains("    published --> [*]\n"));
}

#[test]
fn an_offer_carries_its_form_and_what_else_is_demanded() {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&person(50, Role::PlatformOperator, "/"));
    let offers = legal_actions(&case.definition, &case.order, &resident(1), case.now);
    let offer = offers.first().unwrap();
    assert_eq!(
        (offer.name.as_str(), offer.title.zh.as_str()),
        ("handle", "办单")
    );
    let json = serde_json::to_value(offer).unwrap();
    assert_eq!(json.pointer("/form/required/0").unwrap(), "note");
    assert_eq!(
        json.pointer("/form/properties/note/maxLength").unwrap(),
        2000
    );
    assert_eq!(json.pointer("/requires/0/name").unwrap(), "has_photo");
}
