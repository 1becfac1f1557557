//! What an explanation says adds up, and is true: whoever may, may; what it would cost, it costs.

use serde_json::Value;
use solver::{Unwatched, dispatch, roster, shift24};

use crate::{effort, generate};

/// Sum of the costs of a list, each of which is the sum of its own parts.
fn sum(list: &Value, parts: impl Fn(&Value) -> Vec<&Value>) -> i64 {
    let items = list.as_array().expect("a list");
    let costs = items.iter().map(|item| {
        let parts = parts(item).into_iter();
        let cost: i64 = parts.map(|part| part.as_i64().expect("a number")).sum();
        assert_eq!(item["cost"], cost, "{item}");
        cost
    });
    costs.sum()
}

fn of_costs(item: &Value) -> Vec<&Value> {
    let costs = item["costs"].as_object().expect("costs");
    costs.values().collect()
}

/// Everybody is counted once, and told in both languages.
fn counted(why: &Value, people: usize) {
    let rules = why["shut_out"].as_array().expect("rules");
    let shut_out: u64 = rules
        .iter()
        .map(|rule| {
            assert!(rule["zh"].is_string() && rule["en"].is_string(), "{rule}");
            rule["people"].as_u64().expect("a number")
        })
        .sum();
    let may = why["may"].as_u64().expect("a number");
    assert_eq!(why["people"], shut_out + may);
    assert_eq!(why["people"], people);
    assert_eq!(why["cheapest"].is_null(), may == 0);
    let (zh, en) = (why["zh"].to_string(), why["en"].to_string());
    assert!(zh.contains(&format!("共 {people} 人")), "{zh}");
    assert!(en.contains(&format!("{people} people")), "{en}");
}

#[test]
fn a_dispatch_is_explained() {
    let (mut empty, mut dearer) = (0, 0);
    for seed in 0..200 {
        let instance = if seed % 2 == 0 {
            generate::dispatch(seed)
        } else {
            generate::priced_dispatch(seed)
        };
        let plan = dispatch::solve(&instance, effort(seed, 2_000), &mut Unwatched).solution;
        let checked = dispatch::check(&instance, &plan);
        let told = dispatch::explain(&instance, &plan);
        assert_eq!(Some(told.objective), checked.objective(), "seed {seed}");
        assert_eq!(told.parts, checked.parts, "seed {seed}");
        let file = serde_json::to_value(&told).expect("it serialises");
        let assigned = sum(&file["assignments"], of_costs);
        let unfilled = sum(&file["unfilled"], |item| vec![&item["cost"]]);
        assert_eq!(assigned + unfilled, told.objective, "seed {seed}");
        assert_eq!(told.details.unfilled.len(), checked.unfilled, "seed {seed}");
        for (position, item) in told
            .details
            .unfilled
            .iter()
            .zip(file["unfilled"].as_array().expect("a list"))
        {
            counted(&item["why"], instance.volunteers.len());
            let with = |volunteer: usize, start: i32| {
                let mut other = plan.clone();
                let task = (position.request, position.position, volunteer, start);
                other.assign.push(task);
                dispatch::check(&instance, &other).objective()
            };
            let slots = &instance.requests[position.request].slots;
            let best = |volunteer: usize| slots.iter().filter_map(|s| with(volunteer, *s)).min();
            let found = (0..instance.volunteers.len()).filter_map(best).min();
            empty += usize::from(found.is_none());
            let said = position.why.cheapest.as_ref();
            dearer += usize::from(said.is_some());
            assert_eq!(
                found,
                said.map(|cheapest| told.objective + cheapest.dearer_by),
                "seed {seed}, {position:?}"
            );
            if let Some(cheapest) = said {
                assert_eq!(best(cheapest.who), found, "seed {seed}");
            }
        }
    }
    assert!(empty > 100 && dearer > 0, "{empty} {dearer}");
}

