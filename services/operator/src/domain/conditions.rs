//! What is said of a district: conditions from what became of its parts.

use kernel::Timestamp;

use crate::crd::{Condition, DistrictSpec};

/// What became of one part of a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing is asked for.
    NotAsked,
    /// It waits for another part.
    Waiting {
        /// Why, for people.
        message: String,
    },
    /// It is as it should be.
    Done {
        /// In one word.
        reason: &'static str,
        /// For people.
        message: String,
    },
    /// It is not.
    Failed {
        /// In one word.
        reason: &'static str,
        /// For people.
        message: String,
    },
}

impl Stage {
    /// Says that it is as it should be.
    pub(crate) fn done(reason: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Done { reason, message }
    }

    /// Says that it is not.
    pub(crate) fn failed(reason: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Failed { reason, message }
    }

    /// Says that it waits.
    pub(crate) fn waiting(message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Waiting { message }
    }

    fn holds_back(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Waiting { .. })
    }
}

/// What became of all parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// In the registry.
    pub(crate) registered: Stage,
    /// Divisions.
    pub(crate) divisions: Stage,
    /// Machine account and Secret.
    pub(crate) credentials: Stage,
    /// Administrators.
    pub(crate) administrators: Stage,
    /// Calendar of working time.
    pub(crate) calendar: Stage,
    /// What is done otherwise than the workflows' files, with the profile of limits.
    pub(crate) workflows: Stage,
    /// Quotas.
    pub(crate) quotas: Stage,
    /// Queues of the installation.
    pub(crate) queues: Stage,
    /// Hotline.
    pub(crate) hotline: Stage,
    /// Counts of units and orders.
    pub(crate) counts: Stage,
}

impl Report {
    /// The parts with the type of their condition; counts have none.
    fn parts(&self) -> [(&'static str, &Stage); 9] {
        [
            ("Registered", &self.registered),
            ("DivisionsImported", &self.divisions),
            ("CredentialsReady", &self.credentials),
            ("AdministratorsGranted", &self.administrators),
            ("CalendarApplied", &self.calendar),
            ("WorkflowsApplied", &self.workflows),
            ("QuotasApplied", &self.quotas),
            ("QueuesDeclared", &self.queues),
            ("HotlineConfigured", &self.hotline),
        ]
    }

    /// The first failure, for `lastError`.
    #[must_use]
    pub(crate) fn first_failure(&self) -> Option<(&'static str, &str)> {
        let parts = self.parts().into_iter().chain([("Counts", &self.counts)]);
        parts.into_iter().find_map(|(kind, stage)| match stage {
            // the hotline fails without an API to connect it: said by its condition
            Stage::Failed { reason, message } if *reason != NO_API => {
                Some((kind, message.as_str()))
            }
            _ => None,
        })
    }
}

/// Reason where the platform has no API for what is asked.
pub(crate) const NO_API: &str = "NoApi";

/// Lists what the resource asks for and the platform has no API for.
#[must_use]
pub(crate) fn unsupported(spec: &DistrictSpec) -> Vec<&'static str> {
    let asked = [("hotline", spec.hotline.is_some())];
    let asked = asked.into_iter().filter(|(_, asked)| *asked);
    asked.map(|(name, _)| name).collect()
}

/// Says what is to be said, in a fixed order, keeping the time of what did not change.
#[must_use]
pub(crate) fn conditions(
    spec: &DistrictSpec,
    generation: Option<i64>,
    report: &Report,
    before: &[Condition],
    now: Timestamp,
) -> Vec<Condition> {
    let mut said = vec![ready(report)];
    for (kind, stage) in report.parts() {
        said.extend(part(kind, stage));
    }
    said.push(degraded(report));
    let without = unsupported(spec);
    if !without.is_empty() {
        let message = format!(
            "平台尚无接口，未生效：{} (not applied, the platform has no API for it yet)",
            without.join(", ")
        );
        said.push(("Unsupported", "True", NO_API, message));
    }
    let said = said.into_iter().map(|(kind, status, reason, message)| {
        let mut same = before.iter();
        let since = same.find(|old| old.kind == kind && old.status == status);
        Condition {
            kind: kind.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            message,
            last_transition_time: since
                .map_or_else(|| now.to_string(), |old| old.last_transition_time.clone()),
            observed_generation: generation,
        }
    });
    said.collect()
}

