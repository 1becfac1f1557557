//! The HTTP interface.

mod activities;
mod activity_bodies;
mod appeals;
mod certificate_notices;
mod certificate_papers;
mod certificate_requests;
mod certificates;
mod check_in;
mod civil;
mod exports;
mod fairness;
mod feeds;
mod hours;
mod hours_objections;
mod import_views;
mod imports;
mod invitations;
mod maybe_body;
mod minutes;
mod plan_dispatch_views;
mod plan_views;
mod plans;
mod record_entries;
mod report_ins;
mod rules;
mod service_record;
mod shifts;
mod sign_ups;
mod standing;
mod statistics;
mod task_positions;
mod tasks;
mod teams;
mod time_accounts;
mod volunteer_bodies;
mod volunteers;
mod waiting;

use std::sync::Arc;

use actix_web::web;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;

/// Adds the routes.
pub(crate) fn routes(config: &mut ServiceConfig<'_>, app: &Arc<App>) {
    config.service(
        scope("/api/volunteering/v1")
            .app_data(web::Data::from(Arc::clone(app)))
            .service(tasks::list_tasks)
            .service(tasks::show_task)
            .service(tasks::claim_task)
            .service(tasks::release_task)
            .service(tasks::report_task_progress)
            .service(standing::list_task_candidates)
            .service(standing::show_task_standing)
            .service(invitations::invite_to_task)
            .service(invitations::list_task_invitations)
            .service(invitations::refuse_task_invitation)
            .service(invitations::list_my_task_invitations)
            .service(task_positions::set_task_positions)
            .service(task_positions::list_task_positions)
            .service(task_positions::claim_task_position)
            .service(task_positions::release_task_position)
            .service(waiting::join_task_waiting)
            .service(waiting::leave_task_waiting)
            .service(waiting::list_task_waiting)
            .service(volunteers::show_my_volunteer)
            .service(volunteers::update_my_volunteer)
            .service(volunteers::claim_my_proof)
            .service(volunteers::register_volunteer)
            .service(volunteers::list_volunteers)
            .service(volunteers::show_volunteer)
            .service(volunteers::change_volunteer)
            .service(volunteers::change_proof)
            .service(report_ins::list_my_report_ins)
            .service(report_ins::list_reported_units)
            .service(teams::found_team)
            .service(teams::list_teams)
            .service(teams::show_team)
            .service(teams::join_team)
            .service(teams::change_team_member)
            .configure(planned)
            .service(sign_ups::open_sign_up)
            .service(sign_ups::list_sign_ups)
            .service(sign_ups::list_my_sign_ups)
            .service(appeals::list_sign_up_appeals)
            .service(sign_ups::show_sign_up)
            .service(sign_ups::change_sign_up)
            .service(check_in::show_shift_code)
            .service(check_in::check_in)
            .service(check_in::check_out)
            .service(hours::list_my_hours)
            .service(hours::list_activity_hours)
            .service(hours::list_pending_hours)
            // before `/hours/{id}`
            .configure(records)
            .service(hours::rate_hours)
            .service(time_accounts::show_my_time_account)
            .service(time_accounts::list_my_time_entries)
            .service(time_accounts::open_time_reservation)
            .service(time_accounts::list_time_reservations)
            .service(time_accounts::change_time_reservation)
            .service(hours::show_hours)
            .service(hours::confirm_hours)
            .service(feeds::open_calendar_feed)
            .service(feeds::list_calendar_feeds)
            .service(feeds::revoke_calendar_feed)
            .service(feeds::read_calendar)
            .service(certificates::issue_certificate)
            .service(certificates::revoke_certificate)
            .service(certificates::list_my_certificates)
            .service(certificate_notices::list_certificate_notices)
            .service(certificate_notices::open_certificate_objection)
            .service(certificate_notices::list_certificate_objections)
            .service(certificate_notices::answer_certificate_objections)
            .service(certificate_papers::list_certificate_keys)
            .service(certificate_papers::show_certificate_document)
            .service(certificate_papers::show_certificate_signature)
            .service(certificate_papers::show_certificate_page)
            .service(certificates::check_certificate)
            .service(statistics::show_service_statistics)
            .service(plans::open_plan)
            .service(plans::list_plans)
            .service(plans::show_plan)
            .service(plans::cancel_plan)
            .service(plans::accept_plan)
            .service(fairness::show_fairness)
            .service(exports::open_service_export)
            .service(exports::list_service_exports)
            .service(exports::show_service_export)
            .service(exports::cancel_service_export)
            .service(exports::show_service_export_file)
            .service(imports::import_service_sheet)
            .service(imports::list_service_imports)
            .service(imports::show_service_import_template)
            .service(imports::show_service_import)
            .service(imports::undo_service_import)
            .service(rules::show_service_rules),
    );
}

/// What is planned: activities, their shifts, and what becomes of them.
fn planned(config: &mut ServiceConfig<'_>) {
    config
        .service(activities::open_activity)
        .service(activities::list_activities)
        .service(activities::show_activity)
        .service(activities::change_activity)
        .service(activities::open_shift)
        .service(activities::list_shifts)
        .service(shifts::update_activity)
        .service(shifts::show_shift)
        .service(shifts::update_shift)
        .service(shifts::change_shift)
        .service(shifts::list_team_shifts);
}

/// What is on record of people, what they hold against it, and what they ask for.
fn records(config: &mut ServiceConfig<'_>) {
    config
        .service(hours_objections::list_hours_objections)
        .service(hours_objections::open_hours_objection)
        .service(hours_objections::list_objections_of_hours)
        .service(hours_objections::answer_hours_objection)
        .service(service_record::show_my_service_record)
        .service(service_record::show_service_record)
        .service(record_entries::register_record_entry)
        .service(record_entries::list_record_entries)
        .service(record_entries::show_record_entry)
        .service(record_entries::change_record_entry)
        .service(certificate_requests::request_my_certificate)
        .service(certificate_requests::list_my_certificate_requests)
        .service(certificate_requests::list_certificate_requests)
        .service(certificate_requests::refuse_certificate_request);
}
