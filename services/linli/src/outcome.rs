//! How a command ended, and its exit code.

use std::process::ExitCode;

/// A command's end other than success.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// The caller's input or usage is wrong: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Done, but some rows were refused: exit code 3.
    #[error("{0} 行未导入，见上 (rows were refused, see above)")]
    BadRows(usize),
    /// It does not balance, and events are under way that may yet make it: exit code 3.
    #[error("不符，但有事件在途，请再查 (not balanced, but events are under way: ask again)")]
    AskAgain,
    /// It failed: exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl Stop {
    /// Exit code of an error: that of the [`Stop`] in it, else 1.
    pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
        match error.downcast_ref::<Self>() {
            Some(Self::Usage(_)) => ExitCode::from(2),
            Some(Self::BadRows(_) | Self::AskAgain) => ExitCode::from(3),
            Some(Self::Failed(_)) | None => ExitCode::FAILURE,
        }
    }
}