type Said = (&'static str, &'static str, &'static str, String);

fn ready(report: &Report) -> Said {
    // a hotline that is not connected yet keeps nobody from working
    let needed = [
        &report.registered,
        &report.divisions,
        &report.credentials,
        &report.administrators,
        &report.calendar,
        &report.workflows,
        &report.quotas,
        &report.queues,
    ];
    let missing = report.parts().into_iter();
    let missing = missing.filter(|(_, stage)| {
        stage.holds_back() && needed.iter().any(|part| std::ptr::eq(*part, *stage))
    });
    let missing: Vec<_> = missing.map(|(kind, _)| kind).collect();
    if missing.is_empty() {
        (
            "Ready",
            "True",
            "AsDeclared",
            "一切就绪 (as declared)".to_owned(),
        )
    } else {
        let message = format!("未就绪：{} (not ready)", missing.join(", "));
        ("Ready", "False", "NotReady", message)
    }
}

fn part(kind: &'static str, stage: &Stage) -> Option<Said> {
    match stage {
        Stage::NotAsked => None,
        Stage::Waiting { message } => Some((kind, "Unknown", "Waiting", message.clone())),
        Stage::Done { reason, message } => Some((kind, "True", reason, message.clone())),
        Stage::Failed { reason, message } => Some((kind, "False", reason, message.clone())),
    }
}

fn degraded(report: &Report) -> Said {
    match report.first_failure() {
        None => (
            "Degraded",
            "False",
            "AsExpected",
            "无异常 (nothing failed)".to_owned(),
        ),
        Some((kind, message)) => ("Degraded", "True", kind, message.to_owned()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(more: &serde_json::Value) -> DistrictSpec {
        let mut spec = json!({"code": "420105000000", "name": "汉阳区"});
        let more = more.as_object().unwrap().clone();
        spec.as_object_mut().unwrap().extend(more);
        serde_json::from_value(spec).unwrap()
    }

    fn fine() -> Report {
        Report {
            registered: Stage::done("Registered", ""),
            divisions: Stage::NotAsked,
            credentials: Stage::done("Issued", ""),
            administrators: Stage::NotAsked,
            calendar: Stage::NotAsked,
            workflows: Stage::NotAsked,
            quotas: Stage::NotAsked,
            queues: Stage::NotAsked,
            hotline: Stage::NotAsked,
            counts: Stage::done("Counted", ""),
        }
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    fn brief(conditions: &[Condition]) -> Vec<(&str, &str, &str)> {
        let brief = conditions.iter();
        let brief = brief.map(|one| (&*one.kind, &*one.status, &*one.reason));
        brief.collect()
    }

    #[test]
    fn what_is_asked_and_done_is_ready() {
        let said = conditions(&spec(&json!({})), Some(3), &fine(), &[], at(0));
        assert_eq!(
            brief(&said),
            [
                ("Ready", "True", "AsDeclared"),
                ("Registered", "True", "Registered"),
                ("CredentialsReady", "True", "Issued"),
                ("Degraded", "False", "AsExpected"),
            ]
        );
        assert!(said.iter().all(|one| one.observed_generation == Some(3)));
    }

    #[test]
    fn each_failure_shows_where_it_is() {
        let report = Report {
            divisions: Stage::failed("RowsRefused", "3 rows"),
            administrators: Stage::waiting("registry first"),
            calendar: Stage::failed("Refused", "422"),
            workflows: Stage::done("Applied", "six-step"),
            quotas: Stage::done("Applied", "100"),
            queues: Stage::failed("BrokerAway", "refused"),
            ..fine()
        };
        let said = conditions(&spec(&json!({})), None, &report, &[], at(0));
        assert_eq!(
            brief(&said),
            [
                ("Ready", "False", "NotReady"),
                ("Registered", "True", "Registered"),
                ("DivisionsImported", "False", "RowsRefused"),
                ("CredentialsReady", "True", "Issued"),
                ("AdministratorsGranted", "Unknown", "Waiting"),
                ("CalendarApplied", "False", "Refused"),
                ("WorkflowsApplied", "True", "Applied"),
                ("QuotasApplied", "True", "Applied"),
                ("QueuesDeclared", "False", "BrokerAway"),
                ("Degraded", "True", "DivisionsImported"),
            ]
        );
        assert!(
            said[0]
                .message
                .contains("AdministratorsGranted, CalendarApplied, QueuesDeclared")
        );
        let counts = Report {
            counts: Stage::failed("Unavailable", "503"),
            ..fine()
        };
        assert_eq!(counts.first_failure(), Some(("Counts", "503")));
    }

    #[test]
    fn what_has_no_api_is_said_and_degrades_nothing() {
        let asked = spec(&json!({
            "calendar": {"profile": "city"}, "slaProfile": "default", "quotas": {"ordersPerDay": 10},
            "hotline": {"secretName": "hotline"},
        }));
        let report = Report {
            hotline: Stage::failed(NO_API, "no API"),
            ..fine()
        };
        let said = conditions(&asked, None, &report, &[], at(0));
        assert_eq!(said[0].status, "True");
        let last = said.last().unwrap();
        assert_eq!((&*last.kind, &*last.status), ("Unsupported", "True"));
        assert!(last.message.contains("hotline"), "{last:?}");
        for name in ["calendar", "slaProfile", "quotas"] {
            assert!(!last.message.contains(name), "{name} has an API");
        }
        assert!(brief(&said).contains(&("Degraded", "False", "AsExpected")));
        assert!(brief(&said).contains(&("HotlineConfigured", "False", NO_API)));
    }

    #[test]
    fn the_time_of_a_condition_is_when_its_status_changed() {
        let spec = spec(&json!({}));
        let first = conditions(&spec, Some(1), &fine(), &[], at(0));
        let again = conditions(&spec, Some(2), &fine(), &first, at(1_000_000));
        assert_eq!(first[0].last_transition_time, again[0].last_transition_time);
        let broken = Report {
            registered: Stage::failed("Unavailable", "503"),
            ..fine()
        };
        let changed = conditions(&spec, Some(2), &broken, &again, at(2_000_000));
        assert_ne!(
            again[0].last_transition_time,
            changed[0].last_transition_time
        );
        assert_eq!(
            again[2].last_transition_time,
            changed[2].last_transition_time
        );
    }
}
