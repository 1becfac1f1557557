//! Volunteers, their teams, how turns are shared out.

use super::RUNNERS;
use crate::{Access, Policy};

/// Rows of volunteers and teams.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "register_volunteer",
        "POST",
        "/api/volunteering/v1/volunteers",
        Access::Authenticated,
    ),
    Policy::new(
        "list_volunteers",
        "GET",
        "/api/volunteering/v1/volunteers",
        RUNNERS,
    ),
    Policy::new(
        "show_volunteer",
        "GET",
        "/api/volunteering/v1/volunteers/{id}",
        RUNNERS,
    ),
    Policy::new(
        "change_volunteer",
        "POST",
        "/api/volunteering/v1/volunteers/{id}/steps",
        RUNNERS,
    ),
    Policy::new(
        "change_proof",
        "POST",
        "/api/volunteering/v1/volunteers/{id}/proofs/steps",
        Access::Authenticated,
    ),
    Policy::new(
        "show_my_volunteer",
        "GET",
        "/api/volunteering/v1/me",
        Access::Authenticated,
    ),
    Policy::new(
        "update_my_volunteer",
        "PUT",
        "/api/volunteering/v1/me",
        Access::Authenticated,
    ),
    Policy::new(
        "claim_my_proof",
        "POST",
        "/api/volunteering/v1/me/proofs",
        Access::Authenticated,
    ),
    Policy::new("found_team", "POST", "/api/volunteering/v1/teams", RUNNERS),
    Policy::new(
        "list_teams",
        "GET",
        "/api/volunteering/v1/teams",
        Access::Authenticated,
    ),
    Policy::new(
        "show_team",
        "GET",
        "/api/volunteering/v1/teams/{id}",
        Access::Authenticated,
    ),
    Policy::new(
        "join_team",
        "POST",
        "/api/volunteering/v1/teams/{id}/members",
        Access::Authenticated,
    ),
    Policy::new(
        "change_team_member",
        "POST",
        "/api/volunteering/v1/teams/{id}/members/steps",
        Access::Authenticated,
    ),
    Policy::new(
        "show_fairness",
        "GET",
        "/api/volunteering/v1/fairness",
        RUNNERS,
    ),
];