fn roster_is_explained(
    instance: &roster::Instance,
    plan: &roster::Solution,
    repair: Option<&roster::Repair>,
) -> usize {
    let name = &instance.name;
    let checked = roster::check(instance, plan, repair);
    let told = roster::explain(instance, plan, repair);
    assert_eq!(Some(told.objective), checked.objective(), "{name}");
    assert_eq!(told.parts, checked.parts, "{name}");
    let file = serde_json::to_value(&told).expect("it serialises");
    let assigned = sum(&file["assignments"], of_costs);
    let unfilled = sum(&file["unfilled"], |item| {
        vec![&item["unfilled"], &item["change"]]
    });
    assert_eq!(assigned + unfilled, told.objective, "{name}");
    assert_eq!(told.details.unfilled.len(), checked.unfilled, "{name}");
    for (position, item) in told
        .details
        .unfilled
        .iter()
        .zip(file["unfilled"].as_array().expect("a list"))
    {
        counted(&item["why"], instance.volunteers.len());
        let with = |volunteer: usize| {
            let mut other = plan.clone();
            let task = (position.shift, position.position, volunteer);
            other.assign.push(task);
            roster::check(instance, &other, repair).objective()
        };
        let found = (0..instance.volunteers.len()).filter_map(with).min();
        let said = position.why.cheapest.as_ref();
        let cost = said.map(|cheapest| told.objective + cheapest.dearer_by);
        assert_eq!(found, cost, "{name}, {position:?}");
        if let Some(cheapest) = said {
            assert_eq!(with(cheapest.who), found, "{name}");
        }
    }
    told.details.unfilled.len()
}

#[test]
fn rosters_and_repairs_are_explained() {
    let mut unfilled = 0;
    let mut changes = 0;
    for seed in 0..120 {
        let instance = generate::roster(seed);
        let base = roster::solve(&instance, effort(seed, 1_000), &mut Unwatched).solution;
        unfilled += roster_is_explained(&instance, &base, None);
        let case = generate::repair(seed, &base);
        let repaired = roster::repair(&instance, &case, effort(seed, 2_000), &mut Unwatched);
        changes += roster::check(&instance, &repaired.solution, Some(&case)).changes;
        unfilled += roster_is_explained(&instance, &repaired.solution, Some(&case));
    }
    assert!(unfilled > 100 && changes > 5, "{unfilled} {changes}");
}

#[test]
fn shift_plans_are_explained() {
    let (mut denied, mut short) = (0, 0);
    for seed in 0..200 {
        let text = generate::shift24(seed);
        let instance = shift24::Instance::parse(&text).expect("generated instances make sense");
        let Ok(outcome) = shift24::solve(&instance, effort(seed, 30), &mut Unwatched) else {
            continue;
        };
        let plan = outcome.solution;
        let told = shift24::explain(&instance, &plan);
        let checked = shift24::check(&instance, &plan);
        assert_eq!(Some(told.objective), checked.objective(), "seed {seed}");
        assert_eq!(told.parts, checked.parts, "seed {seed}");
        let file = serde_json::to_value(&told).expect("it serialises");
        let wishes = sum(&file["denied"], |item| vec![&item["cost"]]);
        let people = sum(&file["staffing"], |item| {
            vec![&item["under"], &item["over"]]
        });
        assert_eq!(wishes + people, told.objective, "seed {seed}");
        denied += told.details.denied.len();
        for (place, item) in told
            .details
            .staffing
            .iter()
            .zip(file["staffing"].as_array().expect("a list"))
        {
            let Some(why) = &place.why else { continue };
            let there = usize::try_from(place.there).expect("few people");
            counted(&item["why"], instance.staff.len() - there);
            let with = |name: &String| {
                let mut other = plan.clone();
                let days = other.roster.get_mut(name).expect("everybody has one");
                days[place.day].clone_from(&place.shift);
                shift24::check(&instance, &other).objective()
            };
            let others = instance.staff.iter().map(|staff| &staff.name);
            let others = others.filter(|name| plan.roster[*name][place.day] != place.shift);
            let found = others.filter_map(with).min();
            let said = why.cheapest.as_ref();
            let cost = said.map(|cheapest| told.objective + cheapest.dearer_by);
            assert_eq!(found, cost, "seed {seed}, {place:?}");
            short += 1;
        }
    }
    assert!(denied > 50 && short > 50, "{denied} {short}");
}

#[test]
fn what_names_nothing_is_left_out() {
    let instance = generate::dispatch(3);
    let mut plan = dispatch::solve(&instance, effort(1, 100), &mut Unwatched).solution;
    let told = dispatch::explain(&instance, &plan);
    plan.assign.push((usize::MAX, 0, 0, 0));
    plan.assign.push((0, 0, usize::MAX, 0));
    let again = dispatch::explain(&instance, &plan);
    assert_eq!(again.details.assignments, told.details.assignments);
}
