//! What a failure is to the caller.

use std::{borrow::Cow, error::Error};

use kernel::CursorError;

use crate::{kind::Kind, locale::Message, render::FieldError};

/// What an error is to the caller. Each use-case implements it for its own small error enum, a line
/// for each variant.
pub trait Category: Error + Send + Sync + 'static {
    /// Says what the failure is to the caller.
    fn fact(&self) -> Fact;
}

/// What a failure is to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What sort of failure it is.
    pub kind: Kind,
    /// The stable name of the problem, `kebab-case`; clients decide by it.
    pub slug: &'static str,
    /// The sentence for the caller; for [`Kind::Internal`] it is never shown.
    pub detail: Message,
    /// The fields that are wrong.
    pub fields: Vec<FieldError>,
    /// Seconds after which a retry makes sense.
    pub retry_after: Option<u32>,
}

impl Fact {
    /// Describes a failure in both languages.
    #[must_use]
    pub fn new(
        kind: Kind,
        slug: &'static str,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::said(kind, slug, Message::new(zh, en))
    }

    /// Describes a failure by a sentence that exists already.
    #[must_use]
    pub fn said(kind: Kind, slug: &'static str, detail: Message) -> Self {
        Self {
            kind,
            slug,
            detail,
            fields: Vec::new(),
            retry_after: None,
        }
    }

    /// Describes a fault of the service, of which the caller learns no more.
    #[must_use]
    pub fn internal() -> Self {
        Self::said(Kind::Internal, Kind::INTERNAL_SLUG, Kind::internal_detail())
    }

    /// Names the one field that is wrong, by its JSON pointer; the sentence is about it.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        let detail = self.detail.clone();
        self.fields.push(FieldError::new(pointer, detail));
        self
    }

    /// Names the fields that are wrong.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<FieldError>) -> Self {
        self.fields = fields;
        self
    }

    /// Says after how many seconds a retry makes sense.
    #[must_use]
    pub fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl Category for CursorError {
    fn fact(&self) -> Fact {
        let detail = Message::bilingual(&self.to_string());
        Fact::said(Kind::Invalid, "invalid-input", detail).at("/cursor")
    }
}
