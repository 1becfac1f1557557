//! Files that hold keys: written whole or not at all, never readable by everyone.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rand::RngExt;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The folder or a file in it cannot be read or written.
    #[error("{path}")]
    File {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Everyone on the machine can read the key.
    #[error("{0} can be read by others: chmod 600")]
    Exposed(PathBuf),
    /// The file holds no key of the right kind, or another one than its name says.
    #[error("{0} is not the key that it should be")]
    NotTheKey(PathBuf),
    /// No key could be made.
    #[error("no key could be made")]
    NotMade,
}

impl KeyFileError {
    /// Names the file that the system refused.
    pub fn at(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }
}

/// Reads a key file. Its group may read it (a mounted secret of Kubernetes), others may not.
///
/// # Errors
/// It is not there, or everyone can read it.
pub fn read(path: &Path) -> Result<Vec<u8>, KeyFileError> {
    let facts = fs::metadata(path).map_err(KeyFileError::at(path))?;
    if facts.permissions().mode() & 0o007 != 0 {
        return Err(KeyFileError::Exposed(path.to_owned()));
    }
    fs::read(path).map_err(KeyFileError::at(path))
}

/// Writes a new key file, readable by its owner only.
///
/// # Errors
/// The folder is not writable, or the file is there already.
pub fn create(path: &Path, content: &[u8]) -> Result<(), KeyFileError> {
    // a link, unlike a rename, does not replace a key that someone else has just written
    let placed = write(path, content, |from, to| fs::hard_link(from, to));
    placed.map_err(KeyFileError::at(path))
}

/// Writes another content in place of a key file's.
///
/// # Errors
/// The folder is not writable.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), KeyFileError> {
    let placed = write(path, content, |from, to| fs::rename(from, to));
    placed.map_err(KeyFileError::at(path))
}

fn write(
    path: &Path,
    content: &[u8],
    place: impl Fn(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    // in a container every process has the same number: what a killed one left must not be in the way
    let temporary = path.with_extension(format!("tmp-{:016x}", rand::rng().random::<u64>()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    let placed = written.and_then(|()| place(&temporary, path));
    fs::remove_file(&temporary).ok();
    placed?;
    // the new name must survive a power cut too
    File::open(folder)?.sync_all()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::{KeyFileError, create, read};

    #[test]
    fn a_key_file_is_private_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own/some.key");
        create(&path, b"one").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(matches!(
            create(&path, b"two"),
            Err(KeyFileError::File { .. })
        ));
        assert_eq!(read(&path).unwrap(), b"one");
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1);
        fs::set_permissions(&path, Permissions::from_mode(0o604)).unwrap();
        assert!(matches!(read(&path), Err(KeyFileError::Exposed(_))));
    }
}
