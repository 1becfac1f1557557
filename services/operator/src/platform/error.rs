use reqwest::StatusCode;
use serde_json::Value;

/// Most reasons of a refusal that are told.
const NAMED: usize = 3;

/// Why the platform did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// It was not reached, or broke off.
    #[error("平台连不上 (platform out of reach): {0}")]
    Unreachable(#[source] reqwest::Error),
    /// It refused, in the words of its problem document.
    #[error("{status} {slug}: {detail}")]
    Refused {
        /// Status.
        status: u16,
        /// Last part of the problem's type.
        slug: String,
        /// What it said.
        detail: String,
    },
    /// It answered something that is not in its API.
    #[error("平台的回答无法理解 (unexpected answer): {0}")]
    Unexpected(&'static str),
}

impl From<reqwest::Error> for PlatformError {
    fn from(error: reqwest::Error) -> Self {
        // the address may hold what a log line should not
        Self::Unreachable(error.without_url())
    }
}

impl PlatformError {
    pub(super) fn of(status: StatusCode, document: &Value) -> Self {
        let text = |key: &str| document.get(key).and_then(Value::as_str);
        // OAuth's errors have their own form (RFC 6749, section 5.2)
        let slug = text("type").or(text("error")).unwrap_or("about:blank");
        let detail = text("detail").or(text("error_description"));
        let mut detail = detail.unwrap_or_default().to_owned();
        let errors = document.get("errors").and_then(Value::as_array);
        for error in errors.into_iter().flatten().take(NAMED) {
            let part = |key| error.get(key).and_then(Value::as_str).unwrap_or_default();
            detail.push_str("; ");
            detail.push_str(part("pointer"));
            detail.push(' ');
            detail.push_str(part("detail"));
        }
        Self::Refused {
            status: status.as_u16(),
            slug: slug.rsplit('/').next().unwrap_or(slug).to_owned(),
            detail,
        }
    }

    /// Whether it refused with this kind of problem.
    #[must_use]
    pub(crate) fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { slug, .. } if slug == wanted)
    }

    /// Whether there is no such thing.
    #[must_use]
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// One word for a condition.
    #[must_use]
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "PlatformUnreachable",
            Self::Refused { status: 401, .. } => "NotSignedIn",
            Self::Refused { status: 403, .. } => "Forbidden",
            Self::Refused { status: 429, .. } => "TooManyRequests",
            Self::Refused { status, .. } if *status >= 500 => "PlatformUnavailable",
            Self::Refused { .. } => "Refused",
            Self::Unexpected(_) => "UnexpectedAnswer",
        }
    }
}
