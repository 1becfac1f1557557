//! Files too large for the database, kept in a folder of the service.

use std::path::{Path, PathBuf};

use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::StoreError;

/// Largest number of temporary names tried is one: names are random, so they never meet.
const TEMPORARY: &str = "tmp";

/// A folder of write-once files named by id.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

impl Blobs {
    /// Uses the folder `root`; it is made when the first blob comes.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn path(&self, id: Uuid) -> PathBuf {
        let name = id.simple().to_string();
        // The last characters are random, the first ones are time: this spreads a day over 256 folders.
        let folder = name.get(30..).unwrap_or_default().to_owned();
        self.root.join(folder).join(name)
    }

    /// Stores a blob; it is there whole or not at all.
    ///
    /// # Errors
    /// The disk is full or read-only.
    pub async fn put(&self, id: Uuid, content: &[u8]) -> Result<(), StoreError> {
        let path = self.path(id);
        let temporary = path.with_extension(TEMPORARY);
        let folder = path.parent().unwrap_or(&self.root);
        tokio::fs::create_dir_all(folder).await?;
        let written = write_new(&temporary, content).await;
        let placed = match written {
            Ok(()) => place(&temporary, &path, [folder, &self.root]).await,
            Err(error) => Err(error),
        };
        if let Err(error) = placed {
            // Best effort: the half-written file has a temporary name and is never served.
            tokio::fs::remove_file(&temporary).await.ok();
            return Err(error.into());
        }
        Ok(())
    }

    /// Reads a blob; `None` when there is none.
    ///
    /// # Errors
    /// The disk does not answer.
    pub async fn find(&self, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        match tokio::fs::read(self.path(id)).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a blob; no error when there is none.
    ///
    /// # Errors
    /// The disk refuses.
    pub async fn remove(&self, id: Uuid) -> Result<(), StoreError> {
        match tokio::fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

async fn write_new(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = tokio::fs::File::create(path).await?;
    file.write_all(content).await?;
    file.flush().await?;
    file.sync_all().await
}

/// Gives a file its name; it and the names of its folders survive a power cut, as the row that will speak of it does.
async fn place(from: &Path, to: &Path, folders: [&Path; 2]) -> std::io::Result<()> {
    tokio::fs::rename(from, to).await?;
    for folder in folders {
        tokio::fs::File::open(folder).await?.sync_all().await?;
    }
    Ok(())
}
