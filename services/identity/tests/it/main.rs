//! Identity through its HTTP interface, on a real server and a real store.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod access_log;
mod accounts;
mod audit;
mod authenticator;
mod bad_input;
mod bootstrap;
mod certifications;
mod consents;
mod contacts;
mod delegation;
mod ended_access;
mod events;
mod exclusions;
mod foreign_clients;
mod grants;
mod guessing;
mod keys;
mod lockout;
mod moves;
mod my_sessions;
mod oauth;
mod oauth_clients;
mod overtaken;
mod passwords;
mod phone;
mod privacy;
mod register;
mod scopes;
mod second_factor;
mod sessions;
mod short_messages;
mod terms;
mod vault;
mod world;

use world::{PASSWORD, World, slug};
