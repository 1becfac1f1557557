//! Volunteering's own tables.

mod m20261122_020001_tasks;
mod m20261122_020002_places;
mod m20261122_140000_exclusions;
mod m20261123_200001_volunteers;
mod m20261123_200002_activities;
mod m20261123_200003_hours;
mod m20261123_200004_papers;
mod m20261124_100001_roster_plans;
mod m20261124_100002_standing;
mod m20261124_100003_fairness;
mod m20261124_200001_documents;
mod m20261124_200002_task_hours;
mod m20261124_200003_statistics;
mod m20261124_200004_exports;
mod m20261124_200005_time_accounts;
mod m20261125_100001_task_waiting;
mod m20261125_100002_task_groups;
mod m20261125_200001_imports;
mod m20261125_300001_relocations;
mod m20261127_300001_appeals;
mod m20261128_100001_record_entries;
mod m20261128_100002_objections;
mod m20261128_100003_donations;
mod m20261128_200001_attendance;
mod m20261128_200002_turns;
mod m20261129_100001_position_waiting;
mod m20261129_100002_report_ins;

use sea_orm_migration::MigrationTrait;

/// Lists the migrations in the order in which they run.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261122_020001_tasks::Migration),
        Box::new(m20261122_020002_places::Migration),
        Box::new(m20261122_140000_exclusions::Migration),
        Box::new(m20261123_200001_volunteers::Migration),
        Box::new(m20261123_200002_activities::Migration),
        Box::new(m20261123_200003_hours::Migration),
        Box::new(m20261123_200004_papers::Migration),
        Box::new(m20261124_200001_documents::Migration),
        Box::new(m20261124_200002_task_hours::Migration),
        Box::new(m20261124_200003_statistics::Migration),
        Box::new(m20261124_100001_roster_plans::Migration),
        Box::new(m20261124_100002_standing::Migration),
        Box::new(m20261124_100003_fairness::Migration),
        Box::new(m20261124_200004_exports::Migration),
        Box::new(m20261124_200005_time_accounts::Migration),
        Box::new(m20261125_200001_imports::Migration),
        Box::new(m20261125_300001_relocations::Migration),
        Box::new(m20261125_100001_task_waiting::Migration),
        Box::new(m20261125_100002_task_groups::Migration),
        Box::new(m20261127_300001_appeals::Migration),
        Box::new(m20261128_200001_attendance::Migration),
        Box::new(m20261128_200002_turns::Migration),
        Box::new(m20261128_100001_record_entries::Migration),
        Box::new(m20261128_100002_objections::Migration),
        Box::new(m20261128_100003_donations::Migration),
        Box::new(m20261129_100001_position_waiting::Migration),
        Box::new(m20261129_100002_report_ins::Migration),
    ]
}
