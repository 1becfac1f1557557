//! Which service listens to what: every process knows it, so that an event is kept for a service
//! that has not started yet.

use crate::Event;
use crate::identity::{AccountGranted, AccountRevoked};
use crate::registry::{
    OrganisationClosed, OrganisationEstablished, OrganisationMoved, OrganisationRenamed,
};
use crate::ticketing::{OrderAdvanced, OrderOffered, OrderOpened, OrderPublished, OrderRecalled};
use crate::volunteering::{TaskClaimed, TaskOpened, TaskReleased};

/// Consumers with the types of the events that they want.
pub const CONSUMERS: &[(&str, &[&str])] = &[
    ("identity", &[OrganisationMoved::TYPE]),
    (
        "notifications",
        &[
            AccountGranted::TYPE,
            AccountRevoked::TYPE,
            OrderAdvanced::TYPE,
            OrderOpened::TYPE,
            OrderPublished::TYPE,
            TaskClaimed::TYPE,
            TaskOpened::TYPE,
            TaskReleased::TYPE,
        ],
    ),
    (
        "ticketing",
        &[
            AccountGranted::TYPE,
            AccountRevoked::TYPE,
            OrganisationClosed::TYPE,
            OrganisationEstablished::TYPE,
            OrganisationMoved::TYPE,
            OrganisationRenamed::TYPE,
            TaskClaimed::TYPE,
            TaskReleased::TYPE,
        ],
    ),
    (
        "volunteering",
        &[
            OrderOffered::TYPE,
            OrderRecalled::TYPE,
            OrganisationMoved::TYPE,
        ],
    ),
];
