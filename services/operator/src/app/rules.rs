use std::collections::BTreeMap;

use serde_json::Value;

use super::work::Work;
use crate::cluster::Tone;
use crate::crd::DistrictSpec;
use crate::domain::conditions::Stage;
use crate::domain::divisions::OWN_DIGITS;
use crate::domain::plan::RulesFound;
use crate::platform::PlatformError;

/// What the district's `ConfigMaps` say of its rules.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// The calendar, where it is to be published.
    pub(super) calendar: Option<Value>,
    /// What is done otherwise, by workflow, as far as it reads.
    pub(super) workflows: BTreeMap<String, Value>,
    /// What went wrong with the workflows: in one word, and for people.
    pub(super) problems: Vec<(&'static str, String)>,
}

/// Whether the resource asks for something else than the workflows' files.
pub(super) fn asks_for_workflows(spec: &DistrictSpec) -> bool {
    spec.sla_profile.is_some() || !spec.workflows.is_empty()
}

impl Work<'_> {
    /// Compares what the `ConfigMaps` say with what the platform has.
    pub(super) async fn observe_rules(&mut self) -> RulesFound {
        let calendar = self.observe_calendar().await;
        self.read_workflows().await;
        // what does not read may well ask for a workflow that was changed before
        let complete = self.rules.problems.is_empty();
        let mut differing = Vec::new();
        for (name, wanted) in self.rules.workflows.clone() {
            match self.workflow_differs(&name, &wanted).await {
                Ok(true) => differing.push(name),
                Ok(false) => {}
                Err(error) => self.workflow_refused(&name, &error),
            }
        }
        self.settle_workflows();
        RulesFound {
            calendar,
            workflows: differing,
            left: if complete { self.left() } else { Vec::new() },
        }
    }

    /// What is said of a rule that the platform did not take: one that it refuses is a person's matter, not one of time.
    pub(super) fn rule_refused(&mut self, error: &PlatformError) -> Stage {
        if error.reason() != "Refused" {
            self.again = true;
        }
        Stage::failed(error.reason(), error.to_string())
    }

    pub(super) async fn tell_published(&self, same: bool, reason: &str, what: &str) {
        if same {
            let note = format!("{what} 已恢复 (was put right)");
            self.tell(Tone::Normal, "DriftCorrected", &note).await;
        } else {
            self.tell(Tone::Normal, reason, what).await;
        }
    }

    /// The district as ticketing names it.
    pub(super) fn six_digits(&self) -> &str {
        let code = &self.district.spec.code;
        code.get(..OWN_DIGITS).unwrap_or(code)
    }

    /// Why, for the platform's record.
    pub(super) fn reason(&self) -> String {
        format!("District {} (Kubernetes)", self.district.spec.code)
    }
}
