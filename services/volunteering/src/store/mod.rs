//! Rows of tasks and the queries on them; rows never leave this folder.

mod activities;
mod activity;
mod appeals;
pub(crate) mod audit;
mod certificate_requests;
mod certificates;
mod documents;
mod exports;
mod fairness;
mod feeds;
mod hours_objections;
mod imports;
mod invitations;
mod json;
mod open_tasks;
mod places;
mod plans;
mod ratings;
mod record_entries;
mod records;
mod relocations;
mod report_ins;
mod roster_scene;
mod service_hours;
mod shifts;
mod sign_ups;
mod standing;
mod statistics;
mod tables;
mod task_places;
mod tasks;
mod team;
mod teams;
mod time_accounts;
mod volunteer;
mod volunteers;
mod waiting;

pub(crate) use activities::{
    find_activity, find_secret, hold_activities_at, hold_activity, insert_activity,
    list_activities_of_team, list_duties_due, load_activities, save_activity, save_activity_place,
    save_duty_due,
};
pub(crate) use appeals::{
    find_appeal, hold_appeal, hold_appeals_at, insert_appeal, load_appeals, save_appeal,
    save_appeal_place,
};
pub(crate) use certificate_requests::{
    hold_certificate_request, hold_certificate_requests_at, insert_certificate_request,
    list_certificate_requests, load_certificate_requests, save_certificate_request,
    save_certificate_request_place,
};
pub(crate) use certificates::{
    find_certificate, hold_certificate, hold_certificates_at, insert_certificate,
    list_certificates, list_certificates_at, list_due as list_due_certificates, load_certificates,
    save_certificate, save_certificate_place,
};
pub(crate) use documents::{SignedDocument, find_document, insert_document, insert_key, list_keys};
pub(crate) use exports::{
    count_exports, find_export, find_next_export, forget_exports, insert_export, insert_part,
    list_exports, load_part, save_export,
};
pub(crate) use fairness::{count_invitations, count_sign_ups, list_members, sum_minutes};
pub(crate) use feeds::{count_feeds, delete_feed, find_feed, insert_feed, list_feeds};
pub(crate) use hours_objections::{
    find_hours_objection, hold_hours_objection, hold_hours_objections_at, insert_hours_objection,
    list_hours_objections, load_hours_objections, save_hours_objection, save_hours_objection_place,
};
pub(crate) use imports::{
    MadeOfLine, find_import, find_import_of, hold_import, hold_imports_at, insert_import,
    list_made, load_imports, save_import_place, save_made, save_undone,
};
pub(crate) use invitations::{
    find_invitation, list_invitations, list_invitations_of, list_invitations_to, put_invitation,
    put_invitations,
};
pub(crate) use open_tasks::{
    count_open, hide_task, list_audiences, list_open, list_task, show_task,
};
pub(crate) use places::{PlaceList, hide_at, hide_many_at, list_in, show_at, show_many_at};
pub(crate) use plans::{
    claim_plan, count_plans_at_work, find_next_plan, find_plan, find_plan_result, forget_plans,
    hold_plan, hold_plans_at, insert_plan, keep_plan, load_plans, save_plan, save_plan_place,
    save_plan_result, save_solved,
};
pub(crate) use ratings::{find_last_rating, insert_rating, list_ratings, sum_ratings};
pub(crate) use record_entries::{
    count_record_entries, hold_record_entries_at, insert_record_entry, list_entry_versions,
    list_record_entries, list_record_entries_at, list_standing_entries, save_record_entry_place,
    supersede_record_entry,
};
pub(crate) use records::{Step, log_step};
pub(crate) use relocations::{
    delete_relocation, hold_oldest_relocation, insert_relocation, save_relocation,
};
pub(crate) use report_ins::{
    find_reported, forget_report_in, keep_report_in, list_reported_by, list_reported_units,
};
pub(crate) use roster_scene::{
    Locked, list_lists, list_many_around, list_many_in, list_missed, list_shifts_within,
    load_shifts, load_volunteers_of,
};
pub(crate) use service_hours::{
    HoursOf, hold_hours_at, insert_hours, insert_many_hours, list_hours, list_hours_at,
    list_served, list_versions, load_hours, overlaps_counted, save_hours_place, sum_counted,
    sum_lifetime, sum_of_day, supersede_first_versions, supersede_hours,
};
pub(crate) use shifts::{
    begins_at, find_shift, forget_reminded, hold_shift, insert_shifts, list_shifts, list_to_remind,
    list_turns_of, note_reminded, save_shift,
};
pub(crate) use sign_ups::{
    count_places, find_sign_up, insert_sign_up, list_around, list_ended, list_in_activity,
    list_lapsed, list_left_open, list_of_activity, list_of_shift, list_of_volunteer,
    list_page_of_shift, list_states, list_to_come, load_sign_ups, save_sign_up,
};
pub(crate) use standing::{
    Watch, count_held, drop_watch, hold_claimant, hold_watch, list_held, list_steps,
    list_unwatched, list_watches_due, put_watch,
};
pub(crate) use statistics::{
    add_up, find_standing, list_standings, note_changes, save_standing, sum_figures,
};
pub(crate) use task_places::{
    delete_place, delete_places, find_kept_place, find_place, find_running_place, finish_places,
    list_kept_due, list_places, list_places_in, list_tasks_of_member, put_place,
};
pub(crate) use tasks::{
    find_task, hold_task, hold_tasks_at, insert_task, list_of_claimant, list_of_order,
    load_many_tasks, load_tasks, save_offered, save_task, save_task_place, take_task,
};
pub(crate) use teams::{
    find_team, hold_team, hold_teams_at, insert_team, list_team_places, list_teams, save_team,
    save_team_place,
};
pub(crate) use time_accounts::{
    find_reservation, find_time_account, hold_reservation, hold_reservations_at, hold_time_account,
    insert_reservation, list_time_entries, load_reservations, save_reservation,
    save_reservation_place, save_time_account,
};
pub(crate) use volunteers::{
    find_volunteer, find_volunteer_of, hold_volunteer, hold_volunteer_of, hold_volunteers_at,
    insert_volunteer, list_accounts_of, list_numbers, load_volunteers, next_number, save_volunteer,
    save_volunteer_place,
};
pub(crate) use waiting::{
    delete_waiting, drop_own_waiting, drop_position_waiting, drop_waiting, find_waiting_of,
    insert_waiting, list_holds_due, list_waiting,
};
