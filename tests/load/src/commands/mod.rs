//! One file for each thing that is measured.

pub(crate) mod bus;
pub(crate) mod city;
pub(crate) mod floor;
pub(crate) mod latency;
pub(crate) mod lifecycle;
pub(crate) mod sessions;
pub(crate) mod spike;
pub(crate) mod sweep;
