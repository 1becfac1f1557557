//! The ticketing service over HTTP, with the other services played by their events.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod attachments;
mod bad_input;
mod bulk;
mod bulletins;
mod calendars;
mod callbacks;
mod catalogues;
mod definitions;
mod events;
mod exports;
mod filing;
mod five_order;
mod households;
mod imports;
mod intake;
mod lists;
mod loops;
mod mechanisms;
mod merges;
mod moves;
mod parts;
mod photos;
mod publications;
mod requests;
mod resolutions;
mod review;
mod searches;
mod similar;
mod similar_messages;
mod six_step;
mod standing;
mod statistics;
mod uploads;
mod visibility;
mod world;
