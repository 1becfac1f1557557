//! What has to be done for a district: from what is wanted and what is there to a list of actions.

use crate::crd::{AdministratorStatus, DistrictSpec};

/// The district in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Never registered.
    Absent,
    /// Withdrawn by somebody: the operator does not bring it back.
    Closed,
    /// It is there.
    Open {
        /// Its name.
        name: String,
        /// Code of the area above.
        parent_code: Option<String>,
        /// Its place in the tree.
        path: String,
    },
}

/// The machine account and the Secret that holds its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Machine {
    /// Never registered.
    Absent,
    /// Registered, but nobody holds a secret that is good.
    Locked {
        /// OAuth `client_id`.
        client_id: String,
        /// Its account.
        account_id: String,
    },
    /// The Secret opens the account.
    Good {
        /// OAuth `client_id`.
        client_id: String,
        /// Its account.
        account_id: String,
    },
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observed {
    /// In the registry.
    pub(crate) place: Place,
    /// Digest of the division data to be imported, where they read.
    pub(crate) data: Option<String>,
    /// Digest of those imported last.
    pub(crate) imported: Option<String>,
    /// In identity.
    pub(crate) machine: Machine,
    /// Administrators that hold their role.
    pub(crate) administrators: Vec<AdministratorStatus>,
    /// Calendar and workflows.
    pub(crate) rules: RulesFound,
    /// Whether the platform has other quotas than are wanted.
    pub(crate) quotas: bool,
    /// Whether it is time to look at everything again.
    pub(crate) due: bool,
}

/// What of the rules is to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RulesFound {
    /// Whether the platform has another calendar than is wanted.
    pub(crate) calendar: bool,
    /// Workflows of which the platform has something else than is wanted.
    pub(crate) workflows: Vec<String>,
    /// Workflows that were changed for this resource, which asks for it no more.
    pub(crate) left: Vec<String>,
}

/// One thing to be done. Each is safe to repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Put the district into the registry with its name and parent.
    Register,
    /// Import its divisions.
    ImportDivisions,
    /// Register a machine account and write its secret.
    IssueCredentials,
    /// Give the machine account another secret and write that.
    RenewCredentials {
        /// OAuth `client_id`.
        client_id: String,
        /// Its account.
        account_id: String,
    },
    /// Let the machine account run the district.
    GrantMachine,
    /// Let an account run the district.
    GrantAdministrator {
        /// The account.
        account_id: String,
    },
    /// Take that back.
    RevokeAdministrator {
        /// The account.
        account_id: String,
        /// The grant; absent where it was not this resource's.
        grant_id: Option<String>,
    },
    /// Publish the calendar.
    PublishCalendar,
    /// Publish what the district does otherwise than a workflow's file.
    PublishWorkflow {
        /// The workflow.
        name: String,
    },
    /// Go back to a workflow's file.
    RestoreWorkflow {
        /// The workflow.
        name: String,
    },
    /// Set the quotas.
    SetQuotas,
    /// Declare the queues, where the operator knows the broker.
    DeclareQueues,
    /// Count units and orders.
    Count,
}

/// Lists what has to be done, in this order.
#[must_use]
pub(crate) fn plan(spec: &DistrictSpec, observed: &Observed) -> Vec<Action> {
    let mut actions = Vec::new();
    match &observed.place {
        // somebody withdrew it: whatever is done below would be done to a place that is no more
        Place::Closed => return actions,
        Place::Absent => actions.push(Action::Register),
        Place::Open {
            name, parent_code, ..
        } => {
            let elsewhere = spec.parent_code.is_some() && *parent_code != spec.parent_code;
            if *name != spec.name || elsewhere {
                actions.push(Action::Register);
            }
        }
    }
    if observed.data.is_some() && (observed.due || observed.data != observed.imported) {
        actions.push(Action::ImportDivisions);
    }
    let issued = match &observed.machine {
        Machine::Absent => {
            actions.push(Action::IssueCredentials);
            true
        }
        Machine::Locked {
            client_id,
            account_id,
        } => {
            actions.push(Action::RenewCredentials {
                client_id: client_id.clone(),
                account_id: account_id.clone(),
            });
            true
        }
        Machine::Good { .. } => false,
    };
    if issued || observed.due {
        actions.push(Action::GrantMachine);
    }
    administrators(spec, observed, &mut actions);
    rules(&observed.rules, &mut actions);
    if observed.quotas {
        actions.push(Action::SetQuotas);
    }
    if observed.due {
        actions.push(Action::DeclareQueues);
    }
    if observed.due || !actions.is_empty() {
        actions.push(Action::Count);
    }
    actions
}

fn administrators(spec: &DistrictSpec, observed: &Observed, actions: &mut Vec<Action>) {
    for held in &observed.administrators {
        if !spec.administrators.contains(&held.account_id) {
            actions.push(Action::RevokeAdministrator {
                account_id: held.account_id.clone(),
                grant_id: held.grant_id.clone(),
            });
        }
    }
    for account_id in &spec.administrators {
        let mut held = observed.administrators.iter();
        if observed.due || !held.any(|held| held.account_id == *account_id) {
            actions.push(Action::GrantAdministrator {
                account_id: account_id.clone(),
            });
        }
    }
}

