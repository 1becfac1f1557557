//! The shape of a trace.

use rand::RngExt;
use testkit::eventually;
use testkit::otlp::{Collector, Span};

/// The span of a caller from outside.
const CALLER: &str = "00f067aa0ba902b7";

/// What spans may say about what they stand for: nothing that names a person or a thing of theirs.
const ATTRIBUTES: [&str; 10] = [
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "messaging.batch.message_count",
    "messaging.destination.name",
    "messaging.message.id",
    "messaging.operation.name",
    "otel.scope.name",
    "service",
    "trace_id",
];

/// A trace id that no other test uses.
pub(crate) fn trace() -> String {
    format!("{:032x}", rand::rng().random::<u128>().max(1))
}

/// The header of a caller that keeps this trace.
pub(crate) fn traceparent(trace: &str) -> String {
    format!("00-{trace}-{CALLER}-01")
}

/// Spans of a trace.
pub(crate) struct Tree(Vec<Span>);

impl Tree {
    /// Waits until the trace has a span of this name, and those above it.
    pub(crate) async fn with(collector: &Collector, trace: &str, name: &str) -> Self {
        Self::with_all(collector, trace, name, 1).await
    }

    /// The same of so many spans of one name.
    pub(crate) async fn with_all(
        collector: &Collector,
        trace: &str,
        name: &str,
        count: usize,
    ) -> Self {
        let what = format!("the collector is told of {name}");
        eventually(&what, async || {
            let tree = Self(collector.trace(trace));
            let named = tree.0.iter().filter(|span| span.name == name);
            let whole = named.filter(|span| tree.reaches_the_caller(span));
            (whole.count() >= count).then_some(tree)
        })
        .await
    }

    fn reaches_the_caller(&self, span: &Span) -> bool {
        let mut parent = &span.parent;
        // a trace has no rings, but a wrong one might
        for _ in 0..=self.0.len() {
            if parent == CALLER {
                return true;
            }
            match self.0.iter().find(|span| span.id == *parent) {
                Some(above) => parent = &above.parent,
                None => return false,
            }
        }
        false
    }

    /// The span below the caller's.
    #[track_caller]
    pub(crate) fn top(&self, name: &str) -> &Span {
        let mut tops = self.0.iter().filter(|span| span.parent == CALLER);
        let top = tops
            .next()
            .unwrap_or_else(|| panic!("no top: {:#?}", self.0));
        assert_eq!(top.name, name);
        assert!(tops.next().is_none(), "several tops: {:#?}", self.0);
        top
    }

    /// The one span of this name below another.
    #[track_caller]
    pub(crate) fn child(&self, above: &Span, name: &str) -> &Span {
        let below = |span: &&Span| span.parent == above.id && span.name == name;
        let mut children = self.0.iter().filter(below);
        children
            .next()
            .unwrap_or_else(|| panic!("no {name} below {}: {:#?}", above.name, self.0))
    }

    /// The same of one service, where several have one.
    #[track_caller]
    pub(crate) fn child_of(&self, above: &Span, name: &str, service: &str) -> &Span {
        let below =
            |span: &&Span| span.parent == above.id && span.name == name && span.service == service;
        let mut children = self.0.iter().filter(below);
        children
            .next()
            .unwrap_or_else(|| panic!("no {name} of {service}: {:#?}", self.0))
    }

    /// Checks that what spans say is bounded and names nobody.
    #[track_caller]
    pub(crate) fn check(&self) {
        for span in &self.0 {
            let digits = span.name.chars().filter(char::is_ascii_digit).count();
            assert!(digits <= 2, "{} names a thing", span.name);
            for key in span.attributes.keys() {
                assert!(ATTRIBUTES.contains(&key.as_str()), "{key} in {}", span.name);
            }
            assert!(!span.failed, "{span:#?}");
        }
    }
}
