//! Imports of sheets: how far one has come, and what became of each row (导入、撤销导入).

use std::collections::HashMap;

use kernel::{AccountId, ImportId, SessionId, Timestamp, Version};
use problem::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sheet::{CellError, Resource, SheetRow, check};

kernel::named! {
    /// How far an import has come.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ImportState {
        /// 正在导入
        Applying = "applying",
        /// 已导入
        Applied = "applied",
        /// 已中止：其余各行未处理
        Stopped = "stopped",
        /// 正在撤销
        Undoing = "undoing",
        /// 已撤销
        Undone = "undone",
    }
}

kernel::named! {
    /// Why an import was stopped, or was not taken back to its end.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ImportStopReason {
        /// 操作人的权限已终止
        AccessEnded = "access_ended",
        /// 多次重试仍未成功
        KeptFailing = "kept_failing",
    }
}

/// After how many turns without any success an import is given up. A turn is several attempts, and turns are
/// a minute apart: what only waits for a busy store gets through long before.
const MOST_FAILED_TURNS: u32 = 10;

kernel::named! {
    /// What became of a row.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum Outcome {
        /// 待处理
        Waiting = "waiting",
        /// 新增
        Created = "created",
        /// 有变动
        Changed = "changed",
        /// 未变
        Unchanged = "unchanged",
        /// 未接受
        Refused = "refused",
        /// 已撤销
        Undone = "undone",
        /// 未能撤销
        Kept = "kept",
    }
}

/// How many rows had which outcome. What is undone or kept was created or changed before, and is
/// counted there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) created: u32,
    pub(crate) changed: u32,
    pub(crate) unchanged: u32,
    pub(crate) refused: u32,
    pub(crate) undone: u32,
    pub(crate) kept: u32,
}

impl Counts {
    /// Counts a row.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Waiting => return,
            Outcome::Created => &mut self.created,
            Outcome::Changed => &mut self.changed,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Refused => &mut self.refused,
            Outcome::Undone => &mut self.undone,
            Outcome::Kept => &mut self.kept,
        };
        *count = count.saturating_add(1);
    }
}

/// In whose name an import is worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sender {
    /// Who acts.
    pub(crate) account: AccountId,
    /// In which session.
    pub(crate) session: SessionId,
    /// What the account might do when it was last asked for, as JSON.
    pub(crate) grants: String,
    /// The trace that it belongs to.
    pub(crate) traceparent: String,
}

/// A file that is taken over row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// Its id.
    pub(crate) id: ImportId,
    /// What is imported.
    pub(crate) resource: Resource,
    /// Who sent the file.
    pub(crate) account: AccountId,
    /// In whose name it is worked on: theirs, or that of whoever takes it back.
    pub(crate) sender: Sender,
    /// How far it has come.
    pub(crate) state: ImportState,
    /// Rows of the file.
    pub(crate) rows: u32,
    /// The last row that counts as worked on: grows while it is applied, falls while it is undone.
    pub(crate) cursor: u32,
    /// What became of them.
    pub(crate) counts: Counts,
    /// Turns that have failed since it last came on.
    pub(crate) failed_turns: u32,
    /// Why it was stopped.
    pub(crate) stopped_because: Option<ImportStopReason>,
    /// Its version.
    pub(crate) version: Version,
    /// When it was sent.
    pub(crate) created_at: Timestamp,
    /// When it last came on.
    pub(crate) updated_at: Timestamp,
}

/// The import is not applied, so that there is nothing to take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotApplied;

impl ImportState {
    /// States in which there is still something to do.
    pub(crate) const UNDER_WAY: [Self; 2] = [Self::Applying, Self::Undoing];
    /// States in which an import rests for good, unless it is taken back.
    pub(crate) const AT_REST: [Self; 3] = [Self::Applied, Self::Stopped, Self::Undone];
}

impl Import {
    /// Says whether there is still something to do.
    pub(crate) fn is_under_way(&self) -> bool {
        ImportState::UNDER_WAY.contains(&self.state)
    }

    /// Tells how many rows were worked on in the present direction.
    pub(crate) fn done(&self) -> u32 {
        match self.state {
            ImportState::Applying | ImportState::Applied | ImportState::Stopped => self.cursor,
            ImportState::Undoing | ImportState::Undone => self.rows.saturating_sub(self.cursor),
        }
    }

    /// Begins to take it back.
    pub(crate) fn undo(&mut self, sender: Sender, now: Timestamp) -> Result<(), NotApplied> {
        if !matches!(self.state, ImportState::Applied | ImportState::Stopped) {
            return Err(NotApplied);
        }
        self.sender = sender;
        self.state = ImportState::Undoing;
        self.failed_turns = 0;
        self.stopped_because = None;
        self.come_on(now);
        Ok(())
    }

