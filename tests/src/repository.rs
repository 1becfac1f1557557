//! The files of this repository.

use std::path::{Path, PathBuf};

/// A text file of the repository.
#[derive(Clone)]
pub struct TextFile {
    /// Path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl TextFile {
    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// Lines that are code, not comment, with their numbers.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the crate lies in the repository")
        .to_owned()
}

/// Reads a file of the repository.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every text file, build output and data of a running program excepted.
pub fn text_files() -> Vec<TextFile> {
    let mut files = Vec::new();
    walk(&root(), "", &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// Every Rust file.
pub fn rust_files() -> Vec<TextFile> {
    let mut files = text_files();
    files.retain(|file| {
        Path::new(&file.path)
            .extension()
            .is_some_and(|kind| kind == "rs")
    });
    files
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<TextFile>) {
    let entries = std::fs::read_dir(folder).expect("the folder reads");
    for entry in entries {
        let entry = entry.expect("the entry reads");
        let name = entry.file_name().into_string().expect("names are UTF-8");
        let path = format!("{prefix}{name}");
        if ["target", ".git", "data"].contains(&path.as_str()) {
            continue;
        }
        let kind = entry.file_type().expect("the kind reads");
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_file() {
            // What is not UTF-8 is a picture or the like.
            if let Ok(text) = std::fs::read_to_string(entry.path()) {
                files.push(TextFile { path, text });
            }
        }
    }
}
