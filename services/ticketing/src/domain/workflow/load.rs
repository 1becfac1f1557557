//! Reading a definition file: syntax, names, structure; all problems at once.

use serde::Deserialize as _;

use super::definition::Definition;
use super::graph;
use super::place::Report;
use super::problem::LoadError;
use super::resolve;
use super::spec::DefinitionSpec;

/// Reads and checks a definition file.
///
/// `file` only names the file in the error. A file that isn't TOML of the right shape is refused with what the reader
/// says; any other is checked to its end, and refused with everything that is wrong.
pub fn parse(file: &str, text: &str) -> Result<Definition, LoadError> {
    parse_changed(file, text, |_, _| {})
}

/// Reads a definition file, changes what it says, and checks what has become of it like any other.
pub(crate) fn parse_changed(
    file: &str,
    text: &str,
    change: impl FnOnce(&mut DefinitionSpec, &mut Report<'_>),
) -> Result<Definition, LoadError> {
    let mut report = Report::read(text);
    let mut definition = None;
    if report.is_empty() {
        let spec = toml::Deserializer::parse(text).and_then(DefinitionSpec::deserialize);
        match spec {
            Ok(mut spec) => {
                change(&mut spec, &mut report);
                let resolved = resolve::definition(&spec, &mut report);
                graph::check(&resolved, &mut report);
                definition = Some(resolved);
            }
            Err(error) => report.add_syntax(&error),
        }
    }
    match definition {
        Some(definition) if report.is_empty() => Ok(definition),
        _ => Err(LoadError {
            file: file.to_owned(),
            problems: report.into_problems(),
        }),
    }
}
