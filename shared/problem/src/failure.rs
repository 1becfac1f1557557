//! The one error type of handlers.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, body::BoxBody, http::StatusCode};

use crate::{
    fact::{Category, Fact},
    kind::Kind,
    locale::Locale,
    render::{self, Problem},
};

/// Any categorised error on its way out of a handler.
pub struct Failure(Box<dyn Category>);

impl<E: Category> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl Failure {
    /// Says what the failure is to the caller; of a fault of the service, nothing but that it is one.
    #[must_use]
    pub fn fact(&self) -> Fact {
        let fact = self.0.fact();
        if fact.kind == Kind::Internal {
            return Fact::internal();
        }
        fact
    }

    /// Says what sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.fact().kind
    }

    /// Returns the error with all its causes, for the log and never for the caller.
    #[must_use]
    pub fn source_chain(&self) -> String {
        let mut chain = self.0.to_string();
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // transparent wrappers repeat what they wrap
            if !chain.ends_with(&text) {
                chain.push_str(": ");
                chain.push_str(&text);
            }
            cause = error.source();
        }
        chain
    }

    /// Describes the failure to the caller.
    #[must_use]
    pub fn problem(&self, locale: Locale, trace_id: Option<&str>) -> Problem {
        render::problem(self.fact(), locale, trace_id)
    }

    /// Renders the whole answer: status, headers and problem body.
    #[must_use]
    pub fn respond(&self, locale: Locale, trace_id: Option<&str>) -> HttpResponse {
        render::respond(self.fact(), locale, trace_id)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.kind())
            .field("slug", &self.0.fact().slug)
            .field("error", &self.source_chain())
            .finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // actix logs and shows this in places of its own: say no more than the caller may see
        f.write_str(&self.fact().detail.en)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.kind().status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.respond(Locale::default(), None)
    }
}
