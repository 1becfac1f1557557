//! What the fuzz targets run, and the tests over their corpus: any bytes at all, and no panic.

use crate::app::exports::OpenExport;
use crate::domain::export::csv_line;
use crate::domain::search::{Query, fold, terms};
use crate::domain::workflow::{draw, parse, svg};
use crate::http::exports::OpenOrderExportBody;

/// A workflow definition that somebody wants to use.
///
/// # Panics
/// A definition that was taken does not hold together, or one that was refused was so without a reason.
pub fn workflow(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let definition = match parse("fuzz.toml", &text) {
        Ok(definition) => definition,
        Err(refused) => {
            assert!(!refused.problems.is_empty(), "a refusal says why");
            let said = refused
                .problems
                .iter()
                .all(|problem| !problem.reason.is_incomplete());
            assert!(said, "in both languages");
            return;
        }
    };
    assert!(definition.state(&definition.initial).is_some());
    for action in &definition.actions {
        for from in &action.from {
            assert!(definition.state(from).is_some(), "{from} is no state");
            for made in action.moves() {
                let to = made.target(from);
                assert!(definition.state(to).is_some(), "{to} is no state");
            }
        }
        assert!(action.schema.is_object());
    }
    assert!(draw::mermaid(&definition).contains("[*]"));
    assert!(svg::svg(&definition).contains("</svg>"));
}

/// Words that somebody looks for.
///
/// # Panics
/// A text is not found by its own words.
pub fn search(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(query) = Query::parse(&text) else {
        return;
    };
    assert!(query.matches(&fold(&text)), "not found by itself: {text}");
    assert!(
        query.may_match(&terms(&fold(&text))),
        "not in the index: {text}"
    );
    assert!(!query.slices().is_empty(), "nothing to look up");
}

/// The filter of an export.
///
/// # Panics
/// What is kept of a filter is another one, or writes a formula.
pub fn export(bytes: &[u8]) {
    let Ok(body) = serde_json::from_slice::<OpenOrderExportBody>(bytes) else {
        return;
    };
    let wanted = OpenExport::from(body);
    let kept = serde_json::to_string(&wanted).and_then(|text| serde_json::from_str(&text));
    let same = kept.is_ok_and(|kept: OpenExport| kept == wanted);
    assert!(same, "{wanted:?}");
    for text in [&wanted.state, &wanted.category, &wanted.channel]
        .into_iter()
        .flatten()
    {
        let line = csv_line([text.as_str()]);
        // as a spreadsheet reads it: what stands in quotes begins behind the first
        let cell = line.strip_prefix('"').unwrap_or(&line);
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        assert!(!formula, "a formula got out: {line}");
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn run(target: &str, with: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder.join("../../tests/fuzz/corpus").join(target));
        let mut ran = 0;
        for file in files.into_iter().flatten().flatten() {
            let bytes = std::fs::read(file.path());
            assert!(bytes.is_ok(), "{}", file.path().display());
            with(&bytes.unwrap_or_default());
            ran += 1;
        }
        assert!(ran > 4, "the corpus has {ran} files");
    }

    #[test]
    fn the_corpus_of_workflows_runs() {
        run("workflow", super::workflow);
    }

    #[test]
    fn the_corpus_of_searches_runs() {
        run("search", super::search);
    }

    #[test]
    fn the_corpus_of_export_filters_runs() {
        run("export", super::export);
    }
}
