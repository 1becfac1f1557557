//! The file of rules as it is written; names are plain texts here.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::message::Bilingual;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesSpec {
    pub(super) version: u32,
    pub(super) unit_roles: Vec<String>,
    pub(super) unknown: UnknownSpec,
    #[serde(default)]
    pub(super) workflow: BTreeMap<String, TitlesSpec>,
    #[serde(default)]
    pub(super) notice: Vec<NoticeSpec>,
}

/// Words for what the file does not know.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnknownSpec {
    pub(super) state: Bilingual,
    pub(super) action: Bilingual,
    pub(super) due: Bilingual,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TitlesSpec {
    #[serde(default)]
    pub(super) states: BTreeMap<String, Bilingual>,
    #[serde(default)]
    pub(super) actions: BTreeMap<String, Bilingual>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeSpec {
    pub(super) kind: String,
    pub(super) event: String,
    #[serde(default)]
    pub(super) when: WhenSpec,
    pub(super) to: Vec<String>,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    pub(super) title: Bilingual,
    pub(super) body: Bilingual,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WhenSpec {
    pub(super) workflow: Vec<String>,
    pub(super) action: Vec<String>,
    pub(super) from: Vec<String>,
    pub(super) state: Vec<String>,
    pub(super) not_state: Vec<String>,
    pub(super) moved: Option<bool>,
    pub(super) step: Vec<String>,
}

impl WhenSpec {
    /// Keys that are set.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> {
        [
            ("workflow", !self.workflow.is_empty()),
            ("action", !self.action.is_empty()),
            ("from", !self.from.is_empty()),
            ("state", !self.state.is_empty()),
            ("not_state", !self.not_state.is_empty()),
            ("moved", self.moved.is_some()),
            ("step", !self.step.is_empty()),
        ]
        .into_iter()
        .filter_map(|(key, set)| set.then_some(key))
    }
}
