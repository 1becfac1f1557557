//! Rows of the tree and the queries on them; rows never leave this folder.

mod agreement;
mod agreement_rows;
mod agreements;
mod alliance;
mod alliances;
pub(crate) mod audit;
mod changes;
mod dwelling;
mod dwellings;
mod endings;
mod grid;
mod grids;
mod history;
mod import;
mod imports;
mod list_claim;
mod list_claims;
mod list_entries;
mod list_entry;
mod meeting;
mod meetings;
mod organisation;
mod organisation_pair;
mod party_figures;
mod period;
mod post;
mod post_reports;
mod posts;
mod queries;
mod read_note;
mod read_notes;
mod report_in;
mod report_ins;
mod resolutions;
mod search;
mod venue;
mod venues;

pub(crate) use agreements::{
    Due, find_agreement, find_agreement_of, insert_agreement, list_agreements, list_due,
    list_ended_agreements, save_agreement, tally_of,
};
pub(crate) use alliances::{
    find_alliance, insert_alliance, list_alliances, list_members, save_alliance,
};
pub(crate) use changes::{
    count_within, find_for_change, hold, list_children, list_open_children, lock_nodes,
    rebase_below, save_change, take_page,
};
pub(crate) use dwellings::{
    find_building, find_count, list_buildings, list_households, replace_households, save_buildings,
    save_count,
};
pub(crate) use endings::end_what_is_at;
pub(crate) use grids::{
    bring_into_community, find_grid, list_grids, list_grids_of, list_reshaped, list_without_party,
    load_grids, map_revision, next_revision, save_grids,
};
pub(crate) use history::{
    find_past, insert_successions, list_past, list_successions, list_successors,
};
pub(crate) use imports::{
    Next, delete_import, find_import, insert_import, list_import_rows, list_imports, list_resting,
    list_under_way_of, save_import, save_import_rows, take_import,
};
pub(crate) use list_claims::{find_claim, insert_claim, list_claims, save_claim};
pub(crate) use list_entries::{
    Entries, find_entry, give_back, insert_entry, list_ended, list_entries, save_entry, take,
};
pub(crate) use meetings::{find_meeting, insert_meeting, list_meetings, save_meeting};
pub(crate) use party_figures::{
    count_members_reported, count_units_reported, count_with_party, sum_grid_members,
};
pub(crate) use post_reports::{Load, count_held, count_places, list_loads};
pub(crate) use posts::{
    Holders, delete_fresh_posts, find_post, insert_post, insert_posts, list_posts, list_posts_of,
    list_vacant, load_seated, save_post,
};
pub(crate) use queries::{
    Change, Listing, find_organisation, insert_organisations, list_below, list_changes,
    list_organisations, load_organisations,
};
pub(crate) use read_notes::{insert_note, list_notes};
pub(crate) use report_ins::{
    ReportedBy, find_report_in, insert_report_in, list_report_ins, save_report_in, take_confirmed,
};
pub(crate) use resolutions::{
    MOST_RESOLUTIONS, insert_resolution, list_resolutions, load_resolutions, save_resolution,
};
pub(crate) use search::search_organisations;
pub(crate) use venues::{
    cancel_booking, count_ahead, delete_fresh_venues, find_booking, find_venue, hold_venue,
    insert_booking, insert_venues, list_bookings_in, list_bookings_of, list_taken, list_venues,
    list_venues_of, take_turn,
};