    /// Takes note of the rows worked on: what became of them, and the position of the last one, none
    /// where there were no more.
    pub(crate) fn advance(
        &mut self,
        outcomes: impl IntoIterator<Item = Outcome>,
        last: Option<u32>,
        now: Timestamp,
    ) {
        for outcome in outcomes {
            self.counts.add(outcome);
        }
        self.failed_turns = 0;
        match self.state {
            ImportState::Applying => {
                self.cursor = last.unwrap_or(self.rows);
                if self.cursor >= self.rows {
                    self.state = ImportState::Applied;
                }
            }
            ImportState::Undoing => {
                self.cursor = last.map_or(0, |last| last.saturating_sub(1));
                if self.cursor == 0 {
                    self.state = ImportState::Undone;
                }
            }
            ImportState::Applied | ImportState::Stopped | ImportState::Undone => {}
        }
        self.come_on(now);
    }

    /// Stops it where it is. One that was being taken back is as it was before, less what has been
    /// undone: somebody else may take it back to its end.
    pub(crate) fn stop(&mut self, because: ImportStopReason, now: Timestamp) {
        match self.state {
            ImportState::Applying => self.state = ImportState::Stopped,
            ImportState::Undoing => {
                self.state = ImportState::Applied;
                self.cursor = self.rows;
            }
            ImportState::Applied | ImportState::Stopped | ImportState::Undone => return,
        }
        self.stopped_because = Some(because);
        self.come_on(now);
    }

    /// Takes note of a turn that came to nothing; after too many of them it is stopped.
    pub(crate) fn fail(&mut self, now: Timestamp) {
        self.failed_turns = self.failed_turns.saturating_add(1);
        if self.failed_turns >= MOST_FAILED_TURNS {
            self.stop(ImportStopReason::KeptFailing, now);
        } else {
            self.come_on(now);
        }
    }

    fn come_on(&mut self, now: Timestamp) {
        self.version = self.version.next();
        self.updated_at = now;
    }
}

/// What became of a row, and what is needed to take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// What became of it.
    pub(crate) outcome: Outcome,
    /// Code or id of what was made or changed.
    pub(crate) subject: Option<String>,
    /// Its version after that.
    pub(crate) version: Option<Version>,
    /// How it was before, as JSON.
    pub(crate) before: Option<String>,
    /// What is wrong with the row, or why it could not be taken back.
    pub(crate) errors: Vec<CellError>,
}

impl Answer {
    /// An outcome by itself.
    pub(crate) fn plain(outcome: Outcome) -> Self {
        Self {
            outcome,
            subject: None,
            version: None,
            before: None,
            errors: Vec::new(),
        }
    }

    /// Something was made.
    pub(crate) fn created(subject: &impl ToString, version: Version) -> Self {
        Self {
            subject: Some(subject.to_string()),
            version: Some(version),
            ..Self::plain(Outcome::Created)
        }
    }

    /// Something was changed.
    pub(crate) fn changed(subject: &impl ToString, version: Version, before: String) -> Self {
        Self {
            outcome: Outcome::Changed,
            before: Some(before),
            ..Self::created(subject, version)
        }
    }

    /// The row was refused.
    pub(crate) fn refused(errors: Vec<CellError>) -> Self {
        Self {
            errors,
            ..Self::plain(Outcome::Refused)
        }
    }
}

/// A row of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportRow {
    /// Its turn, from 1: what lies above others comes before them.
    pub(crate) position: u32,
    /// Its line in the file.
    pub(crate) line: u32,
    /// Its cells, in the order of the resource's columns.
    pub(crate) cells: Vec<String>,
    /// What became of it.
    pub(crate) answer: Answer,
}

