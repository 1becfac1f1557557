//! Rows of the tree and the queries on them; rows never leave this folder.

pub(crate) mod audit;
mod organisation;
mod organisation_pair;
mod queries;
mod search;

pub(crate) use queries::{
    Change, Listing, find_organisation, insert_organisations, list_changes, list_organisations,
    load_organisations, save_name,
};
pub(crate) use search::search_organisations;
