//! The files of services beside their databases.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Ending of what is being brought back and not yet in its place.
pub(super) const STAGED: &str = "restoring";
/// Endings of what is half-written.
const HALF_WRITTEN: [&str; 2] = ["tmp", STAGED];

/// Files of some folders of a data folder, by their paths within it.
pub(super) struct Files {
    root: PathBuf,
    paths: Vec<PathBuf>,
}

impl Files {
    /// Finds everything in these folders, whichever of them are there, and nothing half-written.
    pub(super) fn of(root: &Path, folders: &[&str]) -> io::Result<Self> {
        let mut files = Self {
            root: root.to_owned(),
            paths: Vec::new(),
        };
        let mut open: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
        while let Some(folder) = open.pop() {
            if !root.join(&folder).is_dir() {
                continue;
            }
            for entry in fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let path = folder.join(entry.file_name());
                if entry.file_type()?.is_dir() {
                    open.push(path);
                } else if !is_half_written(&path) {
                    files.paths.push(path);
                }
            }
        }
        files.paths.sort();
        Ok(files)
    }

    /// Paths within the root, sorted.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Copies them, with their permissions.
    pub(super) fn copy(&self, to: &Path) -> io::Result<()> {
        for path in &self.paths {
            copy(&self.root.join(path), &to.join(path))?;
        }
        Ok(())
    }
}

fn is_half_written(path: &Path) -> bool {
    path.extension()
        .is_some_and(|kind| HALF_WRITTEN.iter().any(|known| kind == *known))
}

/// Brings what is in these folders onto the disk: names given, names taken away.
pub(super) fn sync_folders<'a>(folders: impl Iterator<Item = &'a Path>) -> io::Result<()> {
    for folder in folders.collect::<BTreeSet<_>>() {
        let here = Path::new(".");
        let folder = Some(folder).filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(here))?.sync_all()?;
    }
    Ok(())
}

/// Copies one file, onto the disk.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        make_folder(folder)?;
    }
    fs::copy(from, to)?;
    fs::File::open(to)?.sync_all()
}

/// Makes a folder for its owner only: there are keys and residents' photos in it.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The same path with another ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}
