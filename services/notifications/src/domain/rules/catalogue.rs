//! What each consumed event can tell: a rule that asks for more is refused.

use contracts::Event;
use contracts::identity::AccountReminded;
use contracts::ticketing::{
    OrderAdvanced, OrderAlerted, OrderAssisted, OrderCallbackInvited, OrderMerged, OrderOpened,
    OrderPetitioned, OrderProgressed, OrderPublished,
};
use contracts::volunteering::{
    CertificateIssued, CertificateRevoked, HoursObjectionAnswered, SignUpChanged, SignUpReminded,
    TaskClaimed, TaskInvited, TaskOpened, TaskReleased, TaskReminded,
};

use super::{Fact, Recipient};

/// An event that rules may name.
pub(super) struct Known {
    pub(super) event: &'static str,
    pub(super) recipients: &'static [Recipient],
    pub(super) facts: &'static [Fact],
    /// Keys of `when`.
    pub(super) conditions: &'static [&'static str],
}

const KNOWN: &[Known] = &[
    Known {
        event: OrderOpened::TYPE,
        recipients: &[
            Recipient::Requester,
            Recipient::Assignee,
            Recipient::Panel,
            Recipient::WaitingRoles,
        ],
        facts: &[Fact::Number, Fact::State, Fact::Due],
        conditions: &["workflow", "state", "not_state"],
    },
    Known {
        event: OrderAdvanced::TYPE,
        recipients: &[
            Recipient::Requester,
            Recipient::Assignee,
            Recipient::Panel,
            Recipient::WaitingRoles,
        ],
        facts: &[Fact::Number, Fact::State, Fact::Action, Fact::Due],
        conditions: &["workflow", "action", "from", "state", "not_state", "moved"],
    },
    Known {
        event: OrderPublished::TYPE,
        recipients: &[Recipient::Requester, Recipient::Assignee],
        facts: &[Fact::Number],
        conditions: &[],
    },
    Known {
        event: OrderAlerted::TYPE,
        recipients: &[
            Recipient::Assignee,
            Recipient::WaitingRoles,
            Recipient::Supervisor,
        ],
        facts: &[Fact::Number, Fact::State, Fact::Due],
        conditions: &["workflow", "state", "not_state", "step"],
    },
    Known {
        event: OrderAssisted::TYPE,
        recipients: &[
            Recipient::Assignee,
            Recipient::WaitingRoles,
            Recipient::PartUnit,
        ],
        facts: &[Fact::Number, Fact::State, Fact::Due],
        conditions: &["workflow", "state", "not_state", "step"],
    },
    Known {
        event: OrderMerged::TYPE,
        recipients: &[Recipient::Requester, Recipient::Assignee],
        facts: &[Fact::Number, Fact::State],
        conditions: &["workflow", "state", "not_state", "step"],
    },
    Known {
        event: OrderPetitioned::TYPE,
        recipients: &[Recipient::WaitingRoles, Recipient::Applicant],
        facts: &[Fact::Number, Fact::State],
        conditions: &["workflow", "state", "not_state", "step"],
    },
    Known {
        event: OrderProgressed::TYPE,
        recipients: &[Recipient::Followers],
        facts: &[Fact::Number, Fact::State],
        conditions: &["workflow", "state", "not_state", "step"],
    },
    Known {
        event: OrderCallbackInvited::TYPE,
        recipients: &[Recipient::Requester],
        facts: &[Fact::Number, Fact::Due],
        conditions: &[],
    },
    Known {
        event: TaskOpened::TYPE,
        recipients: &[Recipient::TaskRoles],
        facts: &[Fact::Number],
        conditions: &[],
    },
    Known {
        event: TaskClaimed::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[],
        conditions: &[],
    },
    Known {
        event: TaskInvited::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[Fact::Number, Fact::Due],
        conditions: &[],
    },
    Known {
        event: TaskReminded::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[Fact::Number, Fact::Due],
        conditions: &[],
    },
    Known {
        event: TaskReleased::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[],
        conditions: &[],
    },
    Known {
        event: SignUpChanged::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[Fact::Due],
        conditions: &["state", "not_state"],
    },
    Known {
        event: SignUpReminded::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[Fact::Due],
        conditions: &[],
    },
    Known {
        event: CertificateIssued::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[Fact::Number],
        conditions: &[],
    },
    Known {
        event: CertificateRevoked::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[Fact::Number],
        conditions: &["step"],
    },
    Known {
        event: HoursObjectionAnswered::TYPE,
        recipients: &[Recipient::Volunteer],
        facts: &[],
        conditions: &["state", "not_state"],
    },
    Known {
        event: AccountReminded::TYPE,
        recipients: &[Recipient::Holder],
        facts: &[Fact::Role, Fact::Due],
        conditions: &[],
    },
];

pub(super) fn find(event: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.event == event)
}

pub(super) fn recipient(name: &str) -> Option<Recipient> {
    Some(match name {
        "requester" => Recipient::Requester,
        "assignee" => Recipient::Assignee,
        "panel" => Recipient::Panel,
        "volunteer" => Recipient::Volunteer,
        "followers" => Recipient::Followers,
        "applicant" => Recipient::Applicant,
        "holder" => Recipient::Holder,
        "waiting_roles" => Recipient::WaitingRoles,
        "task_roles" => Recipient::TaskRoles,
        "part_unit" => Recipient::PartUnit,
        "supervisor" => Recipient::Supervisor,
        _ => return None,
    })
}
