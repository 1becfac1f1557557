//! The service's tables.

mod m20261122_100001_orders;
mod m20261122_100002_projections;
mod m20261122_100003_results;
mod m20261122_100004_relocations;
mod m20261122_140000_exclusions;
mod m20261122_140001_exclusions_by_matter;
mod m20261122_160001_clocks;
mod m20261122_160002_requests;
mod m20261122_190001_parts_and_merges;
mod m20261122_190002_workflow_overrides;
mod m20261122_200001_search;
mod m20261122_200002_followers;
mod m20261122_200003_catalogues;
mod m20261122_200004_saved_views;
mod m20261122_210001_figures;
mod m20261122_210002_bulletins;
mod m20261123_100001_callbacks;
mod m20261123_100002_households;
mod m20261123_100003_exports;
mod m20261123_100004_intake;
mod m20261123_110001_objection_answers;
mod m20261123_110002_about;
mod m20261124_300001_org_by_kind;
mod m20261125_300001_figure_room;
mod m20261126_200001_grant_claims;
mod m20261127_100001_hidden_scopes;
mod m20261127_100002_unjudged;
mod m20261128_300001_supervised;
mod m20261128_400001_contacts;
mod m20261128_400002_projects;
mod m20261128_400003_suggested_assist;
mod m20261128_400004_withdrawals;
mod m20261128_400005_org_by_parent;
mod m20261129_200001_follower_due;
mod m20261129_200002_grids;
mod m20261129_300001_quotas;

use sea_orm_migration::MigrationTrait;

/// Migrations in the order in which they run.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261122_100001_orders::Migration),
        Box::new(m20261122_100002_projections::Migration),
        Box::new(m20261122_100003_results::Migration),
        Box::new(m20261122_100004_relocations::Migration),
        Box::new(m20261122_140000_exclusions::Migration),
        Box::new(m20261122_140001_exclusions_by_matter::Migration),
        Box::new(m20261122_160001_clocks::Migration),
        Box::new(m20261122_160002_requests::Migration),
        Box::new(m20261122_190001_parts_and_merges::Migration),
        Box::new(m20261122_190002_workflow_overrides::Migration),
        Box::new(m20261122_200001_search::Migration),
        Box::new(m20261122_200002_followers::Migration),
        Box::new(m20261122_200003_catalogues::Migration),
        Box::new(m20261122_210001_figures::Migration),
        Box::new(m20261122_210002_bulletins::Migration),
        Box::new(m20261122_200004_saved_views::Migration),
        Box::new(m20261123_100001_callbacks::Migration),
        Box::new(m20261123_100002_households::Migration),
        Box::new(m20261123_100003_exports::Migration),
        Box::new(m20261123_100004_intake::Migration),
        Box::new(m20261123_110001_objection_answers::Migration),
        Box::new(m20261123_110002_about::Migration),
        Box::new(m20261124_300001_org_by_kind::Migration),
        Box::new(m20261125_300001_figure_room::Migration),
        Box::new(m20261126_200001_grant_claims::Migration),
        Box::new(m20261127_100001_hidden_scopes::Migration),
        Box::new(m20261127_100002_unjudged::Migration),
        Box::new(m20261128_300001_supervised::Migration),
        Box::new(m20261128_400001_contacts::Migration),
        Box::new(m20261128_400002_projects::Migration),
        Box::new(m20261128_400003_suggested_assist::Migration),
        Box::new(m20261128_400004_withdrawals::Migration),
        Box::new(m20261128_400005_org_by_parent::Migration),
        Box::new(m20261129_200001_follower_due::Migration),
        Box::new(m20261129_200002_grids::Migration),
        Box::new(m20261129_300001_quotas::Migration),
    ]
}
