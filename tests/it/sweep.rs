//! Every operation of the API × nobody, each role, each role at a wrong place.

mod requests;

use std::collections::BTreeSet;

use auth::policy::{self, Access};
use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Caller;

use crate::known;
use crate::openapi::{Operation, operations};
use crate::world::{COMMUNITY, COMPOUND, DEPARTMENT, DISTRICT, ELSEWHERE, World};
use requests::Objects;

/// What an operation is about, as far as the caller's place goes.
#[derive(PartialEq)]
enum Concern {
    /// Facts that whoever is signed in may read, or a request that anyone may make.
    Everyone,
    /// The caller's own account and messages.
    Own,
    /// Something that belongs to a place: the default of every new operation.
    Place,
}

/// Operations that whoever is signed in gets through.
const EVERYONE: [&str; 43] = [
    "list_organisations",
    "show_organisation",
    "list_ancestors",
    "list_organisation_history",
    "show_organisation_as_of",
    "list_successions",
    "list_grids",
    "show_grid",
    "list_party_gaps",
    "locate_grid",
    "list_venues",
    "show_venue",
    "list_entries",
    "show_list_entry",
    "list_alliances",
    "show_alliance",
    "list_buildings",
    "count_dwellings",
    "show_sheet_template",
    "show_service_import_template",
    "list_workflows",
    "show_workflow",
    "show_workflow_diagram",
    "list_workflow_overrides",
    "show_calendar",
    "show_catalogue",
    "check_intake",
    "list_categories",
    "list_reported_units",
    "open_order",
    "open_report_in",
    "book_venue",
    "show_service_rules",
    "list_certificate_notices",
    "show_service_statistics",
    "list_teams",
    "show_team",
    "list_activities",
    "show_activity",
    "list_shifts",
    "show_shift",
    "list_team_shifts",
    "explain_permission",
];

/// Operations on what is the caller's own.
const OWN: [&str; 67] = [
    "show_me",
    "change_password",
    "close_session",
    "authorize_client",
    "show_userinfo",
    "list_sessions",
    "revoke_session",
    "close_sessions",
    "show_second_factor",
    "enrol_second_factor",
    "confirm_second_factor",
    "renew_recovery_codes",
    "remove_second_factor",
    "list_messages",
    "list_posts",
    "list_report_ins",
    "list_follows",
    "list_exports",
    "list_saved_views",
    "save_view",
    "remove_view",
    "unfollow_order",
    "list_bookings",
    "list_sheet_imports",
    "count_unread_messages",
    "read_all_messages",
    "follow_messages",
    "exclude_myself",
    "list_my_exclusions",
    "register_my_contact",
    "list_my_contacts",
    "show_my_contact",
    "change_my_contact",
    "delete_my_contact",
    "list_my_consents",
    "set_my_consent",
    "set_ward_consent",
    "claim_guardianship",
    "list_my_guardianships",
    "end_guardianship",
    "export_my_data",
    "request_privacy",
    "list_my_task_invitations",
    "refuse_task_invitation",
    "register_volunteer",
    "show_my_volunteer",
    "update_my_volunteer",
    "claim_my_proof",
    "join_team",
    "open_sign_up",
    "list_my_sign_ups",
    "list_my_report_ins",
    "check_in",
    "check_out",
    "list_my_hours",
    "show_my_service_record",
    "open_calendar_feed",
    "list_calendar_feeds",
    "revoke_calendar_feed",
    "list_my_certificates",
    "list_service_exports",
    "show_my_time_account",
    "list_my_time_entries",
    "open_time_reservation",
    "list_my_privacy_requests",
    "request_my_certificate",
    "list_my_certificate_requests",
];

fn concern(operation: &str) -> Concern {
    if EVERYONE.contains(&operation) {
        Concern::Everyone
    } else if OWN.contains(&operation) {
        Concern::Own
    } else {
        Concern::Place
    }
}