/// Puts the rows of a file in the order of their turns, and refuses what is wrong by itself or came
/// before in the file.
pub(crate) fn queue(resource: Resource, rows: Vec<SheetRow>) -> Vec<ImportRow> {
    let mut seen: HashMap<String, u32> = HashMap::with_capacity(rows.len());
    let mut queued = Vec::with_capacity(rows.len());
    for row in rows {
        let (answer, depth) = match check(resource, &row) {
            Err(errors) => (Answer::refused(errors), 0),
            Ok(checked) => {
                if let Some(line) = seen.get(&checked.key) {
                    let why = Message::new(
                        format!("与第 {line} 行重复"),
                        format!("the same as line {line}"),
                    );
                    (Answer::refused(vec![CellError::of_row(&why)]), 0)
                } else {
                    seen.insert(checked.key, row.line);
                    (Answer::plain(Outcome::Waiting), checked.depth)
                }
            }
        };
        let row = ImportRow {
            position: 0,
            line: row.line,
            cells: row.cells,
            answer,
        };
        queued.push((depth, row));
    }
    queued.sort_by_key(|(depth, _)| *depth);
    let rows = queued.into_iter().zip(1..);
    rows.map(|((_, row), position)| ImportRow { position, ..row })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{IdSourceExt, SystemIds, Timestamp, Version};

    use super::{
        Counts, Import, ImportState, ImportStopReason, MOST_FAILED_TURNS, NotApplied, Outcome,
        Sender, queue,
    };
    use crate::domain::sheet::{Resource, SheetRow};

    fn import(rows: u32) -> Import {
        let ids = SystemIds::new();
        Import {
            id: ids.next(),
            resource: Resource::Venues,
            account: ids.next(),
            sender: Sender {
                account: ids.next(),
                session: ids.next(),
                grants: "[]".to_owned(),
                traceparent: String::new(),
            },
            state: ImportState::Applying,
            rows,
            cursor: 0,
            counts: Counts::default(),
            failed_turns: 0,
            stopped_because: None,
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn it_goes_to_the_end_and_back() {
        let now = Timestamp::UNIX_EPOCH;
        let mut import = import(3);
        let sender = import.sender.clone();
        import.advance([Outcome::Created, Outcome::Refused], Some(2), now);
        assert_eq!((import.done(), import.is_under_way()), (2, true));
        assert_eq!(import.undo(sender.clone(), now), Err(NotApplied));
        import.advance([Outcome::Changed], Some(3), now);
        assert_eq!((import.done(), import.state), (3, ImportState::Applied));
        import.undo(sender.clone(), now).unwrap();
        assert_eq!(import.done(), 0);
        import.advance([Outcome::Undone], Some(3), now);
        assert_eq!((import.done(), import.state), (1, ImportState::Undoing));
        import.advance([Outcome::Kept], Some(1), now);
        assert_eq!((import.done(), import.state), (3, ImportState::Undone));
        let counts = import.counts;
        assert_eq!((counts.created, counts.changed, counts.refused), (1, 1, 1));
        assert_eq!((counts.undone, counts.kept), (1, 1));
        assert_eq!(import.undo(sender, now), Err(NotApplied));
    }

    #[test]
    fn what_was_stopped_is_taken_back_from_where_it_came() {
        let now = Timestamp::UNIX_EPOCH;
        let mut import = import(3);
        let sender = import.sender.clone();
        import.advance([Outcome::Created], Some(1), now);
        import.stop(ImportStopReason::AccessEnded, now);
        assert_eq!((import.done(), import.state), (1, ImportState::Stopped));
        assert_eq!(import.stopped_because, Some(ImportStopReason::AccessEnded));
        assert!(!import.is_under_way());
        import.undo(sender.clone(), now).unwrap();
        assert_eq!(import.stopped_because, None);
        // whoever takes it back may lose their access too
        import.stop(ImportStopReason::AccessEnded, now);
        assert_eq!(import.state, ImportState::Applied);
        import.undo(sender, now).unwrap();
        import.advance([Outcome::Undone], Some(1), now);
        assert_eq!((import.done(), import.state), (3, ImportState::Undone));
        let version = import.version;
        import.stop(ImportStopReason::AccessEnded, now);
        assert_eq!(
            (import.state, import.version),
            (ImportState::Undone, version)
        );
    }

    #[test]
    fn one_that_keeps_failing_is_stopped_and_one_that_comes_on_is_not() {
        let now = Timestamp::UNIX_EPOCH;
        let mut import = import(3);
        for _ in 1..MOST_FAILED_TURNS {
            import.fail(now);
        }
        assert!(import.is_under_way());
        import.advance([Outcome::Created], Some(1), now);
        for _ in 1..MOST_FAILED_TURNS {
            import.fail(now);
        }
        assert!(import.is_under_way());
        import.fail(now);
        assert_eq!((import.done(), import.state), (1, ImportState::Stopped));
        assert_eq!(import.stopped_because, Some(ImportStopReason::KeptFailing));
    }

    #[test]
    fn what_lies_above_comes_first_and_what_came_before_is_refused() {
        let row = |line, code: &str, kind: &str| SheetRow {
            line,
            cells: [code, "名称", kind, "", ""].map(str::to_owned).to_vec(),
            ragged: false,
        };
        let rows = queue(
            Resource::Organisations,
            vec![
                row(2, "420105011010.X01.B1", "building"),
                row(3, "420105011010.X01", "compound"),
                row(4, "420105011010", "community"),
                row(5, "420105011000", "street"),
                row(6, "420105011010", "社区"),
                row(7, "x", "street"),
            ],
        );
        let told = rows
            .iter()
            .map(|row| (row.position, row.line, row.answer.outcome));
        let (refused, waiting) = (Outcome::Refused, Outcome::Waiting);
        let expected = [
            (1, 6, refused),
            (2, 7, refused),
            (3, 5, waiting),
            (4, 4, waiting),
            (5, 3, waiting),
            (6, 2, waiting),
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_file_without_rows_is_done_at_once() {
        let mut import = import(0);
        import.advance([], None, Timestamp::UNIX_EPOCH);
        assert_eq!(import.state, ImportState::Applied);
    }
}
