//! What a backup holds, and whether it still does.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use kernel::{Clock, SystemClock, Timestamp};
use serde::{Deserialize, Serialize};

use super::files::{self, Files, STAGED};
use crate::outcome::Stop;

/// Name of the file; it is written last.
const NAME: &str = "backup.json";
/// Form of a backup that this program writes and reads.
const FORM: u32 = 1;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// The table of contents of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    form: u32,
    /// Version of the program that wrote it.
    program: String,
    taken_at: Timestamp,
    files: Vec<Entry>,
}

/// One file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: PathBuf,
    bytes: u64,
    /// SHA-256, in hexadecimal digits.
    sha256: String,
}

impl Manifest {
    /// Looks at everything in a folder.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let mut entries = Vec::new();
        for path in Files::of(folder, &["."])?.paths() {
            let path = path.strip_prefix(".").unwrap_or(path);
            entries.push(Entry::of(folder, path)?);
        }
        Ok(Self {
            form: FORM,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: SystemClock.now(),
            files: entries,
        })
    }

    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::write(folder.join(NAME), serde_json::to_vec_pretty(self)?)?;
        Ok(())
    }

    /// Reads the one of a backup.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(folder.join(NAME)).map_err(|error| {
            Stop::Usage(format!(
                "{} 不是备份 (is no backup): {error}",
                folder.display()
            ))
        })?;
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|error| Stop::Usage(format!("{NAME}: {error}")))?;
        if manifest.form != FORM {
            return Err(Stop::Usage(format!(
                "备份格式 {} 由另一版程序写成 (form of another version)",
                manifest.form
            ))
            .into());
        }
        // a path that leads out of the folder would be written wherever it says
        let leads_out = manifest.files.iter().find(|entry| {
            let mut parts = entry.path.components();
            !parts.all(|part| matches!(part, Component::Normal(_)))
        });
        if let Some(entry) = leads_out {
            return Err(Stop::Usage(format!("{NAME}: {}", entry.path.display())).into());
        }
        Ok(manifest)
    }

    /// Compares every file with what is written here.
    pub(super) fn check(&self, folder: &Path) -> anyhow::Result<()> {
        for entry in &self.files {
            let found = Entry::of(folder, &entry.path);
            let same = found.is_ok_and(|found| found.sha256 == entry.sha256);
            if !same {
                return Err(Stop::Failed(format!(
                    "{} 已损坏或缺失，未恢复任何内容 (is damaged or missing; nothing was restored)",
                    entry.path.display()
                ))
                .into());
            }
        }
        Ok(())
    }

    /// Copies every file beside its place; where one does not fit, none stays.
    pub(super) fn stage(&self, from: &Path, place: impl Fn(&Path) -> PathBuf) -> io::Result<()> {
        let staged = |entry: &Entry| files::beside(&place(&entry.path), STAGED);
        let mut entries = self.files.iter();
        let done =
            entries.try_for_each(|entry| files::copy(&from.join(&entry.path), &staged(entry)));
        if done.is_err() {
            for entry in &self.files {
                fs::remove_file(staged(entry)).ok();
            }
        }
        done
    }

    /// Gives each of them its name. Nothing is copied any more: this ends at once, or at any point, and may be
    /// begun again after [`Self::stage`].
    pub(super) fn settle(&self, data: &Path, place: impl Fn(&Path) -> PathBuf) -> io::Result<()> {
        let places: Vec<PathBuf> = self.files.iter().map(|entry| place(&entry.path)).collect();
        for place in &places {
            fs::rename(files::beside(place, STAGED), place)?;
        }
        // every folder from the file up to that of the data: some were made just now
        let folders = places.iter().flat_map(|place| {
            let mut above = place.ancestors().skip(1);
            let own = above.next().into_iter();
            own.chain(above.take_while(|folder| folder.starts_with(data)))
        });
        files::sync_folders(folders)
    }

    /// Whether the backup has just this file under this name.
    pub(super) fn has(&self, name: &str, file: &Path) -> bool {
        let mut entries = self.files.iter();
        let known = entries.find(|entry| entry.path == Path::new(name));
        let found = Entry::of(Path::new(""), file);
        known.is_some_and(|known| found.is_ok_and(|found| found.sha256 == known.sha256))
    }

    pub(super) fn count(&self) -> usize {
        self.files.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.bytes).sum()
    }

    pub(super) fn taken_at(&self) -> Timestamp {
        self.taken_at
    }
}

impl Entry {
    fn of(folder: &Path, path: &Path) -> io::Result<Self> {
        let mut file = File::open(folder.join(path))?;
        let mut digest = Context::new(&SHA256);
        let mut chunk = vec![0; CHUNK];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut chunk)?;
            let Some(part) = chunk.get(..read).filter(|part| !part.is_empty()) else {
                break;
            };
            digest.update(part);
            bytes += u64::try_from(read).unwrap_or(u64::MAX);
        }
        let digest = digest.finish();
        let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
        Ok(Self {
            path: path.to_owned(),
            bytes,
            sha256: digits.collect(),
        })
    }
}
