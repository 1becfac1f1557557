use std::collections::BTreeMap;

use kube::ResourceExt;
use serde_json::{Value, json};

use super::rules::asks_for_workflows;
use super::work::Work;
use crate::cluster::{DataProblem, Tone, read_key, read_map};
use crate::crd::{Calendar, WorkflowStatus};
use crate::domain::conditions::Stage;
use crate::domain::rules::{self, MOST_WORKFLOWS, RuleError};
use crate::platform::PlatformError;

/// Most problems that a condition names.
const NAMED: usize = 3;

impl Work<'_> {
    /// Reads the profile of limits and the district's own.
    pub(super) async fn read_workflows(&mut self) {
        let namespace = self.district.namespace().unwrap_or_default();
        let cluster = &self.ctx.cluster;
        let mut wanted = BTreeMap::new();
        if let Some(profile) = &self.district.spec.sla_profile {
            match read_map(cluster, &namespace, profile).await {
                Ok(texts) => wanted = self.read_profile(texts),
                Err(problem) => self.workflow_missing(profile, &problem),
            }
        }
        for asked in &self.district.spec.workflows {
            let profile = wanted.remove(&asked.name).unwrap_or_else(|| json!({}));
            match read_key(cluster, &namespace, &asked.config_map).await {
                Ok(text) => match rules::read(&text) {
                    Ok(own) => {
                        let both = rules::with_profile(profile, own);
                        wanted.insert(asked.name.clone(), both);
                    }
                    Err(error) => self.workflow_unreadable(&asked.name, &error),
                },
                Err(problem) => self.workflow_missing(&asked.name, &problem),
            }
        }
        self.rules.workflows = wanted;
    }

    fn read_profile(&mut self, texts: BTreeMap<String, String>) -> BTreeMap<String, Value> {
        let mut limits = BTreeMap::new();
        for (name, text) in texts {
            if name == Calendar::PROFILE_KEY {
                continue;
            }
            if limits.len() == MOST_WORKFLOWS {
                self.workflow_unreadable(&name, &RuleError::TooMany);
                break;
            }
            match rules::read_limits(&name, &text) {
                Ok(read) => {
                    limits.insert(name, read);
                }
                Err(error) => self.workflow_unreadable(&name, &error),
            }
        }
        limits
    }

    pub(super) async fn workflow_differs(
        &mut self,
        name: &str,
        wanted: &Value,
    ) -> Result<bool, PlatformError> {
        let places = &self.ctx.platform.places;
        let current = places.workflow_override(name, self.six_digits()).await?;
        let Some(current) = current else {
            // the file as it is: nobody has to publish that
            return Ok(!rules::is_empty(wanted));
        };
        let before = self.known_workflow(name);
        let before = before.map(|known| (known.digest.as_str(), known.version));
        let differs = rules::differs(wanted, Some(&current), before);
        if !differs {
            self.note_workflow(name, wanted, current.version);
        }
        Ok(differs)
    }

    pub(super) async fn publish_workflow(&mut self, name: &str) {
        let Some(wanted) = self.rules.workflows.get(name).cloned() else {
            return;
        };
        let places = &self.ctx.platform.places;
        let reason = self.reason();
        let published = places.override_workflow(name, self.six_digits(), &wanted, &reason);
        match published.await {
            Ok(published) => {
                let digest = rules::digest_of(&wanted);
                let before = self.known_workflow(name);
                let same = before.is_some_and(|before| before.digest == digest);
                self.note_workflow(name, &wanted, published.version);
                self.tell_published(same, "WorkflowPublished", name).await;
            }
            Err(error) => self.workflow_refused(name, &error),
        }
        self.settle_workflows();
    }

    /// Goes back to the file, unless somebody has published something else since.
    pub(super) async fn restore_workflow(&mut self, name: &str) {
        let version = self.known_workflow(name).map(|known| known.version);
        let (places, district) = (&self.ctx.platform.places, self.six_digits());
        let reason = self.reason();
        let done = async {
            let current = places.workflow_override(name, district).await?;
            let ours = current.is_some_and(|current| Some(current.version) == version);
            if ours {
                let nothing = json!({});
                places
                    .override_workflow(name, district, &nothing, &reason)
                    .await?;
            }
            Ok::<_, PlatformError>(ours)
        };
        match done.await {
            Ok(ours) => {
                self.status.workflows.retain(|known| known.name != name);
                if ours {
                    self.tell(Tone::Normal, "WorkflowRestored", name).await;
                }
            }
            // a workflow that is no more has nothing to go back to
            Err(error) if error.is_not_found() => {
                self.status.workflows.retain(|known| known.name != name);
            }
            Err(error) => self.workflow_refused(name, &error),
        }
        self.settle_workflows();
    }

    /// Workflows that were changed for this resource, which does not ask for it any more.
    pub(super) fn left(&self) -> Vec<String> {
        let asked = &self.district.spec.workflows;
        let known = self.status.workflows.iter().map(|known| &known.name);
        let left = known.filter(|name| {
            !self.rules.workflows.contains_key(*name) && asked.iter().all(|one| one.name != **name)
        });
        left.cloned().collect()
    }

    /// Says what became of the workflows so far.
    pub(super) fn settle_workflows(&mut self) {
        let problems = &self.rules.problems;
        let Some(&(reason, _)) = problems.first() else {
            if asks_for_workflows(&self.district.spec) {
                let known = self.status.workflows.iter();
                let known = known.map(|one| format!("{} {}", one.name, one.version));
                let known: Vec<_> = known.collect();
                self.report.workflows = Stage::done("Applied", known.join(", "));
            }
            return;
        };
        let named: Vec<_> = problems
            .iter()
            .take(NAMED)
            .map(|(_, why)| why.as_str())
            .collect();
        let mut message = named.join("; ");
        if problems.len() > NAMED {
            message = format!("共 {} 处 (in all): {message}", problems.len());
        }
        self.report.workflows = Stage::failed(reason, message);
    }

    fn known_workflow(&self, name: &str) -> Option<&WorkflowStatus> {
        let mut known = self.status.workflows.iter();
        known.find(|known| known.name == name)
    }

    fn note_workflow(&mut self, name: &str, wanted: &Value, version: i64) {
        self.status.workflows.retain(|known| known.name != name);
        self.status.workflows.push(WorkflowStatus {
            name: name.to_owned(),
            digest: rules::digest_of(wanted),
            version,
        });
        self.status
            .workflows
            .sort_by(|one, other| one.name.cmp(&other.name));
    }

    fn workflow_missing(&mut self, name: &str, problem: &DataProblem) {
        self.again |= problem.is_passing();
        let why = format!("{name}: {problem}");
        self.rules.problems.push(("DataMissing", why));
    }

    fn workflow_unreadable(&mut self, name: &str, error: &RuleError) {
        let why = format!("{name}: {error}");
        self.rules.problems.push(("DataUnreadable", why));
    }

    pub(super) fn workflow_refused(&mut self, name: &str, error: &PlatformError) {
        self.rule_refused(error);
        let why = format!("{name}: {error}");
        self.rules.problems.push((error.reason(), why));
    }
}