/// Operations that no made-up caller can get through: they need what only one person has.
const PERSONAL: [&str; 65] = [
    "set_task_positions",
    "claim_task_position",
    "release_task_position",
    "invite_to_task",
    "refuse_task_invitation",
    "report_task_progress",
    "show_export",
    "cancel_export",
    "show_export_file",
    "release_task",
    "read_message",
    "change_password",
    "show_me",
    "refresh_session",
    "open_session",
    "revoke_session",
    "close_sessions",
    "authorize_client",
    "show_userinfo",
    "renew_client_secret",
    "revoke_client",
    "enrol_second_factor",
    "confirm_second_factor",
    "renew_recovery_codes",
    "remove_second_factor",
    "exclude_myself",
    "register_my_contact",
    "show_my_contact",
    "change_my_contact",
    "delete_my_contact",
    "open_reveal",
    "set_my_consent",
    "set_ward_consent",
    "claim_guardianship",
    "end_guardianship",
    "export_my_data",
    "request_privacy",
    "show_my_volunteer",
    "update_my_volunteer",
    "claim_my_proof",
    "join_team",
    "open_sign_up",
    "check_in",
    "check_out",
    "show_my_service_record",
    "revoke_calendar_feed",
    "show_hours",
    "confirm_hours",
    "issue_certificate",
    "revoke_certificate",
    "open_certificate_objection",
    "list_certificate_objections",
    "answer_certificate_objections",
    "show_certificate_document",
    "show_service_export",
    "cancel_service_export",
    "show_service_export_file",
    "open_time_reservation",
    "change_time_reservation",
    "rate_hours",
    "open_hours_objection",
    "list_objections_of_hours",
    "answer_hours_objection",
    "request_my_certificate",
    "refuse_certificate_request",
];

/// Operations for which identity looks up what the caller holds.
const GRANTING: [&str; 3] = ["grant_role", "revoke_grant", "certify_grant"];

const ADMINISTRATORS: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// Where a role works in the demo.
fn place_of(role: Role) -> &'static str {
    match role {
        Role::Resident
        | Role::ResidentRepresentative
        | Role::OwnersCommittee
        | Role::PartyMember
        | Role::Volunteer
        | Role::GridWorker
        | Role::CompoundDispatcher => COMPOUND,
        Role::CommunityDispatcher => COMMUNITY,
        Role::StreetDispatcher => "/420105000000/420105011000/",
        Role::DepartmentLiaison => DEPARTMENT,
        Role::Inspector | Role::CallbackAgent | Role::Assessor | Role::DistrictOperator => DISTRICT,
        Role::PlatformOperator | Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin => "/",
    }
}

/// What an answer was, its body read unless it is a stream.
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn is_empty(&self) -> bool {
        self.body["items"] == json!([])
    }
}

async fn call(caller: &Caller, operation: &Operation, objects: &Objects) -> Answer {
    let method: Method = operation.method.parse().expect("a method");
    let mut request = caller.request(method, &objects.address(operation));
    if let Some(body) = objects.body(&operation.id) {
        request = request.json(&body);
    }
    if operation.id == "attach_photo" || operation.id == "upload_attachment" {
        request = request
            .header("Content-Type", "image/png")
            .body(scenarios::order::photo());
    }
    if operation.id == "import_sheet" {
        request = request
            .header("Content-Type", "text/csv")
            .body(requests::SHEET);
    }
    if operation.id == "import_service_sheet" {
        request = request
            .header("Content-Type", "text/csv")
            .body(requests::SERVICE_SHEET);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let kind = response
        .headers()
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.contains("json")) {
        let body = response.json().await.expect("JSON");
        return Answer { status, body };
    }
    Answer {
        status,
        body: Value::Null,
    }
}

/// Says what is wrong with an answer to somebody who is signed in and may call the operation, but
/// belongs somewhere else.
fn wrong_elsewhere(operation: &str, answer: &Answer) -> Option<&'static str> {
    match concern(operation) {
        Concern::Everyone => (!answer.succeeded()).then_some("is open to everyone"),
        Concern::Own if !answer.body["items"].is_null() && !answer.is_empty() => {
            Some("shows what is not the caller's own")
        }
        Concern::Own => (answer.status >= 500).then_some("fails"),
        Concern::Place if answer.succeeded() => {
            let shows_nothing =
                answer.is_empty() || requests::counts_nothing(operation, &answer.body);
            (!shows_nothing).then_some("succeeds at a wrong place")
        }
        Concern::Place => (![403, 404, 422].contains(&answer.status)).then_some("is no refusal"),
    }
}

