//! Who causes a change, as events and the access log name them.

use std::net::IpAddr;

use auth::{Ctx, PublicCtx, TraceContext};
use chassis::telemetry::begin_trace;
use kernel::{AccountId, Timestamp};

use crate::domain::Entry;

/// Result of whatever went well, in the access log.
pub(crate) const OK: &str = "ok";

/// Who acts, in which operation, from where.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The account, none for someone unknown and for the system itself.
    pub(crate) account: Option<AccountId>,
    pub(crate) operation: &'static str,
    pub(crate) source: Option<IpAddr>,
    pub(crate) trace: TraceContext,
    pub(crate) now: Timestamp,
}

impl Caller {
    /// The system itself, e.g. the command line of its operators. Each begins a trace, so it is made when there is
    /// something to do.
    pub(crate) fn system(operation: &'static str, now: Timestamp) -> Self {
        Self {
            account: None,
            operation,
            source: None,
            trace: begin_trace(),
            now,
        }
    }

    /// The same caller, known by now to be this account.
    pub(crate) fn acting(&self, account: AccountId) -> Self {
        Self {
            account: Some(account),
            ..self.clone()
        }
    }

    /// Makes an entry of the access log.
    pub(crate) fn entry(&self, subject: &impl ToString, result: &str) -> Entry {
        Entry {
            at: self.now,
            account: self.account,
            operation: self.operation.to_owned(),
            subject: subject.to_string(),
            result: result.to_owned(),
            source: self
                .source
                .map(|source| source.to_string())
                .unwrap_or_default(),
            trace_id: self.trace.trace_id.clone(),
        }
    }
}

impl From<&Ctx> for Caller {
    fn from(ctx: &Ctx) -> Self {
        Self {
            account: Some(ctx.principal.account),
            operation: ctx.operation,
            source: ctx.source,
            trace: ctx.trace.clone(),
            now: ctx.now,
        }
    }
}

impl From<&PublicCtx> for Caller {
    fn from(ctx: &PublicCtx) -> Self {
        Self {
            account: None,
            operation: ctx.operation,
            source: ctx.source,
            trace: ctx.trace.clone(),
            now: ctx.now,
        }
    }
}
