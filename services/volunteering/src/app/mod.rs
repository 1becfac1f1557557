//! Use-cases: permission, transaction, events.

mod accept_plan;
mod activities;
mod activity_error;
mod appeals;
mod ask_for_tasks;
mod certificate_error;
mod certificate_requests;
mod certificates;
mod change_shift;
mod change_sign_up;
mod check_in;
mod claim_task;
mod close_check_ins;
mod close_tasks;
mod count_standing;
mod dispatch_scene;
mod export_groups;
mod export_papers;
mod export_rows;
mod exports;
mod fairness;
mod feeds;
mod follow_moves;
mod give_places;
mod group_error;
mod hand_over;
mod hours;
mod hours_objections;
mod imports;
mod invitations;
mod issue_certificates;
mod list_tasks;
mod make_shifts;
mod note_absences;
mod note_figures;
mod offer_places;
mod open_task;
mod page;
mod pass_on_places;
mod pass_on_tasks;
mod plan_scope;
mod plans;
mod rate_hours;
mod record_entries;
mod record_service;
mod release_task;
mod report_ins;
mod roster_scene;
mod seen_task;
mod service_record;
mod show_statistics;
mod show_task;
mod sign_up_error;
mod sign_ups;
mod solve_plans;
mod standing;
mod suspend;
mod take_back_tasks;
mod task_positions;
mod team_shifts;
mod teams;
#[cfg(test)]
mod testing;
mod time_accounts;
mod volunteer_error;
mod volunteers;
mod waiting;

use std::sync::Arc;

use chassis::Deps;
use kernel::{Clock, IdSource};
use store::Database;

use crate::config::VolunteeringConfig;
use crate::domain::catalogue::Catalogue;
use crate::domain::exports::ExportTables;
use crate::signing::DocumentKey;

pub(crate) use accept_plan::accept_plan;
pub(crate) use activities::{
    OpenActivity, OpenShift, Places, change_activity, list_activities,
    list_of as list_of_activities, list_shifts, open_activity, open_shift, show_activity,
};
pub(crate) use appeals::{list_appeals, show_appeal};
pub(crate) use certificate_requests::{
    RefuseCertificateRequest, RequestCertificate, list_my_certificate_requests,
    list_open_certificate_requests, refuse_certificate_request, request_certificate,
};
pub(crate) use certificates::{
    DecideCertificate, IssueCertificate, RevokeCertificate, check_certificate, dismiss_objections,
    find_signature, issue_certificate, list_document_keys, list_my_certificates, list_notices,
    open_certificate_objection, revoke_certificate, show_document, show_objections,
};
pub(crate) use change_shift::{
    ChangeShift, UpdateShift, change_shift, show_shift, update_activity, update_shift, with_places,
};
pub(crate) use change_sign_up::{ChangeSignUp, change_sign_up};
pub(crate) use check_in::{Check, Way, check, show_shift_code};
pub(crate) use claim_task::claim_task;
pub(crate) use close_check_ins::close_check_ins;
pub(crate) use close_tasks::close_tasks;
pub(crate) use count_standing::{Gauges, count_standing};
pub(crate) use exports::{
    cancel_export, forget_old_exports, list_my_exports, load_ready, open_export, read_part,
    show_export, work_on_exports, workbook,
};
pub(crate) use fairness::{Fairness, ShowFairness, Whose, show_fairness};
pub(crate) use feeds::{list_my_feeds, open_feed, read_calendar, revoke_feed};
pub(crate) use follow_moves::follow_moves;
pub(crate) use hours::{
    JudgeHours, judge_hours, list_hours_of, list_my_hours, list_pending_hours, show_hours,
};
pub(crate) use hours_objections::{
    AnswerHoursObjection, ObjectToHours, answer_hours_objection, list_objections_of,
    list_open_objections, object_to_hours,
};
pub(crate) use imports::{
    ImportError, ImportReport, WantedImport, check_import, import_sheet, list_imports, show_import,
    undo_import,
};
pub(crate) use invitations::{
    InviteToTask, invite_to_task, list_my_invitations, list_task_invitations, refuse_invitation,
};
pub(crate) use issue_certificates::issue_certificates;
pub(crate) use list_tasks::{ListTasks, WhichTasks, list_tasks};
pub(crate) use make_shifts::make_shifts;
pub(crate) use note_absences::note_absences;
pub(crate) use note_figures::note_volunteer;
pub(crate) use offer_places::{expire_offers, remind_shifts};
pub(crate) use open_task::open_task;
pub(crate) use page::PageWanted;
pub(crate) use pass_on_tasks::pass_on_tasks;
pub(crate) use plans::{
    OpenPlan, PlanError, PlanSubject, WhichShifts, cancel_plan, list_plans, open_plan, show_plan,
};
pub(crate) use rate_hours::{RateHours, rate_hours};
pub(crate) use record_entries::{
    ChangeRecordEntry, EnterRecord, change_record_entry, enter_record, list_record_entries,
    show_record_entry,
};
pub(crate) use release_task::{ReleaseTask, release_task};
pub(crate) use report_ins::{list_my_report_ins, list_reported_units};
pub(crate) use seen_task::SeenTask;
pub(crate) use service_record::{ServiceRecord, show_my_service_record, show_service_record};
pub(crate) use show_statistics::{ServiceStatistics, add_up_figures, show_statistics};
pub(crate) use show_task::show_task;
pub(crate) use sign_ups::{
    OpenSignUp, list_my_sign_ups, list_sign_ups, open_sign_up, show_sign_up,
};
pub(crate) use solve_plans::{forget_old_plans, solve_plans};
pub(crate) use standing::{Candidates, Standing, rank_candidates, show_standing};
pub(crate) use take_back_tasks::{report_progress, take_back_tasks};
pub(crate) use task_positions::{
    DescribedPosition, SetPositions, claim_position, list_positions, release_position,
    set_positions,
};
pub(crate) use team_shifts::list_team_shifts;
pub(crate) use teams::{
    ChangeMember, FoundTeam, change_team_member, found_team, join_team, list_teams, show_team,
};
pub(crate) use time_accounts::{
    ReserveTime, SettleTime, TimeBalance, list_my_time_entries, list_reservations, reserve_time,
    settle_time, show_time_account,
};
pub(crate) use volunteers::{
    ChangeProof, ChangeVolunteer, DescribeVolunteer, change_proof, change_volunteer, claim_proof,
    list_of as list_of_volunteers, list_volunteers, register_volunteer, show_my_volunteer,
    show_volunteer, update_my_volunteer,
};
pub(crate) use waiting::{InLine, join_waiting, leave_waiting, list_waiting_for};

/// What the use-cases work with.
pub(crate) struct App {
    pub(crate) db: Database,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) catalogue: Catalogue,
    /// Tables to export.
    pub(crate) tables: ExportTables,
    pub(crate) config: VolunteeringConfig,
    /// Signs certificates.
    pub(crate) key: DocumentKey,
}

impl App {
    pub(crate) fn new(
        deps: Deps,
        (catalogue, tables): (Catalogue, ExportTables),
        (config, key): (VolunteeringConfig, DocumentKey),
    ) -> Self {
        Self {
            db: deps.db,
            ids: deps.ids,
            clock: deps.clock,
            catalogue,
            tables,
            config,
            key,
        }
    }
}
