//! Which log lines are written, changeable while the process runs.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing_subscriber::{EnvFilter, Registry, reload};

use crate::ConfigError;

/// What a caller can make the HTTP server call an error, with bytes that are no request: nobody has to act.
/// A filter that names it is obeyed.
const UNHEARD: &str = "actix_http::h1::dispatcher=off";

/// Longest filter that is taken at run time, in bytes.
const MAX_FILTER: usize = 1_024;

/// The levels of this process.
static CURRENT: OnceLock<Levels> = OnceLock::new();

/// A filter that can be replaced.
pub(super) type Filter = reload::Layer<EnvFilter, Registry>;

type Handle = reload::Handle<EnvFilter, Registry>;

/// Why a filter is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LevelError {
    /// It does not parse.
    #[error("not a log filter")]
    NotAFilter,
    /// Nothing of this process listens to its filter.
    #[error("log lines of this process are not its own")]
    NotOurs,
}

/// Which log lines are written.
#[derive(Debug, Clone)]
pub(crate) struct Levels(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    configured: String,
    now: String,
    /// Counts changes, so that a change is not taken back that another one has replaced.
    changes: u64,
    handles: Vec<Handle>,
}

impl Levels {
    /// Begins with the configured filter.
    pub(crate) fn new(configured: &str) -> Result<Self, ConfigError> {
        parse(configured).map_err(|_| ConfigError::Value {
            key: "telemetry.log".to_owned(),
            reason: "is not a log filter, e.g. `info` or `info,ticketing=debug`",
        })?;
        Ok(Self(Arc::new(Mutex::new(State {
            configured: configured.to_owned(),
            now: configured.to_owned(),
            changes: 0,
            handles: Vec::new(),
        }))))
    }

    /// Makes a filter that follows.
    pub(super) fn filter(&self) -> Filter {
        let mut state = self.state();
        // it was parsed before
        let filter = parse(&state.now).unwrap_or_default();
        let (filter, handle) = reload::Layer::new(filter);
        state.handles.push(handle);
        filter
    }

    /// Makes these the levels of the process.
    pub(super) fn keep(self) {
        CURRENT.set(self).ok();
    }

    /// The levels of the process.
    pub(crate) fn of_process() -> Result<&'static Self, LevelError> {
        CURRENT.get().ok_or(LevelError::NotOurs)
    }

    /// The filter in force, and the configured one.
    pub(crate) fn shown(&self) -> (String, String) {
        let state = self.state();
        (state.now.clone(), state.configured.clone())
    }

    /// Puts a filter in force; returns the number of the change.
    pub(crate) fn change(&self, filter: &str) -> Result<u64, LevelError> {
        if filter.trim().is_empty() || filter.len() > MAX_FILTER {
            return Err(LevelError::NotAFilter);
        }
        let mut state = self.state();
        state.put(filter)?;
        Ok(state.changes)
    }

    /// Puts the configured filter in force again, unless there was another change since that one.
    pub(crate) fn take_back(&self, change: u64) -> Result<bool, LevelError> {
        let mut state = self.state();
        if state.changes != change {
            return Ok(false);
        }
        let configured = state.configured.clone();
        state.put(&configured)?;
        Ok(true)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, filter: &str) -> Result<(), LevelError> {
        parse(filter)?;
        for handle in &self.handles {
            handle
                .reload(parse(filter)?)
                .map_err(|_| LevelError::NotOurs)?;
        }
        filter.clone_into(&mut self.now);
        self.changes = self.changes.wrapping_add(1);
        Ok(())
    }
}

fn parse(filter: &str) -> Result<EnvFilter, LevelError> {
    EnvFilter::try_new(format!("{UNHEARD},{filter}")).map_err(|_| LevelError::NotAFilter)
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may")]
mod tests {
    use super::{LevelError, Levels, MAX_FILTER};

    #[test]
    fn a_change_is_taken_back_unless_another_one_came() {
        let levels = Levels::new("info").expect("a filter");
        let first = levels.change("debug").expect("a filter");
        let second = levels.change("warn,ticketing=trace").expect("a filter");
        assert_eq!(levels.take_back(first), Ok(false));
        assert_eq!(levels.shown().0, "warn,ticketing=trace");
        assert_eq!(levels.take_back(second), Ok(true));
        assert_eq!(levels.shown(), ("info".to_owned(), "info".to_owned()));
    }

    #[test]
    fn what_is_no_filter_changes_nothing() {
        let levels = Levels::new("info").expect("a filter");
        let long = format!("info,{}=debug", "x".repeat(MAX_FILTER));
        for wrong in ["", "  ", "info,=,", "ticketing=loud", &long] {
            assert_eq!(levels.change(wrong), Err(LevelError::NotAFilter), "{wrong}");
        }
        assert_eq!(levels.shown().0, "info");
        assert!(Levels::new("a=b=c").is_err());
    }
}
