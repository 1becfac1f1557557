//! Rows of the tree and the queries on them; rows never leave this folder.

pub(crate) mod audit;
mod changes;
mod grid;
mod grids;
mod history;
mod organisation;
mod organisation_pair;
mod period;
mod post;
mod posts;
mod queries;
mod report_in;
mod report_ins;
mod search;
mod venue;
mod venues;

pub(crate) use changes::{
    count_within, find_for_change, hold, list_children, list_open_children, lock_nodes,
    rebase_below, save_change,
};
pub(crate) use grids::{
    find_grid, list_grids, list_grids_of, list_reshaped, list_without_party, load_grids,
    map_revision, next_revision, save_grids,
};
pub(crate) use history::{find_past, insert_successions, list_past, list_successions};
pub(crate) use posts::{Holders, find_post, insert_post, list_posts, list_vacant, save_post};
pub(crate) use queries::{
    Change, Listing, find_organisation, insert_organisations, list_below, list_changes,
    list_organisations, load_organisations,
};
pub(crate) use report_ins::{
    ReportedBy, find_report_in, insert_report_in, list_report_ins, save_report_in,
};
pub(crate) use search::search_organisations;
pub(crate) use venues::{
    cancel_booking, find_booking, find_venue, insert_booking, insert_venue, list_bookings_of,
    list_taken, list_venues,
};
