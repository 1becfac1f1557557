//! Trying a definition on recorded steps, and drawing it.

use kernel::Role;

use super::world::{Case, definition, newest, person};
use crate::domain::event::DomainEvent;
use crate::domain::testing::order_id;
use crate::domain::workflow::rehearse::{Recorded, Rehearsal, Why, rehearse};
use crate::domain::workflow::{Definition, svg};

/// What the timeline keeps of the steps of an order.
fn recorded(case: &Case) -> Vec<Recorded> {
    let mut steps = Vec::new();
    for event in &case.events {
        if let DomainEvent::Advanced {
            action,
            from,
            to,
            by,
            input,
            ..
        } = event
        {
            steps.push(Recorded {
                action: action.clone(),
                from: from.clone(),
                to: to.clone(),
                capacity: by.capacity.to_string(),
                input: input.clone(),
            });
        }
    }
    steps
}

fn closed() -> Case {
    let mut case = Case::open("five-order");
    case.up_to_accepted(&person(50, Role::PlatformOperator, "/"));
    case.handle();
    case.vote(5, true);
    case
}

fn changed(change: impl Fn(&mut Definition)) -> Definition {
    let mut other = (*definition("five-order")).clone();
    other.version = 9;
    change(&mut other);
    other
}

#[test]
fn recorded_steps_pass_their_own_definition() {
    let steps = recorded(&closed());
    assert!(steps.len() >= 5);
    let own = rehearse(&definition("five-order"), &steps);
    assert_eq!(own, (u64::try_from(steps.len()).unwrap(), None));
}

#[test]
fn what_would_be_refused_is_counted_with_its_state_action_and_reason() {
    let steps = recorded(&closed());
    let why = |definition: &Definition| rehearse(definition, &steps).1.unwrap().why;
    let without = changed(|other| other.actions.retain(|action| action.name != "handle"));
    assert_eq!(why(&without), Why::UnknownAction);
    let elsewhere = changed(|other| {
        let action = other
            .actions
            .iter_mut()
            .find(|action| action.name == "handle");
        action.unwrap().from = vec!["dispatched".to_owned()];
    });
    assert_eq!(why(&elsewhere), Why::WrongState);
    let others = changed(|other| {
        let dispatch = other
            .actions
            .iter_mut()
            .find(|action| action.name == "dispatch");
        dispatch.unwrap().actors.clear();
    });
    assert_eq!(why(&others), Why::NotAllowed);
    let asks_less = changed(|other| {
        let handle = other
            .actions
            .iter_mut()
            .find(|action| action.name == "handle");
        handle.unwrap().form.fields.clear();
    });
    assert_eq!(why(&asks_less), Why::Input);
    let leads = changed(|other| {
        let handle = other
            .actions
            .iter_mut()
            .find(|action| action.name == "handle");
        handle.unwrap().otherwise.to = "reviewed".to_owned();
    });
    assert_eq!(why(&leads), Why::LeadsElsewhere);

    let mut all = Rehearsal::default();
    all.add(&without, order_id(1), &steps);
    all.add(&without, order_id(2), &[]);
    all.add(&without, order_id(3), &steps);
    assert_eq!((all.orders, all.passed), (3, 1));
    let (obstacle, (met, example)) = all.obstacles.into_iter().next().unwrap();
    assert_eq!(
        (obstacle.state.as_str(), obstacle.action.as_str(), met),
        ("accepted", "handle", 2)
    );
    assert_eq!(example, order_id(1));
}

#[test]
fn a_picture_shows_every_state_and_is_well_formed() {
    for definition in newest() {
        let picture = svg::svg(&definition);
        assert_eq!(picture, svg::svg(&definition));
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
        for state in &definition.states {
            assert!(
                picture.contains(&format!(">{}</text>", state.title.zh)),
                "{}",
                state.name
            );
        }
        let opened = picture.matches("<rect ").count();
        assert_eq!(opened, definition.states.len());
        assert_eq!(
            picture.matches("<text ").count(),
            picture.matches("</text>").count()
        );
    }
    let mut odd = (*definition("five-order")).clone();
    odd.title.zh = "<b>\"&".to_owned();
    assert!(svg::svg(&odd).contains("&lt;b&gt;&quot;&amp;"));
}
