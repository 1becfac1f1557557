use std::error::Error;

use problem::{Category, Fact, Kind};
use sea_orm::{DbErr, RuntimeErr};
use sqlx::error::DatabaseError;

/// What can go wrong while storing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row changed since it was read.
    #[error("the row changed since it was read")]
    Stale,
    /// An idempotency key came again with another body.
    #[error("idempotency key reused with another request")]
    KeyReused,
    /// Another transaction with the same idempotency key won the race; run again to find its answer.
    #[error("lost a race on an idempotency key")]
    Raced(#[source] Race),
    /// A transaction's handle outlived the transaction: a defect of the caller.
    #[error("a handle outlived its transaction")]
    Escaped,
    /// A stored value no longer reads as what it was.
    #[error("stored value does not read: {0}")]
    Corrupt(String),
    /// A location of a database does not read.
    #[error("{0} does not read")]
    Location(String),
    /// The server has stopped answering; whether a change was stored is unknown.
    #[error("the database does not answer")]
    TimedOut,
    /// The database refused or is out of reach.
    #[error("database")]
    Database(#[from] DbErr),
    /// A file could not be read or written.
    #[error("file")]
    File(#[from] std::io::Error),
}

/// How a database failure is to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Another transaction was in the way: running again helps.
    Transient,
    /// Disk full, read only, server gone: nothing was stored, later may work.
    Unavailable,
    /// A defect of ours.
    Defect,
}

impl StoreError {
    /// Another transaction got there first; running again finds what it left.
    #[must_use]
    pub fn raced() -> Self {
        Self::Raced(Race)
    }

    /// Tells whether the same transaction may succeed when run again at once.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Raced(_) => true,
            Self::Database(error) => fault(error) == Fault::Transient,
            _ => false,
        }
    }

    /// Finds out the same of any error that has a store error or a database error as its source.
    pub(crate) fn is_transient_in(error: &(dyn Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(store) = error.downcast_ref::<Self>() {
                return store.is_transient();
            }
            if let Some(database) = error.downcast_ref::<DbErr>() {
                return fault(database) == Fault::Transient;
            }
            if error.is::<Race>() {
                return true;
            }
            next = error.source();
        }
        false
    }

    /// Tells whether any error, by itself or by a source, says that the database took too long: it is busy, or what was
    /// asked is too much for it.
    #[must_use]
    pub fn is_timeout_in(error: &(dyn Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(Self::TimedOut) = error.downcast_ref::<Self>() {
                return true;
            }
            if let Some(database) = error.downcast_ref::<DbErr>() {
                return is_cancelled(database);
            }
            next = error.source();
        }
        false
    }

    /// Tells whether any error, by itself or by a source, says that the database or the disk is out
    /// of reach or busy: nothing is wrong with what was to be stored, later it may be.
    #[must_use]
    pub fn is_unavailable_in(error: &(dyn Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(store) = error.downcast_ref::<Self>() {
                return store.fact().kind == Kind::Unavailable;
            }
            if let Some(database) = error.downcast_ref::<DbErr>() {
                return fault(database) != Fault::Defect;
            }
            if error.is::<Race>() {
                return true;
            }
            next = error.source();
        }
        false
    }
}

/// Marker in a source chain, for errors that wrap ours transparently.
#[derive(Debug, thiserror::Error)]
#[error("race")]
pub struct Race;

/// Whether the server ended a statement that took longer than statements may.
fn is_cancelled(error: &DbErr) -> bool {
    let (DbErr::Exec(runtime) | DbErr::Query(runtime)) = error else {
        return false;
    };
    let RuntimeErr::SqlxError(error) = runtime else {
        return false;
    };
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.as_deref() == Some("57014")
}

/// Sorts a database failure by the codes of SQLite (primary result code) and PostgreSQL (SQLSTATE).
fn fault(error: &DbErr) -> Fault {
    let runtime = match error {
        DbErr::Exec(runtime) | DbErr::Query(runtime) | DbErr::Conn(runtime) => runtime,
        DbErr::ConnectionAcquire(_) => return Fault::Unavailable,
        _ => return Fault::Defect,
    };
    let RuntimeErr::SqlxError(error) = runtime else {
        return Fault::Defect;
    };
    match error.as_ref() {
        sqlx::Error::Database(database) => code_fault(&database.code().unwrap_or_default()),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        // what a connection says that was cut in the middle of an answer
        | sqlx::Error::Protocol(_)
        | sqlx::Error::BeginFailed => Fault::Unavailable,
        _ => Fault::Defect,
    }
}

fn code_fault(code: &str) -> Fault {
    match code {
        // the last: a month got its partition while the row was on its way to the default one
        "40001" | "40P01" | "23514" => Fault::Transient,
        // A SQLSTATE has five characters, an SQLite result code at most four.
        _ if code.len() == 5 => match code.get(..2) {
            // connection lost, login refused, out of resources, shutting down or cancelled, disk
            Some("08" | "28" | "53" | "57" | "58") => Fault::Unavailable,
            // read-only, idle for too long in a transaction, lock not given in time
            _ if matches!(code, "25006" | "25P03" | "55P03") => Fault::Unavailable,
            _ => Fault::Defect,
        },
        _ => match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(5 | 6) => Fault::Transient,
            // read-only, I/O error, full, cannot open
            Ok(8 | 10 | 13 | 14) => Fault::Unavailable,
            _ => Fault::Defect,
        },
    }
}

impl Category for StoreError {
    fn fact(&self) -> Fact {
        let unavailable = || {
            Fact::new(
                Kind::Unavailable,
                "storage-unavailable",
                "暂时无法保存，请稍后重试",
                "cannot be stored right now; try again later",
            )
            .after(2)
        };
        match self {
            Self::Stale => Fact::new(
                Kind::Conflict,
                "stale-version",
                "数据已被他人修改，请刷新后重试",
                "the resource changed meanwhile; read it again and retry",
            ),
            Self::KeyReused => Fact::new(
                Kind::Invalid,
                "idempotency-key-reused",
                "同一 Idempotency-Key 已用于内容不同的请求",
                "this Idempotency-Key was used for a request with another body",
            ),
            Self::Database(error) if fault(error) == Fault::Defect => Fact::internal(),
            Self::Corrupt(_) | Self::Escaped | Self::Location(_) => Fact::internal(),
            Self::Database(_) | Self::Raced(_) | Self::File(_) | Self::TimedOut => unavailable(),
        }
    }
}

/// Checks that a guarded update met exactly the row it meant.
///
/// # Errors
/// [`StoreError::Stale`] when another version was there.
pub fn affected_one(rows: u64) -> Result<(), StoreError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, code_fault};

    #[test]
    fn codes_of_both_engines_are_told_apart() {
        assert_eq!(code_fault("5"), Fault::Transient);
        assert_eq!(code_fault("517"), Fault::Transient);
        assert_eq!(code_fault("13"), Fault::Unavailable);
        assert_eq!(code_fault("1032"), Fault::Unavailable);
        assert_eq!(code_fault("2067"), Fault::Defect);
        assert_eq!(code_fault("40001"), Fault::Transient);
        assert_eq!(code_fault("53100"), Fault::Unavailable);
        assert_eq!(code_fault("57P01"), Fault::Unavailable);
        assert_eq!(code_fault("55P03"), Fault::Unavailable);
        assert_eq!(code_fault("25P02"), Fault::Defect);
        assert_eq!(code_fault("23505"), Fault::Defect);
    }
}
