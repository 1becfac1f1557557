//! What may stand in files of the repository.

use regex::Regex;
use scenarios::repository;

use super::{assert_none, findings, room, word_in};

/// Longest file, in lines.
const LONGEST: usize = 500;

#[test]
fn files_are_short() {
    let found: Vec<String> = repository::rust_files()
        .iter()
        .map(|file| (file.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_none(&found, "files have at most 500 lines");
}

#[test]
fn both_databases_understand_every_query() {
    // `LIKE` of SQLite folds case and PostgreSQL's does not; the rest is known to one of them only
    let words = [
        "ILIKE",
        "NOW()",
        "CURRENT_TIMESTAMP",
        "ARRAY",
        "AUTOINCREMENT",
        "GLOB",
        "REGEXP",
        "SERIAL",
        "JSONB",
        "jsonb",
        "json_extract",
        "strftime",
        "datetime(",
        "julianday",
        "unixepoch",
        "date_trunc",
        "INSERT OR",
        "REPLACE INTO",
        "PRAGMA",
        "ON CONFLICT DO UPDATE",
        "generate_series",
        "array_agg",
        "unnest",
        "group_concat",
        "string_agg",
        "json_object",
    ];
    let files = [room("store"), room("migrations")].concat();
    assert!(!files.is_empty(), "no store was found");
    let found = findings(&files, |line| {
        let cast = line.contains("::text") || line.contains("::bigint") || line.contains("::uuid");
        // A word with a bracket is found by `contains`.
        let call = words
            .iter()
            .copied()
            .find(|word| word.ends_with('(') && line.contains(word));
        cast.then_some("a cast of PostgreSQL")
            .or(call)
            .or_else(|| word_in(line, &words))
    });
    assert_none(&found, "queries are portable");
    let kinds = [
        ".json()",
        ".json_binary()",
        ".array(",
        ".enumeration(",
        ".timestamp",
        ".date_time()",
        ".interval(",
    ];
    let found = findings(&room("migrations"), |line| {
        kinds.into_iter().find(|kind| line.contains(kind))
    });
    assert_none(&found, "columns have portable types");
}

#[test]
fn nothing_is_left_undone() {
    // put together, so that this file does not hold them
    let words: Vec<&'static str> = vec![
        concat!("#[", "ignore"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("thread::", "sleep"),
        concat!("FIX", "ME"),
        concat!("TO", "DO:"),
        concat!("dbg", "!("),
    ];
    let files = repository::rust_files();
    let mut found = Vec::new();
    for file in &files {
        for (number, line) in file.lines() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                found.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    assert_none(&found, "nothing is left undone");
}

#[test]
fn tests_wait_for_effects_not_for_time() {
    let mut files = repository::rust_files();
    files.retain(|file| {
        let scenario = file.path.starts_with("tests/") && !file.path.starts_with("tests/load/");
        scenario || file.path.contains("/tests/")
    });
    let found = findings(&files, |line| {
        // a pause of no length only lets others run
        let sleeps = line.contains("sleep(") && !line.contains("Duration::ZERO");
        sleeps.then_some("sleeps")
    });
    assert_none(&found, "tests use testkit::eventually");
}

/// Files whose numbers are the published test vectors of the standards themselves.
const VECTORS: [&str; 2] = [
    "shared/kernel/src/codes.rs",
    "shared/kernel/tests/it/codes.rs",
];

#[test]
fn numbers_of_people_are_made_up() {
    let phone =
        Regex::new(r"(?:^|[^0-9A-Za-z_.])(1[3-9][0-9]{9})(?:[^0-9A-Za-z_]|$)").expect("a pattern");
    let id = Regex::new(r"(?:^|[^0-9A-Za-z_.])([1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx])(?:[^0-9A-Za-z_]|$)")
        .expect("a pattern");
    let mut found = Vec::new();
    for file in repository::text_files() {
        if VECTORS.contains(&file.path.as_str()) || file.path == "Cargo.lock" {
            continue;
        }
        for (number, line) in file.lines() {
            let phones = phone.captures_iter(line).filter_map(|hit| hit.get(1));
            // reserved for tests: 1xx 0000 xxxx
            let phones = phones
                .map(|hit| hit.as_str())
                .filter(|digits| digits.get(3..7) != Some("0000"));
            // reserved for tests: 99…, an area that does not exist, and 0…, which is no id number
            let ids = id
                .captures_iter(line)
                .filter_map(|hit| hit.get(1))
                .map(|hit| hit.as_str());
            let ids = ids.filter(|digits| !digits.starts_with("99"));
            found.extend(
                phones
                    .chain(ids)
                    .map(|digits| format!("{}:{number}: {digits}", file.path)),
            );
        }
    }
    assert_none(
        &found,
        "phones of tests are 1xx0000xxxx, ids have an area code 99xxxx",
    );
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let words = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/tmp/", "linli"),
    ];
    let mut found = Vec::new();
    for file in repository::text_files() {
        for (number, line) in file.lines() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                found.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    assert_none(&found, "no machine paths");
}
