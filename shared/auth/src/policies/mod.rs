//! One table per service; the service's authors keep it.

mod chassis;
mod identity;
mod notifications;
mod registry;
mod ticketing;
mod volunteering;

use crate::Policy;

/// The tables of all services.
pub(crate) const TABLES: &[&[Policy]] = &[
    chassis::POLICIES,
    identity::accounts::POLICIES,
    identity::privacy::POLICIES,
    identity::sign_in::POLICIES,
    notifications::POLICIES,
    registry::POLICIES,
    ticketing::figures::POLICIES,
    ticketing::orders::POLICIES,
    ticketing::rules::POLICIES,
    volunteering::activities::POLICIES,
    volunteering::papers::POLICIES,
    volunteering::people::POLICIES,
    volunteering::tasks::POLICIES,
];
