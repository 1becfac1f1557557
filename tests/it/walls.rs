//! The walls of the architecture, read from `cargo metadata` and from the sources.

mod packages;
mod texts;

use scenarios::repository::{self, TextFile};

/// Files with a line that `wrong` names, as `path:line: what`.
fn findings<'a>(
    files: impl IntoIterator<Item = &'a TextFile>,
    wrong: impl Fn(&str) -> Option<&'static str>,
) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in file.code_lines() {
            if let Some(what) = wrong(line) {
                found.push(format!("{}:{number}: {what}", file.path));
            }
        }
    }
    found
}

/// The first of `words` that the line holds as whole words.
fn word_in(line: &str, words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| {
        line.match_indices(word).any(|(start, _)| {
            let before = line.get(..start).and_then(|text| text.chars().next_back());
            let after = line
                .get(start + word.len()..)
                .and_then(|text| text.chars().next());
            let part = |c: char| c.is_alphanumeric() || c == '_';
            !before.is_some_and(part) && !after.is_some_and(part)
        })
    })
}

/// Rust files within the room `room` of any service.
fn room(room: &str) -> Vec<TextFile> {
    let mut files = repository::rust_files();
    files.retain(|file| {
        let mut parts = file.path.split('/');
        let service = parts.next() == Some("services") && parts.next().is_some();
        service && parts.next() == Some("src") && within(parts.next(), room)
    });
    files
}

fn within(part: Option<&str>, room: &str) -> bool {
    part == Some(room) || part.and_then(|part| part.strip_suffix(".rs")) == Some(room)
}

#[track_caller]
fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn words_are_found_whole() {
    assert_eq!(word_in("use tokio::sync", &["tokio"]), Some("tokio"));
    assert_eq!(word_in("use tokio_util::sync", &["tokio"]), None);
    assert_eq!(word_in("my_tokio()", &["tokio"]), None);
}

#[test]
fn the_domain_knows_no_database_no_http_and_no_runtime() {
    let words = [
        "sea_orm",
        "sea_orm_migration",
        "sqlx",
        "actix_web",
        "tokio",
        "lapin",
        "reqwest",
        "async",
    ];
    let files = room("domain");
    assert!(!files.is_empty(), "no domain was found");
    let found = findings(&files, |line| word_in(line, &words));
    assert_none(&found, "domain/ is pure");
}

#[test]
fn rows_stay_in_the_store() {
    let outside = [room("http"), room("domain")].concat();
    assert!(!outside.is_empty(), "no http/ was found");
    let found = findings(&outside, |line| {
        line.contains("crate::store").then_some("uses crate::store")
    });
    assert_none(&found, "http/ and domain/ don't use crate::store");
    let elsewhere = [room("app"), room("events"), room("jobs")].concat();
    let found = findings(&elsewhere, |line| {
        // a connection may be handed on to the store's functions
        let handed_on = line.contains("sea_orm::ConnectionTrait");
        word_in(line, &["sea_orm"]).filter(|_| !handed_on)
    });
    assert_none(&found, "queries are in store/");
}

#[test]
fn the_store_and_the_app_know_no_http() {
    let files = [room("app"), room("store"), room("jobs"), room("events")].concat();
    let found = findings(&files, |line| {
        word_in(line, &["actix_web", "HttpResponse", "StatusCode"])
    });
    assert_none(&found, "HTTP is in http/");
}

#[test]
fn only_identity_signs_tokens_and_documents_are_signed_in_one_place() {
    let signing = [
        "EncodingKey",
        "Ed25519KeyPair",
        "EcdsaKeyPair",
        "RsaKeyPair",
    ];
    // whoever issues a document signs it, with a key that nobody trusts for tokens
    let documents = "services/volunteering/src/signing.rs";
    let tokens = ["EncodingKey", "jsonwebtoken", "TokenClaims", "KeyRing"];
    let mut signer = repository::rust_files();
    signer.retain(|file| file.path == documents);
    assert_eq!(signer.len(), 1, "the signer of documents was not found");
    let found = findings(&signer, |line| word_in(line, &tokens));
    assert_none(&found, "who signs documents signs no tokens");
    let mut files = repository::rust_files();
    files.retain(|file| {
        let signs = ["services/identity/", "shared/testkit/", "tests/"];
        let allowed = signs.iter().any(|place| file.path.starts_with(place));
        // tests of the verifier have to make what it verifies
        !allowed && file.path != documents && file.path.contains("/src/")
    });
    let found = findings(&files, |line| word_in(line, &signing));
    assert_none(&found, "only identity signs");
}

#[test]
fn only_the_store_begins_transactions() {
    let mut files = repository::rust_files();
    files.retain(|file| file.path.contains("/src/") && !file.path.starts_with("shared/store/"));
    let found = findings(&files, |line| {
        let begins = [".begin(", ".begin_with_config(", ".begin_with_options("];
        begins.into_iter().find(|call| line.contains(call))
    });
    assert_none(&found, "transactions are Database::write and ::read");
}
