//! The W3C trace context of a request.

use std::fmt;

use rand::RngExt;

/// Trace id and span of one request; its children carry the same trace id.
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// Trace id: 32 lower-case hex digits, the same in every service that took part.
    pub trace_id: String,
    span_id: String,
    parent_id: Option<String>,
    flags: u8,
}

impl TraceContext {
    /// Takes up the caller's `traceparent`, or begins a trace when there is none or it is malformed.
    #[must_use]
    pub fn from_header(traceparent: Option<&str>) -> Self {
        traceparent
            .and_then(Self::parse)
            .unwrap_or_else(Self::random)
    }

    /// Reads a `traceparent` (W3C Trace Context, section 3.2) and opens a span below it.
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.trim().split('-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32)?;
        let parent_id = hex(parts.next()?, 16)?;
        let flags = hex(parts.next()?, 2)?;
        // version 00 has exactly four parts, later ones may add some, ff is forbidden
        let known = version != "ff" && (version != "00" || parts.next().is_none());
        let zero = |text: &str| text.bytes().all(|digit| digit == b'0');
        if !known || zero(trace_id) || zero(parent_id) {
            return None;
        }
        Some(Self {
            trace_id: trace_id.to_owned(),
            span_id: random_span(),
            parent_id: Some(parent_id.to_owned()),
            flags: u8::from_str_radix(flags, 16).ok()? & 1,
        })
    }

    /// Takes up a span that somebody else opened and collects.
    #[must_use]
    pub fn of_span(
        trace_id: String,
        span_id: String,
        parent: Option<&Self>,
        sampled: bool,
    ) -> Self {
        Self {
            trace_id,
            span_id,
            parent_id: parent.and_then(|parent| parent.parent_id.clone()),
            flags: u8::from(sampled),
        }
    }

    /// Begins a trace.
    #[must_use]
    pub fn random() -> Self {
        // an all-zero id is invalid
        let trace_id = rand::rng().random::<u128>().max(1);
        Self {
            trace_id: format!("{trace_id:032x}"),
            span_id: random_span(),
            parent_id: None,
            flags: 1,
        }
    }

    /// Returns the id of this request's span.
    #[must_use]
    pub fn span_id(&self) -> &str {
        &self.span_id
    }

    /// Says whether the trace is kept, by whoever collects traces.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// Returns the caller's span, if there was one.
    #[must_use]
    pub fn parent_id(&self) -> Option<&str> {
        self.parent_id.as_deref()
    }

    /// Writes the header that the caller sent, if one was taken up.
    #[must_use]
    pub fn caller(&self) -> Option<String> {
        let parent = self.parent_id.as_deref()?;
        Some(format!("00-{}-{parent}-{:02x}", self.trace_id, self.flags))
    }

    /// Writes the header for whatever this request causes.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.traceparent())
    }
}

fn random_span() -> String {
    format!("{:016x}", rand::rng().random::<u64>().max(1))
}

/// Passes on lower-case hex digits of exactly this length.
fn hex(text: &str, length: usize) -> Option<&str> {
    let digits = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (text.len() == length && digits).then_some(text)
}
