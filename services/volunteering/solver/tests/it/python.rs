//! The independent checkers, plain Python outside the checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde_json::Value;

/// Runs a checker on many plans within one process; cases are lists of files, one a line.
const DRIVER: &str = "
import runpy, sys
script = sys.argv[1]
for line in open(sys.argv[2]):
    sys.argv = [script, *line.split('\\t')[:-1]]
    try:
        runpy.run_path(script, run_name='__main__')
    except SystemExit:
        pass
";

/// Folder of what lies beside the checkout; none where it isn't there.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let folder = std::env::var_os("LINLI_SHARED").map_or(beside, PathBuf::from);
    let there = folder.join("scheduling/check_roster.py").is_file();
    let python = Command::new("python3").arg("--version").output().is_ok();
    (there && python).then_some(folder)
}

/// One of the checkers, and what is expected of it.
pub(crate) struct Checker {
    script: PathBuf,
    folder: tempfile::TempDir,
    files: usize,
    /// Files, the objective of a legal plan, and what it is called.
    cases: Vec<(Vec<PathBuf>, Option<i64>, String)>,
}

impl Checker {
    /// The checker of this name, if it is there.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Some(Self {
            script: shared()?.join("scheduling").join(name),
            folder: tempfile::tempdir().expect("a folder"),
            files: 0,
            cases: Vec::new(),
        })
    }

    /// A document as a file.
    pub(crate) fn file(&mut self, document: &impl Serialize) -> PathBuf {
        let text = serde_json::to_string(document).expect("it serialises");
        self.text(&text)
    }

    /// A text as a file.
    pub(crate) fn text(&mut self, text: &str) -> PathBuf {
        self.files += 1;
        let path = self.folder.path().join(self.files.to_string());
        std::fs::write(&path, text).expect("it is written");
        path
    }

    /// Notes what our own checker says.
    pub(crate) fn expect(&mut self, files: Vec<PathBuf>, objective: Option<i64>, name: &str) {
        self.cases.push((files, objective, name.to_owned()));
    }

    /// Compares all that was noted.
    pub(crate) fn verify(checker: Option<Self>) {
        let Some(mut checker) = checker else { return };
        let mut list = String::new();
        for (files, ..) in &checker.cases {
            for file in files {
                list.push_str(&file.display().to_string());
                list.push('\t');
            }
            list.push('\n');
        }
        let list = checker.text(&list);
        let mut python = Command::new("python3");
        python.args(["-c", DRIVER]).arg(&checker.script).arg(list);
        let output = python.output().expect("python runs");
        let verdicts = String::from_utf8(output.stdout).expect("verdicts are text");
        let problem = String::from_utf8_lossy(&output.stderr);
        assert_eq!(verdicts.lines().count(), checker.cases.len(), "{problem}");
        for (verdict, (_, ours, name)) in verdicts.lines().zip(&checker.cases) {
            let verdict: Value = serde_json::from_str(verdict).expect("a verdict");
            assert_eq!(verdict["objective"].as_i64(), *ours, "{name}: {verdict}");
        }
    }
}
