//! Pure rules of tasks and of voluntary service.

pub(crate) mod activity;
pub(crate) mod audience;
pub(crate) mod calendar;
pub(crate) mod catalogue;
pub(crate) mod certificate;
pub(crate) mod certificate_pdf;
pub(crate) mod check_in;
pub(crate) mod duty;
pub(crate) mod export_job;
pub(crate) mod exports;
pub(crate) mod fairness;
pub(crate) mod feed;
pub(crate) mod hours;
pub(crate) mod invitation;
pub(crate) mod pdf;
pub(crate) mod rating;
pub(crate) mod roster;
pub(crate) mod rules;
pub(crate) mod runner;
pub(crate) mod sign_up;
pub(crate) mod standing;
pub(crate) mod statistics;
pub(crate) mod task;
pub(crate) mod team;
pub(crate) mod time_account;
pub(crate) mod volunteer;
