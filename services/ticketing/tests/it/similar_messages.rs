//! How often the first suggestion is right, on messages of another city that were labelled by hand.

use std::collections::HashMap;
use std::path::PathBuf;

use kernel::{OrgPath, Timestamp};
use ticketing::domain::similarity::{MOST_COMPARED, Matter, suggest};

const LABELS: &str = include_str!("../data/similar_messages.csv");

/// A message, the one that was suggested, and whether it is the same matter.
fn labels() -> Vec<(u32, u32, bool)> {
    let mut lines = LABELS.lines();
    assert_eq!(lines.next(), Some("message,top_suggestion,same_matter"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [message, suggestion, same @ ("0" | "1")] = cells[..] else {
                panic!("{line}");
            };
            (
                message.parse().unwrap(),
                suggestion.parse().unwrap(),
                same == "1",
            )
        })
        .collect()
}

#[test]
fn labels_name_each_message_once() {
    let labels = labels();
    assert!(labels.len() >= 100);
    let mut messages: Vec<u32> = labels.iter().map(|(message, ..)| *message).collect();
    messages.sort_unstable();
    messages.dedup();
    assert_eq!(messages.len(), labels.len());
    assert!(labels.iter().all(|(message, other, _)| message != other));
}

/// The texts, which are no part of the project.
fn messages() -> Option<String> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("LINLI_SHARED_DATA").map_or_else(beside, PathBuf::from);
    std::fs::read_to_string(folder.join("requests/messages.csv")).ok()
}

#[test]
fn the_first_suggestion_is_nearly_always_right() {
    let Some(text) = messages() else {
        println!("measured nothing: the messages are not here");
        return;
    };
    let mut messages: Vec<(Timestamp, u32, Matter)> = rows(&text)
        .into_iter()
        .skip(1)
        .map(|row| {
            let at = time(&row[3]);
            let city: OrgPath = "/".parse().unwrap();
            (
                at,
                row[0].parse().unwrap(),
                Matter::new(&row[1], &row[2], city, at),
            )
        })
        .collect();
    messages.sort_by_key(|(at, id, _)| (*at, *id));
    let places: HashMap<u32, usize> = messages
        .iter()
        .enumerate()
        .map(|(place, (_, id, _))| (*id, place))
        .collect();
    let (mut suggested, mut right, mut as_labelled) = (0, 0, 0);
    for (message, labelled, same) in labels() {
        let place = places[&message];
        let first = place.saturating_sub(usize::try_from(MOST_COMPARED).unwrap());
        let earlier = &messages[first..place];
        let known: Vec<Matter> = earlier.iter().map(|(.., matter)| matter.clone()).collect();
        let Some(best) = suggest(&messages[place].2, &known).into_iter().next() else {
            continue;
        };
        suggested += 1;
        // another suggestion than the one that was labelled counts as wrong
        if earlier[best.index].1 == labelled {
            as_labelled += 1;
            right += usize::from(same);
        }
    }
    println!("{suggested} suggested, {as_labelled} as labelled, {right} right");
    assert!(suggested >= 115, "{suggested}");
    assert!(right * 100 >= suggested * 90, "{right} of {suggested}");
}

/// `2019-8-19 11:48:23` or `2019/8/19 11:48`, of China.
fn time(text: &str) -> Timestamp {
    let numbers: Vec<u32> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .map(|number| number.parse().unwrap())
        .collect();
    let second = numbers.get(5).copied().unwrap_or_default();
    let [year, month, day, hour, minute, ..] = numbers[..] else {
        panic!("{text}");
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+08:00")
        .parse()
        .unwrap()
}

/// Reads comma-separated values.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.trim_start_matches('\u{FEFF}').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(letter),
        }
    }
    if !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}
