//! All that a data folder holds, copied as of one moment and brought back (备份与恢复).

mod files;
mod manifest;

use std::path::{Path, PathBuf};

use chassis::Config;
use store::{Location, snapshot};

use self::files::Files;
use self::manifest::Manifest;
use super::Settings;
use crate::MODULES;
use crate::outcome::Stop;

/// File of a data folder that is there while a restore is under way.
const UNFINISHED: &str = "restore.unfinished";

/// Copies everything into a new folder, while the services run or not.
pub(super) async fn backup(settings: &Settings, to: &Path, json: bool) -> anyhow::Result<()> {
    let config = &settings.config;
    let databases = databases(config)?;
    if to.exists() {
        return Err(Stop::Usage(format!("{} 已存在 (is there already)", to.display())).into());
    }
    let absent = databases.iter().find(|(file, _)| !file.exists());
    if let Some((file, _)) = absent {
        return Err(Stop::Usage(format!("没有 {} (is not there)", file.display())).into());
    }
    // only a finished backup has the name that was asked for
    let unfinished = files::beside(to, "unfinished");
    let done = copy(config, &databases, &unfinished).await;
    let manifest = match done {
        Ok(manifest) => manifest,
        Err(error) => {
            std::fs::remove_dir_all(&unfinished).ok();
            return Err(error);
        }
    };
    std::fs::rename(&unfinished, to)?;
    report(&manifest, to, json)
}

async fn copy(
    config: &Config,
    databases: &[(PathBuf, String)],
    unfinished: &Path,
) -> anyhow::Result<Manifest> {
    files::make_folder(unfinished)?;
    let copies: Vec<_> = databases
        .iter()
        .map(|(file, name)| (file.clone(), unfinished.join(name)))
        .collect();
    snapshot::copy_files(&copies).await?;
    // after the databases: a file is there before the row that names it, and never changes
    let folders: Vec<&str> = MODULES.iter().map(|module| module.name).collect();
    let files = Files::of(&config.data, &folders)?;
    files.copy(unfinished)?;
    let manifest = Manifest::of(unfinished)?;
    manifest.write(unfinished)?;
    Ok(manifest)
}

/// Brings a backup back into a data folder that has no databases.
pub(super) async fn restore(settings: &Settings, from: &Path, json: bool) -> anyhow::Result<()> {
    let config = &settings.config;
    let databases = databases(config)?;
    let manifest = Manifest::read(from)?;
    refuse_data(config, &databases, &manifest)?;
    manifest.check(from)?;
    for (_, name) in &databases {
        if let Some(damage) = snapshot::find_damage(&from.join(name)).await? {
            return Err(Stop::Failed(format!("{name}: {damage}")).into());
        }
    }
    // held until everything is in its place: no service starts on half of it
    let held = chassis::hold(&MODULES, config)?;
    refuse_data(config, &databases, &manifest)?;
    let place = |path: &Path| {
        let name = path.to_string_lossy();
        let database = databases.iter().find(|(_, known)| *known == name);
        database.map_or_else(|| config.data.join(path), |(file, _)| file.clone())
    };
    // from before the first file until after the last: a start in between would make empty what is not there
    let mark = config.data.join(UNFINISHED);
    let again = mark.exists();
    std::fs::File::create(&mark)?.sync_all()?;
    files::sync_folders(std::iter::once(config.data.as_path()))?;
    if let Err(error) = manifest.stage(from, place) {
        // nothing was brought back, unless by the attempt before: then a part of it is there
        if !again {
            std::fs::remove_file(&mark).ok();
        }
        return Err(error.into());
    }
    manifest.settle(&config.data, place)?;
    std::fs::remove_file(&mark)?;
    files::sync_folders(std::iter::once(config.data.as_path()))?;
    drop(held);
    report(&manifest, &config.data, json)
}

/// Refuses to write over what is there. What a restore that was killed brought to its place is no more than that:
/// the same backup may be brought back once more.
fn refuse_data(
    config: &Config,
    databases: &[(PathBuf, String)],
    manifest: &Manifest,
) -> Result<(), Stop> {
    let again = config.data.join(UNFINISHED).exists();
    for (file, name) in databases {
        // a process that was killed left its log: it would be played into what comes to its place
        let logs = ["-wal", "-shm", "-journal"].map(|ending| with_suffix(file, ending));
        let log = logs.iter().find(|log| log.exists());
        let own = again && manifest.has(name, file);
        let data = Some(file).filter(|file| file.exists() && !own);
        if let Some(there) = log.or(data) {
            return Err(Stop::Usage(format!(
                "{} 已存在，请先移走数据目录 (is there already: move the data folder away first)",
                there.display()
            )));
        }
    }
    Ok(())
}

/// Refuses to work on data of which only a part is back.
pub(super) fn refuse_unfinished(config: &Config) -> Result<(), Stop> {
    let mark = config.data.join(UNFINISHED);
    if !mark.exists() {
        return Ok(());
    }
    Err(Stop::Usage(format!(
        "{}: 上次恢复没有完成，数据不全。请再次执行 linli restore <同一备份>，或移走数据目录 (a restore was not finished and only a part of the data is back: run `linli restore` with the same backup again, or move the data folder away)",
        mark.display()
    )))
}

/// The path with more at its end: as SQLite names the files of a database.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

/// Files of the databases with their names in a backup.
fn databases(config: &Config) -> Result<Vec<(PathBuf, String)>, Stop> {
    let mut databases = Vec::new();
    for module in MODULES {
        match config.location(module.name) {
            Location::File(file) => databases.push((file, format!("{}.sqlite", module.name))),
            Location::Server { .. } => {
                return Err(Stop::Usage(format!(
                    "{} 在 PostgreSQL 上，请用其自身的备份（k8s/README.md）(is on PostgreSQL: use its own backups)",
                    module.name
                )));
            }
        }
    }
    Ok(databases)
}

fn report(manifest: &Manifest, folder: &Path, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(manifest)?);
    } else {
        println!(
            "{}: {} 个文件 (files), {} 字节 (bytes), {}",
            folder.display(),
            manifest.count(),
            manifest.bytes(),
            manifest.taken_at()
        );
    }
    Ok(())
}
