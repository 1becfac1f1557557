//! The independent checkers in Python: `tests/check_plan.py`, always, and those outside the checkout
//! where they are there.

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
    there.then_some(folder)
}

/// The checkers of a kind of plan, and what is expected of them.
pub(crate) struct Checker {
    scripts: Vec<PathBuf>,
    folder: tempfile::TempDir,
    files: usize,
    /// Files, the objective of a legal plan, and what it is called.
    cases: Vec<(Vec<PathBuf>, Option<i64>, String)>,
}

impl Checker {
    /// Our own checker, and the one of this name beside the checkout, if it is there; none without
    /// Python. What is left out is said aloud, here and by `tests/run`.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let mut checker = Self::own()?;
        match shared() {
            Some(shared) => checker.scripts.push(shared.join("scheduling").join(name)),
            None => eprintln!("{name} isn't beside the checkout: only tests/check_plan.py judges"),
        }
        Some(checker)
    }

    /// Our own checker alone; none without Python.
    pub(crate) fn own() -> Option<Self> {
        if Command::new("python3").arg("--version").output().is_err() {
            eprintln!("python3 is missing: no plan is judged by an independent checker");
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_plan.py");
        Some(Self {
            scripts: vec![script],
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
        for script in &checker.scripts {
            checker.compare(script, &list);
        }
    }

    fn compare(&self, script: &Path, list: &Path) {
        let mut python = Command::new("python3");
        python.args(["-c", DRIVER]).arg(script).arg(list);
        let output = python.output().expect("python runs");
        let verdicts = String::from_utf8(output.stdout).expect("verdicts are text");
        let problem = String::from_utf8_lossy(&output.stderr);
        assert_eq!(verdicts.lines().count(), self.cases.len(), "{problem}");
        for (verdict, (_, ours, name)) in verdicts.lines().zip(&self.cases) {
            let verdict: Value = serde_json::from_str(verdict).expect("a verdict");
            let script = script.display();
            assert_eq!(
                verdict["objective"].as_i64(),
                *ours,
                "{name}: {script} says {verdict}"
            );
        }
    }
}