#[tokio::test]
async fn every_operation_admits_whom_its_policy_names_and_nobody_else() {
    let world = World::start().await;
    let objects = Objects::make(&world).await;
    let mut operations = operations();
    // what is read first is there for all; what ends it comes last
    operations.sort_by_key(|operation| (operation.method != "GET", operation.method == "DELETE"));
    let mut wrong = Vec::new();
    let mut gone_through = BTreeSet::new();
    for operation in &operations {
        let row =
            policy::find(&operation.method, &operation.path).expect("every operation has a row");
        let mut note = |who: String, answer: &Answer, what: &str| {
            wrong.push(format!(
                "{} by {who}: {} {what} {}",
                operation.id, answer.status, answer.body
            ));
        };
        let nobody = call(&world.host.anonymous(), operation, &objects).await;
        let open = row.access == Access::Public;
        if open && ([403, 404, 405].contains(&nobody.status) || nobody.status >= 500) {
            note("nobody".to_owned(), &nobody, "though it is public");
        } else if !open && nobody.status != 401 {
            note("nobody".to_owned(), &nobody, "without a token");
        }
        if open {
            gone_through.insert(operation.id.as_str());
            continue;
        }
        let (admitted, others): (Vec<Role>, Vec<Role>) =
            Role::ALL.iter().partition(|role| match row.access {
                Access::Roles(roles) => roles.contains(role),
                _ => true,
            });
        for role in others {
            let answer = call(
                &world.host.caller(&[(role, place_of(role))]),
                operation,
                &objects,
            )
            .await;
            if ![403, 404].contains(&answer.status) {
                note(
                    role.to_string(),
                    &answer,
                    "though the policy does not name the role",
                );
            }
        }
        for role in &admitted {
            // administrators work for the whole city, and never on orders
            let administrator = ADMINISTRATORS.contains(role);
            if administrator && matches!(row.access, Access::Roles(_)) {
                continue;
            }
            let place = if administrator { "/" } else { ELSEWHERE };
            let answer = call(&world.host.caller(&[(*role, place)]), operation, &objects).await;
            if let Some(what) = wrong_elsewhere(&operation.id, &answer) {
                note(format!("{role} at {place}"), &answer, what);
            }
        }
        let without_role = call(&world.host.caller(&[]), operation, &objects).await;
        let barred = matches!(row.access, Access::Roles(_));
        if barred && without_role.status != 403 {
            note(
                "somebody without a role".to_owned(),
                &without_role,
                "without a role",
            );
        } else if let Some(what) = wrong_elsewhere(&operation.id, &without_role).filter(|_| !barred)
        {
            note("somebody without a role".to_owned(), &without_role, what);
        }
        for role in admitted {
            let grants = [(role, place_of(role))];
            let caller = if GRANTING.contains(&operation.id.as_str()) {
                known::caller(&world.host, &grants).await
            } else {
                world.host.caller(&grants)
            };
            let answer = call(&caller, operation, &objects).await;
            // a made-up account is unknown to identity
            let unknown = answer.status == 401 && !PERSONAL.contains(&operation.id.as_str());
            if unknown || answer.status >= 500 {
                note(format!("{role} at its place"), &answer, "");
            }
            if answer.succeeded() {
                gone_through.insert(operation.id.as_str());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // a request that nobody gets through would prove nothing
    let idle: Vec<&str> = operations
        .iter()
        .map(|operation| operation.id.as_str())
        .filter(|id| !gone_through.contains(id) && !PERSONAL.contains(id))
        .collect();
    assert!(idle.is_empty(), "no role got through: {idle:?}");
    world.host.stop().await;
}
