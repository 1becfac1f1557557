//! Failures of extractors and middleware, which have no use-case with an enum of its own.

use std::{error::Error, fmt};

use crate::{
    fact::{Category, Fact},
    failure::Failure,
    kind::Kind,
    locale::Message,
    render::FieldError,
};

/// A failure at the edge.
#[derive(Debug)]
struct Edge(Fact);

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail.en)
    }
}

impl Error for Edge {}

impl Category for Edge {
    fn fact(&self) -> Fact {
        self.0.clone()
    }
}

/// Makes a failure in place, for extractors and middleware.
#[must_use]
pub fn quick(kind: Kind, slug: &'static str, message: Message) -> Failure {
    quick_fields(kind, slug, message, Vec::new())
}

/// Makes a failure in place that names the wrong fields, for extractors of bodies and queries.
#[must_use]
pub fn quick_fields(
    kind: Kind,
    slug: &'static str,
    message: Message,
    fields: Vec<FieldError>,
) -> Failure {
    Failure::from(Edge(Fact::said(kind, slug, message).with_fields(fields)))
}
