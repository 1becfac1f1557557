//! Pure rules: what happened, who is told of it, in which words.

pub mod message;
pub mod occurrence;
pub mod rules;
pub mod subject;
