//! What an event says, as far as notices care.

use kernel::{AccountId, OrgCode, OrgPath, Role, Timestamp};

use super::subject::Subject;

/// A thing that happened and that people may have to hear of.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// Type of the event.
    pub event: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// Human number of the order, where the event says it.
    pub number: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Action taken.
    pub action: String,
    /// How far something beside the order's states has come, in the event's own word.
    pub step: String,
    /// State before.
    pub from: String,
    /// State after.
    pub state: String,
    /// End of the running limit.
    pub due_at: Option<Timestamp>,
    /// Who asked.
    pub requester: Option<AccountId>,
    /// Who asked for orders that became part of it: they are told what the requester is told (并案诉求人).
    pub joint_requesters: Vec<AccountId>,
    /// The unit that it is about (被反映单位): none of its offices is told.
    pub about: Option<OrgCode>,
    /// Who handles it.
    pub assignee: Option<AccountId>,
    /// Residents drawn to judge.
    pub panel: Vec<AccountId>,
    /// Who took or gave back the task.
    pub volunteer: Option<AccountId>,
    /// Who follows it (关注).
    pub followers: Vec<AccountId>,
    /// Who asked for something about it (退单、延期…).
    pub applicant: Option<AccountId>,
    /// Whose grant it is about.
    pub holder: Option<AccountId>,
    /// Roles whose holders can act; of a grant its role.
    pub roles: Vec<Role>,
    /// Where the matter is.
    pub area: OrgPath,
    /// Unit that handles it.
    pub unit: Option<OrgPath>,
    /// Unit that was asked for a part of it (协办单位).
    pub part_unit: Option<OrgPath>,
    /// Who above answers for it now: the node and the role there (逐级提级).
    pub supervisor: Option<(OrgPath, Role)>,
}

impl Occurrence {
    /// Makes an occurrence of which nothing but its subject is known.
    #[must_use]
    pub fn of(event: &'static str, subject: impl Into<Subject>) -> Self {
        Self {
            event,
            subject: subject.into(),
            number: String::new(),
            workflow: String::new(),
            action: String::new(),
            step: String::new(),
            from: String::new(),
            state: String::new(),
            due_at: None,
            requester: None,
            joint_requesters: Vec::new(),
            about: None,
            assignee: None,
            panel: Vec::new(),
            volunteer: None,
            followers: Vec::new(),
            applicant: None,
            holder: None,
            roles: Vec::new(),
            area: OrgPath::root(),
            unit: None,
            part_unit: None,
            supervisor: None,
        }
    }

    /// Says whether the order went to another state.
    #[must_use]
    pub fn moved(&self) -> bool {
        self.from != self.state
    }

    /// Lists where it happened: the place, and the unit that handles it.
    #[must_use]
    pub fn places(&self) -> Vec<&OrgPath> {
        let places = [Some(&self.area), self.unit.as_ref()];
        places.into_iter().flatten().collect()
    }

    /// Walks the organisations at which it happened: those of the place and of the unit, and all above.
    pub fn nodes(&self) -> impl Iterator<Item = OrgCode> {
        let places = self.places().into_iter();
        places
            .flat_map(OrgPath::ancestors)
            .filter_map(|node| node.leaf())
    }

    /// Splits the roles that `wanted` admits by the path along which their holders are looked for:
    /// those that act for the unit along the unit's, all others along the order's.
    #[must_use]
    pub fn searches(&self, wanted: &[Role], unit_roles: &[Role]) -> Vec<(&OrgPath, Vec<Role>)> {
        let admitted = self
            .roles
            .iter()
            .copied()
            .filter(|role| wanted.is_empty() || wanted.contains(role));
        let Some(unit) = &self.unit else {
            let roles: Vec<Role> = admitted.collect();
            return vec![(&self.area, roles)];
        };
        let (of_unit, of_area) = admitted.partition(|role| unit_roles.contains(role));
        vec![(unit, of_unit), (&self.area, of_area)]
    }
}
