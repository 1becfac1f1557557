//! Rules of the city: the built-in files, or those that the settings name in their place, refused with file, line and
//! reason.

use std::path::{Path, PathBuf};

use chassis::StartError;

use super::open_at::CHANNEL;
use super::open_for_resolution::CHANNEL as RESOLUTION;
use crate::config::TicketingConfig;
use crate::domain::category::{CategoryTable, CodeSet};
use crate::domain::flags::{self, Thresholds};
use crate::domain::intake::{self, IntakeTable};
use crate::domain::rule_file::RuleFileError;
use crate::domain::statistics::FigureRules;
use crate::domain::statistics::rules::BUNDLED as FIGURES;
use crate::domain::wording::Bilingual;
use crate::domain::workflow::Catalogue;

/// A file of rules: its name, for those who correct it, and its text.
type RuleText = (String, String);

fn refuse(error: &impl ToString) -> StartError {
    StartError::Other(error.to_string())
}

/// Reads a file that the configuration names.
fn named_text(file: &Path) -> Result<RuleText, StartError> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(StartError::Other(format!("{name}: {error}"))),
    }
}

/// Reads the file that the configuration names, or the built-in one.
fn text_of(named: Option<&PathBuf>, built_in: (&str, &str)) -> Result<RuleText, StartError> {
    match named {
        Some(file) => named_text(file),
        None => Ok((built_in.0.to_owned(), built_in.1.to_owned())),
    }
}

/// Reads the category table.
pub(super) fn categories(config: &TicketingConfig) -> Result<CategoryTable, StartError> {
    let read = match &config.categories {
        Some(file) => {
            let (name, text) = named_text(file)?;
            CategoryTable::parse(&name, &text)
        }
        None => CategoryTable::bundled(),
    };
    read.map_err(|error| refuse(&error))
}

/// Reads the code sets of other systems.
pub(super) fn code_sets(
    config: &TicketingConfig,
    categories: &CategoryTable,
) -> Result<Vec<CodeSet>, StartError> {
    let mut sets: Vec<CodeSet> = Vec::new();
    for file in &config.code_sets {
        let (name, text) = named_text(file)?;
        let set = CodeSet::parse(&name, &text, categories).map_err(|error| refuse(&error))?;
        if sets.iter().any(|other| other.name == set.name) {
            let reason = format!("{name}: {} 重复 (named twice)", set.name);
            return Err(StartError::Other(reason));
        }
        sets.push(set);
    }
    Ok(sets)
}

/// Reads the workflow definitions.
pub(super) fn workflows(config: &TicketingConfig) -> Result<Catalogue, StartError> {
    let mut catalogue = Catalogue::bundled().map_err(|error| refuse(&error))?;
    for file in &config.workflows {
        let (name, text) = named_text(file)?;
        let inserted = catalogue.insert_file(&name, &text);
        inserted.map_err(|error| refuse(&error))?;
    }
    Ok(catalogue)
}

/// Reads channels, notices and questions.
pub(super) fn intake(
    config: &TicketingConfig,
    categories: &CategoryTable,
) -> Result<IntakeTable, StartError> {
    let (name, text) = text_of(config.intake.as_ref(), intake::BUNDLED)?;
    let read = IntakeTable::parse(&name, &text, categories);
    let table = read.map_err(|error| refuse(&error.located(&text)))?;
    // the platform itself files by these
    for needed in [CHANNEL, RESOLUTION] {
        if table.channel(needed).is_none() {
            let missing = RuleFileError::Wrong {
                file: name,
                place: needed.to_owned(),
                reason: Bilingual::new("缺少这个渠道", "this channel is missing"),
            };
            return Err(refuse(&missing));
        }
    }
    Ok(table)
}

/// Reads which steps make which figure.
pub(super) fn figures(
    config: &TicketingConfig,
    workflows: &Catalogue,
) -> Result<FigureRules, StartError> {
    let (name, text) = text_of(config.figures.as_ref(), FIGURES)?;
    FigureRules::parse(&name, &text, workflows).map_err(|error| refuse(&error))
}

/// Reads from when on something looks like work for the figures.
pub(super) fn flags(config: &TicketingConfig) -> Result<Thresholds, StartError> {
    let (name, text) = text_of(config.flags.as_ref(), flags::BUNDLED)?;
    Thresholds::parse(&name, &text).map_err(|error| refuse(&error))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use super::{FIGURES, categories, figures, flags, intake, workflows};
    use crate::config::TicketingConfig;
    use crate::domain::flags::BUNDLED as FLAGS;
    use crate::domain::intake::BUNDLED as INTAKE;

    /// What is said of a file of rules that the settings name.
    fn refusal(key: &str, text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(format!("{key}.toml"));
        std::fs::write(&file, text).unwrap();
        let mut config = TicketingConfig::default();
        let read = match key {
            "intake" => {
                config.intake = Some(file);
                intake(&config, &categories(&config).unwrap()).map(drop)
            }
            "figures" => {
                config.figures = Some(file);
                figures(&config, &workflows(&config).unwrap()).map(drop)
            }
            _ => {
                config.flags = Some(file);
                flags(&config).map(drop)
            }
        };
        let said = read.unwrap_err().to_string();
        assert!(said.contains(&format!("{key}.toml")), "{said}");
        said
    }

    /// The number of the line that holds a text.
    fn line(text: &str, part: &str) -> String {
        let number = text.lines().position(|line| line.contains(part));
        format!("line {}", number.unwrap() + 1)
    }

    #[test]
    fn rules_that_make_no_sense_are_refused_with_file_line_and_reason() {
        let (channels, rules, signs) = (INTAKE.1, FIGURES.1, FLAGS.1);
        let said = refusal(
            "intake",
            &channels.replacen("kind = \"redirect\"", "kind = \"shout\"", 1),
        );
        assert!(said.contains(&line(channels, "id = \"courts\"")), "{said}");
        assert!(said.contains("redirect"), "{said}");
        let said = refusal(
            "intake",
            &channels.replacen("version = 1", "version = x", 1),
        );
        assert!(said.contains(&line(channels, "version = 1")), "{said}");
        let said = refusal(
            "flags",
            &signs.replacen("last_percent = 10", "last_percent = 500", 1),
        );
        assert!(said.contains(&line(signs, "last_percent")), "{said}");
        let said = refusal("figures", &format!("{rules}\n[colours]\nred = 1\n"));
        assert!(said.contains("colours"), "{said}");
    }

    #[test]
    fn a_channel_that_the_platform_files_by_must_be_there() {
        let without = INTAKE.1.replacen("name = \"app\"", "name = \"kiosk\"", 1);
        let said = refusal("intake", &without);
        assert!(said.contains("app") && said.contains("missing"), "{said}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let config = TicketingConfig {
            flags: Some("/nowhere/flags.toml".into()),
            ..TicketingConfig::default()
        };
        let said = flags(&config).unwrap_err().to_string();
        assert!(said.contains("/nowhere/flags.toml"), "{said}");
    }
}
