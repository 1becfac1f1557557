//! Reads a file of rules and refuses what cannot work, naming every place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::tz::TimeZone;
use kernel::Role;

use super::catalogue::{self, Known};
use super::spec::{NoticeSpec, RulesSpec};
use super::template::Template;
use super::{Condition, Notice, Recipient, Rules, Titles};
use crate::domain::message::Bilingual;

/// Longest name of a notice.
const KIND_LENGTH: usize = 40;

/// Why a file of rules is refused: every reason, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesError {
    /// The reasons.
    pub reasons: Vec<String>,
}

impl fmt::Display for RulesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "rules of notices: {}", self.reasons.join("; "))
    }
}

impl std::error::Error for RulesError {}

/// Reads and checks rules; times in texts are written in `zone`.
///
/// # Errors
/// The text is no TOML of this form, or a rule names an unknown event, recipient, role or
/// placeholder, or one that its event cannot tell.
pub fn load(text: &str, zone: TimeZone) -> Result<Rules, RulesError> {
    let spec: RulesSpec = toml::from_str(text).map_err(|error| RulesError {
        reasons: vec![error.to_string()],
    })?;
    let mut loader = Loader::default();
    if spec.version != 1 {
        loader.refuse("version", "only version 1 is known");
    }
    let unit_roles = loader.roles("unit_roles", &spec.unit_roles);
    for (place, text) in [
        ("unknown.state", &spec.unknown.state),
        ("unknown.action", &spec.unknown.action),
        ("unknown.due", &spec.unknown.due),
    ] {
        loader.filled(place, text);
    }
    let mut titles = BTreeMap::new();
    for (workflow, words) in spec.workflow {
        for (name, text) in words.states.iter().chain(&words.actions) {
            loader.filled(&format!("workflow {workflow}, {name}"), text);
        }
        let words = Titles {
            states: words.states,
            actions: words.actions,
        };
        titles.insert(workflow, words);
    }
    let mut notices: BTreeMap<&'static str, Vec<Notice>> = BTreeMap::new();
    for (index, notice) in spec.notice.into_iter().enumerate() {
        let place = format!("notice {} ({})", index + 1, notice.kind);
        if let Some((event, notice)) = loader.notice(&place, notice) {
            notices.entry(event).or_default().push(notice);
        }
    }
    if !loader.reasons.is_empty() {
        return Err(RulesError {
            reasons: loader.reasons,
        });
    }
    Ok(Rules {
        notices,
        unit_roles,
        titles,
        other_state: spec.unknown.state,
        other_action: spec.unknown.action,
        no_due: spec.unknown.due,
        zone,
    })
}

#[derive(Default)]
struct Loader {
    kinds: BTreeSet<String>,
    reasons: Vec<String>,
}

impl Loader {
    fn refuse(&mut self, place: &str, reason: impl fmt::Display) {
        self.reasons.push(format!("{place}: {reason}"));
    }

    fn filled(&mut self, place: &str, text: &Bilingual) {
        if text.zh.trim().is_empty() || text.en.trim().is_empty() {
            self.refuse(place, "zh and en must both be given");
        }
    }

    fn roles(&mut self, place: &str, names: &[String]) -> Vec<Role> {
        let mut roles = Vec::with_capacity(names.len());
        for name in names {
            match name.parse() {
                Ok(role) => roles.push(role),
                Err(_) => self.refuse(place, format!("unknown role {name}")),
            }
        }
        roles
    }

    fn notice(&mut self, place: &str, spec: NoticeSpec) -> Option<(&'static str, Notice)> {
        let well_named = !spec.kind.is_empty()
            && spec.kind.len() <= KIND_LENGTH
            && spec
                .kind
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if !well_named {
            self.refuse(place, "kind must be lower-case letters and underscores");
        }
        if !self.kinds.insert(spec.kind.clone()) {
            self.refuse(place, "kind is used twice");
        }
        let Some(known) = catalogue::find(&spec.event) else {
            self.refuse(place, format!("unknown event {}", spec.event));
            return None;
        };
        for key in spec.when.keys() {
            if !known.conditions.contains(&key) {
                self.refuse(place, format!("the event has no {key} to match"));
            }
        }
        let to = self.recipients(place, known, &spec.to);
        let roles = self.roles(place, &spec.roles);
        if !roles.is_empty() && !to.iter().copied().any(Recipient::is_by_role) {
            self.refuse(place, "roles without waiting_roles or task_roles");
        }
        self.filled(&format!("{place} title"), &spec.title);
        self.filled(&format!("{place} body"), &spec.body);
        let title_zh = self.template(place, known, &spec.title.zh);
        let title_en = self.template(place, known, &spec.title.en);
        let body_zh = self.template(place, known, &spec.body.zh);
        let body_en = self.template(place, known, &spec.body.en);
        let notice = Notice {
            kind: spec.kind,
            to,
            roles,
            condition: Condition {
                workflow: spec.when.workflow,
                action: spec.when.action,
                from: spec.when.from,
                state: spec.when.state,
                not_state: spec.when.not_state,
                moved: spec.when.moved,
                step: spec.when.step,
            },
            title_zh: title_zh?,
            title_en: title_en?,
            body_zh: body_zh?,
            body_en: body_en?,
        };
        Some((known.event, notice))
    }

    fn recipients(&mut self, place: &str, known: &Known, names: &[String]) -> Vec<Recipient> {
        if names.is_empty() {
            self.refuse(place, "nobody is told");
        }
        let mut recipients = Vec::with_capacity(names.len());
        for name in names {
            match catalogue::recipient(name) {
                None => self.refuse(place, format!("unknown recipient {name}")),
                Some(recipient) if !known.recipients.contains(&recipient) => {
                    self.refuse(place, format!("the event does not say its {name}"));
                }
                Some(recipient) if recipients.contains(&recipient) => {
                    self.refuse(place, format!("recipient {name} is named twice"));
                }
                Some(recipient) => recipients.push(recipient),
            }
        }
        recipients
    }

    fn template(&mut self, place: &str, known: &Known, text: &str) -> Option<Template> {
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(error) => {
                self.refuse(place, error);
                return None;
            }
        };
        for fact in template.facts() {
            if !known.facts.contains(&fact) {
                let name = fact.name();
                self.refuse(place, format!("the event does not say its {{{name}}}"));
            }
        }
        Some(template)
    }
}