fn rules(found: &RulesFound, actions: &mut Vec<Action>) {
    if found.calendar {
        actions.push(Action::PublishCalendar);
    }
    for name in found.left.clone() {
        actions.push(Action::RestoreWorkflow { name });
    }
    for name in found.workflows.clone() {
        actions.push(Action::PublishWorkflow { name });
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec() -> DistrictSpec {
        let spec = json!({
            "code": "420105000000", "name": "汉阳区", "parentCode": "420100000000", "administrators": ["acc_a"],
        });
        serde_json::from_value(spec).unwrap()
    }

    /// Everything as it should be.
    fn settled() -> Observed {
        Observed {
            place: Place::Open {
                name: "汉阳区".to_owned(),
                parent_code: Some("420100000000".to_owned()),
                path: "/420100000000/420105000000/".to_owned(),
            },
            data: Some("d1".to_owned()),
            imported: Some("d1".to_owned()),
            machine: Machine::Good {
                client_id: "cli_1".to_owned(),
                account_id: "acc_m".to_owned(),
            },
            administrators: vec![held("acc_a")],
            rules: RulesFound::default(),
            quotas: false,
            due: false,
        }
    }

    fn held(account: &str) -> AdministratorStatus {
        AdministratorStatus {
            account_id: account.to_owned(),
            grant_id: Some(format!("gra_{account}")),
        }
    }

    fn grant(account: &str) -> Action {
        Action::GrantAdministrator {
            account_id: account.to_owned(),
        }
    }

    #[test]
    fn what_is_settled_is_left_alone() {
        assert_eq!(plan(&spec(), &settled()), []);
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one case after the other")]
    fn each_difference_has_its_action() {
        let open = |name: &str, parent: Option<&str>| Place::Open {
            name: name.to_owned(),
            parent_code: parent.map(str::to_owned),
            path: "/420105000000/".to_owned(),
        };
        let renamed = Observed {
            place: open("汉阳", Some("420100000000")),
            ..settled()
        };
        let root = Observed {
            place: open("汉阳区", None),
            ..settled()
        };
        let absent = Observed {
            place: Place::Absent,
            ..settled()
        };
        let new_data = Observed {
            data: Some("d2".to_owned()),
            ..settled()
        };
        let broken_data = Observed {
            data: None,
            ..settled()
        };
        let no_machine = Observed {
            machine: Machine::Absent,
            ..settled()
        };
        let locked = Observed {
            machine: Machine::Locked {
                client_id: "cli_1".to_owned(),
                account_id: "acc_m".to_owned(),
            },
            ..settled()
        };
        let renew = Action::RenewCredentials {
            client_id: "cli_1".to_owned(),
            account_id: "acc_m".to_owned(),
        };
        let other = Observed {
            administrators: vec![held("acc_b")],
            ..settled()
        };
        let revoke = Action::RevokeAdministrator {
            account_id: "acc_b".to_owned(),
            grant_id: Some("gra_acc_b".to_owned()),
        };
        let rules = Observed {
            rules: RulesFound {
                calendar: true,
                workflows: vec!["six-step".to_owned()],
                left: vec!["five-order".to_owned()],
            },
            ..settled()
        };
        let publish = Action::PublishWorkflow {
            name: "six-step".to_owned(),
        };
        let restore = Action::RestoreWorkflow {
            name: "five-order".to_owned(),
        };
        let quotas = Observed {
            quotas: true,
            ..settled()
        };
        let due = Observed {
            due: true,
            ..settled()
        };
        for (name, observed, expected) in [
            ("absent", absent, vec![Action::Register, Action::Count]),
            ("renamed", renamed, vec![Action::Register, Action::Count]),
            ("a root", root, vec![Action::Register, Action::Count]),
            (
                "new data",
                new_data,
                vec![Action::ImportDivisions, Action::Count],
            ),
            ("data that do not read", broken_data, vec![]),
            (
                "no machine",
                no_machine,
                vec![
                    Action::IssueCredentials,
                    Action::GrantMachine,
                    Action::Count,
                ],
            ),
            (
                "secret lost",
                locked,
                vec![renew, Action::GrantMachine, Action::Count],
            ),
            (
                "other administrators",
                other,
                vec![revoke, grant("acc_a"), Action::Count],
            ),
            (
                "other rules",
                rules,
                vec![Action::PublishCalendar, restore, publish, Action::Count],
            ),
            (
                "due",
                due,
                vec![
                    Action::ImportDivisions,
                    Action::GrantMachine,
                    grant("acc_a"),
                    Action::DeclareQueues,
                    Action::Count,
                ],
            ),
            (
                "other quotas",
                quotas,
                vec![Action::SetQuotas, Action::Count],
            ),
        ] {
            assert_eq!(plan(&spec(), &observed), expected, "{name}");
        }
    }

    #[test]
    fn a_place_that_somebody_withdrew_is_not_brought_back() {
        let observed = Observed {
            place: Place::Closed,
            machine: Machine::Absent,
            rules: RulesFound {
                calendar: true,
                ..RulesFound::default()
            },
            due: true,
            ..settled()
        };
        assert_eq!(plan(&spec(), &observed), []);
    }

    #[test]
    fn a_district_without_a_named_city_stays_where_it_is() {
        let spec = DistrictSpec {
            parent_code: None,
            ..spec()
        };
        assert_eq!(plan(&spec, &settled()), []);
    }
}
