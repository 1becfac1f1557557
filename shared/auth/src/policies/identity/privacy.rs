//! Contacts, consents, guardianships, requests about one's own data.

use kernel::Role::{
    CallbackAgent, CommunityDispatcher, CompoundDispatcher, DistrictOperator, GridWorker,
    PlatformOperator, SecurityAdmin, StreetDispatcher,
};

use crate::{Access, Policy};

/// Who takes in what residents ask for, and with it how to reach them.
const INTAKE: Access = Access::Roles(&[
    GridWorker,
    CompoundDispatcher,
    CommunityDispatcher,
    StreetDispatcher,
    CallbackAgent,
    DistrictOperator,
    PlatformOperator,
]);

/// Who calls residents back.
const CALLERS: Access = Access::Roles(&[
    CommunityDispatcher,
    StreetDispatcher,
    CallbackAgent,
    DistrictOperator,
    PlatformOperator,
]);

/// Who decides whether somebody else may see a confidential contact.
const APPROVERS: Access = Access::Roles(&[DistrictOperator, PlatformOperator]);

/// Who knows the families of a place.
const CHECKERS: Access = Access::Roles(&[
    CommunityDispatcher,
    StreetDispatcher,
    DistrictOperator,
    PlatformOperator,
]);

/// Who ends what was confirmed by mistake.
const WITHDRAWERS: Access = Access::Roles(&[
    CommunityDispatcher,
    StreetDispatcher,
    DistrictOperator,
    PlatformOperator,
    SecurityAdmin,
]);

/// Rows of identity.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "register_my_contact",
        "POST",
        "/api/identity/v1/me/contacts",
        Access::Authenticated,
    ),
    Policy::new(
        "list_my_contacts",
        "GET",
        "/api/identity/v1/me/contacts",
        Access::Authenticated,
    ),
    Policy::new(
        "show_my_contact",
        "GET",
        "/api/identity/v1/me/contacts/{id}",
        Access::Authenticated,
    ),
    Policy::new(
        "change_my_contact",
        "PUT",
        "/api/identity/v1/me/contacts/{id}",
        Access::Authenticated,
    ),
    Policy::new(
        "delete_my_contact",
        "DELETE",
        "/api/identity/v1/me/contacts/{id}",
        Access::Authenticated,
    ),
    Policy::new(
        "register_contact",
        "POST",
        "/api/identity/v1/contacts",
        INTAKE,
    ),
    Policy::new(
        "show_contact",
        "GET",
        "/api/identity/v1/contacts/{id}",
        INTAKE,
    ),
    Policy::new(
        "find_contacts",
        "POST",
        "/api/identity/v1/contacts/searches",
        CALLERS,
    ),
    Policy::new(
        "request_reveal",
        "POST",
        "/api/identity/v1/contacts/{id}/reveals",
        CALLERS,
    ),
    Policy::new("list_reveals", "GET", "/api/identity/v1/reveals", APPROVERS),
    Policy::new(
        "open_reveal",
        "POST",
        "/api/identity/v1/reveals/{id}/actions/open",
        CALLERS,
    ),
    Policy::new(
        "approve_reveal",
        "POST",
        "/api/identity/v1/reveals/{id}/actions/approve",
        APPROVERS,
    ),
    Policy::new(
        "refuse_reveal",
        "POST",
        "/api/identity/v1/reveals/{id}/actions/refuse",
        APPROVERS,
    ),
    Policy::new(
        "list_notices",
        "GET",
        "/api/identity/v1/notices",
        Access::Public,
    ),
    Policy::new(
        "publish_notice",
        "POST",
        "/api/identity/v1/notices",
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "list_my_consents",
        "GET",
        "/api/identity/v1/me/consents",
        Access::Authenticated,
    ),
    Policy::new(
        "set_my_consent",
        "PUT",
        "/api/identity/v1/me/consents/{purpose}",
        Access::Authenticated,
    ),
    Policy::new(
        "set_ward_consent",
        "PUT",
        "/api/identity/v1/me/guardianships/{id}/consents/{purpose}",
        Access::Authenticated,
    ),
    Policy::new(
        "claim_guardianship",
        "POST",
        "/api/identity/v1/me/guardianships",
        Access::Authenticated,
    ),
    Policy::new(
        "list_my_guardianships",
        "GET",
        "/api/identity/v1/me/guardianships",
        Access::Authenticated,
    ),
    Policy::new(
        "end_guardianship",
        "POST",
        "/api/identity/v1/me/guardianships/{id}/actions/end",
        Access::Authenticated,
    ),
    Policy::new(
        "confirm_guardianship",
        "POST",
        "/api/identity/v1/guardianships/{id}/actions/confirm",
        CHECKERS,
    ),
    Policy::new(
        "refuse_guardianship",
        "POST",
        "/api/identity/v1/guardianships/{id}/actions/refuse",
        CHECKERS,
    ),
    Policy::new(
        "withdraw_guardianship",
        "POST",
        "/api/identity/v1/guardianships/{id}/actions/withdraw",
        WITHDRAWERS,
    ),
    Policy::new(
        "export_my_data",
        "POST",
        "/api/identity/v1/me/data-exports",
        Access::Authenticated,
    ),
    Policy::new(
        "request_privacy",
        "POST",
        "/api/identity/v1/me/privacy-requests",
        Access::Authenticated,
    ),
    Policy::new(
        "list_my_privacy_requests",
        "GET",
        "/api/identity/v1/me/privacy-requests",
        Access::Authenticated,
    ),
    Policy::new(
        "list_privacy_requests",
        "GET",
        "/api/identity/v1/privacy-requests",
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "answer_privacy_request",
        "POST",
        "/api/identity/v1/privacy-requests/{id}/actions/answer",
        Access::Roles(&[SecurityAdmin]),
    ),
];
