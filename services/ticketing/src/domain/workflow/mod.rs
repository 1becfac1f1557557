//! Workflows as data: a definition file, its checks, and the one engine that runs every order.
//!
//! - [`load::parse`] reads a file and refuses it with every problem that it finds;
//! - [`step`] takes one action, [`legal_actions`] says which ones somebody may take;
//! - [`draw::mermaid`] draws the definition.
//!
//! Guards and effects are closed registries ([`Guard`], [`Effect`]): a definition picks from them by name.

pub mod catalogue;
pub mod clocks;
pub mod definition;
pub mod district;
pub mod draw;
pub mod effect;
pub mod engine;
pub mod form;
pub mod graph;
pub mod guard;
pub mod load;
pub mod migrate;
pub mod offer;
mod place;
pub mod problem;
pub mod refusal;
pub mod rehearse;
mod resolve;
pub mod spec;
pub mod svg;

pub use catalogue::Catalogue;
pub use definition::{Action, ActorRule, Definition, LevelAction, Over, RoundChange, State};
pub use effect::Effect;
pub use engine::{Attempt, Facts, PanelPool, step};
pub use guard::Guard;
pub use load::parse;
pub use offer::{ActionOffer, legal_actions};
pub use problem::{LoadError, Problem, ProblemKind};
pub use refusal::{Refusal, RefusalKind};

#[cfg(test)]
mod tests;
