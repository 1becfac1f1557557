use std::fmt;
use std::path::PathBuf;

use crate::StoreError;

/// Longest name of a schema: the role's and the channel's must fit PostgreSQL's 63 bytes.
const LONGEST_NAME: usize = 48;

/// Where a service's database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// A schema on a PostgreSQL server.
    Server {
        /// `postgres://user@host/database`; TLS by its `sslmode`.
        url: String,
        /// The schema: lower-case letters, digits and `_`, beginning with a letter.
        schema: String,
    },
}

// The URL may hold a password: neither form of output shows it.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server { url, schema } => {
                let host = url.rsplit('@').next().unwrap_or_default();
                let host = host.split('?').next().unwrap_or_default();
                let host = host.rsplit("//").next().unwrap_or_default();
                write!(f, "postgres://{host}#{schema}")
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Refuses names that would need quoting: they become part of statements.
pub(crate) fn check_schema(schema: &str) -> Result<(), StoreError> {
    let starts_well = schema.starts_with(|first: char| first.is_ascii_lowercase());
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let reads_well = schema.chars().all(|letter| plain(letter) || letter == '_');
    if starts_well && reads_well && schema.len() <= LONGEST_NAME {
        Ok(())
    } else {
        Err(StoreError::Location(format!("schema name {schema:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::{Location, check_schema};

    #[test]
    fn a_password_is_not_shown() {
        let location = Location::Server {
            url: "postgres://me:secret@db.example:5432/linli?sslmode=require".to_owned(),
            schema: "ticketing".to_owned(),
        };
        assert_eq!(
            format!("{location:?}"),
            "postgres://db.example:5432/linli#ticketing"
        );
    }

    #[test]
    fn names_that_need_quoting_are_refused() {
        assert!(check_schema("ticketing").is_ok());
        assert!(check_schema("a_1").is_ok());
        for name in ["", "1a", "Tick", "a\"; drop", "a-b", &"a".repeat(49)] {
            assert!(check_schema(name).is_err(), "{name}");
        }
    }
}
