//! Which service listens to what: every process knows it, so that an event is kept for a service
//! that has not started yet.

use crate::Event;
use crate::identity::{
    AccountDisconnected, AccountExcluded, AccountGranted, AccountReadmitted, AccountReminded,
    AccountRevoked,
};
use crate::registry::{
    GridDrawn, OrganisationClosed, OrganisationEstablished, OrganisationMoved, OrganisationRenamed,
    ReportInConfirmed, ReportInEnded, ResolutionPassed,
};
use crate::ticketing::{
    OrderAdvanced, OrderAlerted, OrderAssisted, OrderCallbackInvited, OrderCallerInvited,
    OrderMerged, OrderOffered, OrderOpened, OrderPetitioned, OrderProgressed, OrderPublished,
    OrderRecalled,
};
use crate::volunteering::{
    CertificateIssued, CertificateRevoked, HoursObjectionAnswered, SignUpChanged, SignUpReminded,
    TaskClaimed, TaskInvited, TaskOpened, TaskReleased, TaskReminded,
};

/// Consumers with the types of the events that they want.
pub const CONSUMERS: &[(&str, &[&str])] = &[
    (
        "identity",
        &[
            AccountDisconnected::TYPE,
            AccountRevoked::TYPE,
            OrderCallbackInvited::TYPE,
            OrderCallerInvited::TYPE,
            OrganisationMoved::TYPE,
        ],
    ),
    (
        "notifications",
        &[
            AccountDisconnected::TYPE,
            AccountExcluded::TYPE,
            AccountGranted::TYPE,
            AccountReadmitted::TYPE,
            AccountReminded::TYPE,
            AccountRevoked::TYPE,
            CertificateIssued::TYPE,
            CertificateRevoked::TYPE,
            HoursObjectionAnswered::TYPE,
            OrderAdvanced::TYPE,
            OrderAlerted::TYPE,
            OrderAssisted::TYPE,
            OrderMerged::TYPE,
            OrderCallbackInvited::TYPE,
            OrderOpened::TYPE,
            OrderPetitioned::TYPE,
            OrderProgressed::TYPE,
            OrderPublished::TYPE,
            OrganisationMoved::TYPE,
            SignUpChanged::TYPE,
            SignUpReminded::TYPE,
            TaskClaimed::TYPE,
            TaskInvited::TYPE,
            TaskOpened::TYPE,
            TaskReleased::TYPE,
            TaskReminded::TYPE,
        ],
    ),
    (
        "registry",
        &[
            AccountDisconnected::TYPE,
            AccountRevoked::TYPE,
            OrderAdvanced::TYPE,
            OrderOpened::TYPE,
            OrderPublished::TYPE,
        ],
    ),
    (
        "ticketing",
        &[
            AccountDisconnected::TYPE,
            AccountExcluded::TYPE,
            AccountGranted::TYPE,
            AccountReadmitted::TYPE,
            AccountRevoked::TYPE,
            GridDrawn::TYPE,
            OrganisationClosed::TYPE,
            OrganisationEstablished::TYPE,
            OrganisationMoved::TYPE,
            OrganisationRenamed::TYPE,
            ResolutionPassed::TYPE,
            TaskClaimed::TYPE,
            TaskReleased::TYPE,
        ],
    ),
    (
        "volunteering",
        &[
            AccountDisconnected::TYPE,
            AccountExcluded::TYPE,
            AccountReadmitted::TYPE,
            AccountRevoked::TYPE,
            OrderOffered::TYPE,
            OrderRecalled::TYPE,
            OrganisationMoved::TYPE,
            ReportInConfirmed::TYPE,
            ReportInEnded::TYPE,
        ],
    ),
];
