//! What use-cases say about their errors, and the one error type of handlers.

use std::{error::Error, fmt};

use actix_web::{HttpResponse, ResponseError, body::BoxBody, http::StatusCode};

use crate::{
    kind::Kind,
    locale::{Locale, Message},
    render::{self, FieldError, FieldProblem, Problem},
};

/// What an error is to the caller. Each use-case implements it for its own small error enum.
pub trait Category: Error + Send + Sync + 'static {
    /// Says what sort of failure it is.
    fn kind(&self) -> Kind;

    /// Returns the stable name of the problem, `kebab-case`; clients decide by it.
    fn slug(&self) -> &'static str;

    /// Returns the sentence for the caller; for [`Kind::Internal`] it is never shown.
    fn detail(&self) -> Message;

    /// Returns the fields that are wrong.
    fn fields(&self) -> Vec<FieldError> {
        Vec::new()
    }

    /// Returns the seconds after which a retry makes sense.
    fn retry_after(&self) -> Option<u32> {
        None
    }
}

/// Any categorised error on its way out of a handler.
pub struct Failure(Box<dyn Category>);

impl<E: Category> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl Failure {
    /// Says what sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind()
    }

    /// Returns the stable name of the problem.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        match self.kind() {
            // the name of an inner fault would tell how the service is built
            Kind::Internal => "internal",
            _ => self.0.slug(),
        }
    }

    /// Returns the seconds of `Retry-After`: 429 and 503 always have them.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        self.0
            .retry_after()
            .or_else(|| self.kind().default_retry_after())
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
        let kind = self.kind();
        let internal = kind == Kind::Internal;
        let (detail, fields) = if internal {
            (Kind::internal_detail(), Vec::new())
        } else {
            (self.0.detail(), self.0.fields())
        };
        Problem {
            kind: render::type_url(self.slug()),
            title: kind.title().text(locale).to_owned(),
            status: kind.status().as_u16(),
            detail: detail.text(locale).to_owned(),
            errors: fields
                .into_iter()
                .map(|field| FieldProblem {
                    detail: field.detail.text(locale).to_owned(),
                    pointer: field.pointer,
                })
                .collect(),
            trace_id: trace_id.map(str::to_owned),
        }
    }

    /// Renders the whole answer: status, headers and problem body.
    #[must_use]
    pub fn respond(&self, locale: Locale, trace_id: Option<&str>) -> HttpResponse {
        render::respond(
            self.kind(),
            self.retry_after(),
            locale,
            &self.problem(locale, trace_id),
        )
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.kind())
            .field("slug", &self.0.slug())
            .field("error", &self.source_chain())
            .finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // actix logs and shows this in places of its own: say no more than the caller may see
        match self.kind() {
            Kind::Internal => f.write_str(&Kind::internal_detail().en),
            _ => f.write_str(&self.0.detail().en),
        }
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
