//! Handlers, request and response types.
#![expect(
    clippy::future_not_send,
    reason = "a handler stays on the worker that took its request"
)]

pub(crate) mod actions;
mod atom;
pub(crate) mod attachments;
pub(crate) mod bulletin_issues;
mod bulletin_pages;
pub(crate) mod bulletins;
mod cached;
pub(crate) mod calendars;
pub(crate) mod callbacks;
pub(crate) mod catalogues;
pub(crate) mod categories;
pub(crate) mod exports;
pub(crate) mod families;
pub(crate) mod follows;
pub(crate) mod households;
pub(crate) mod imports;
pub(crate) mod intake;
pub(crate) mod orders;
pub(crate) mod parts;
pub(crate) mod projects;
pub(crate) mod publications;
pub(crate) mod quotas;
pub(crate) mod requests;
pub(crate) mod saved_views;
pub(crate) mod searches;
pub(crate) mod statistics;
mod upload;
pub(crate) mod workflows;

use std::sync::Arc;

use actix_web::web;
use chassis::http::JsonLimit;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::App;

/// Adds the routes.
pub(crate) fn configure(config: &mut ServiceConfig<'_>, app: &Arc<App>) {
    let scope = utoipa_actix_web::scope("/api/ticketing/v1")
        .app_data(web::Data::from(Arc::clone(app)))
        .service(orders::open_order)
        .service(orders::list_orders)
        .service(orders::show_order)
        .service(searches::search_orders)
        .service(searches::find_similar_orders)
        .service(searches::list_hotspots)
        .service(intake::check_intake)
        .service(categories::list_categories)
        .service(follows::follow_order)
        .service(follows::unfollow_order)
        .service(follows::list_follows)
        .service(projects::show_project_board)
        .service(orders::show_timeline)
        .service(orders::show_order_intake)
        .service(workflows::show_draw)
        .service(workflows::list_workflows)
        .service(workflows::show_workflow)
        .service(workflows::show_workflow_diagram)
        .service(workflows::rehearse_workflow)
        .service(workflows::list_workflow_overrides)
        .service(workflows::override_workflow)
        .service(workflows::migrate_orders)
        .service(actions::act_on_order)
        .service(actions::act_on_orders)
        .service(saved_views::list_saved_views)
        .service(saved_views::save_view)
        .service(saved_views::remove_view)
        .service(attachments::attach_photo)
        .service(attachments::list_attachments)
        .service(attachments::show_attachment)
        .service(publications::list_publications)
        .service(publications::show_publication_feed)
        .service(publications::show_publication)
        .service(publications::withdraw_publication)
        .service(bulletins::list_bulletins)
        .service(bulletins::list_bulletin_roots)
        .service(bulletins::show_bulletin_feed)
        .service(bulletins::show_bulletin)
        .service(bulletins::show_bulletin_sheet)
        .service(bulletins::show_bulletin_page)
        .service(bulletin_issues::open_bulletin_issue)
        .service(bulletin_issues::show_bulletin_issue)
        .service(bulletin_issues::open_objection)
        .service(bulletin_issues::answer_objection)
        .service(bulletin_issues::publish_bulletins)
        .service(statistics::list_figure_orders)
        .service(statistics::list_flags)
        .service(statistics::show_statistics)
        .service(requests::open_request)
        .service(requests::list_order_requests)
        .service(requests::list_requests)
        .service(requests::take_request_step)
        .service(parts::ask_for_part)
        .service(parts::list_order_parts)
        .service(parts::list_parts)
        .service(parts::take_part_step)
        .service(families::merge_order)
        .service(families::take_orders_apart)
        .service(families::split_order)
        .service(families::show_order_family)
        .service(families::find_order_by_number)
        .service(callbacks::request_callback)
        .service(callbacks::show_callback_question)
        .service(callbacks::answer_callback)
        .service(households::set_household)
        .service(households::list_review_households)
        .service(exports::open_export)
        .service(exports::list_exports)
        .service(exports::show_export_file)
        .service(exports::show_export)
        .service(exports::cancel_export)
        .service(calendars::show_calendar)
        .service(calendars::correct_calendar)
        .service(quotas::show_quotas)
        .service(quotas::set_quotas)
        .service(catalogues::simulate_dispatch)
        .service(catalogues::show_catalogue)
        .service(catalogues::correct_catalogue)
        .service(catalogues::list_precedents)
        .service(imports());
    config.service(scope);
}

/// Imports take larger bodies than everything else.
fn imports() -> utoipa_actix_web::scope::Scope<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    utoipa_actix_web::scope("/orders/imports")
        .app_data(JsonLimit(imports::LIMIT))
        .service(imports::import_orders)
}
