//! Sheets that are taken over (导入): proofs and hours of volunteers by their number, activities with their shifts.
//!
//! A file is right as a whole or nothing of it is taken. Whose number a line names, no more: no name, no phone, no id
//! number comes in, and what looks like one is refused without being said again.

mod activities;
mod columns;
mod hours;
mod lines;
mod proofs;

use kernel::{AccountId, ImportId, OrgPath, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use activities::{PlannedActivity, read_activities, weigh_activities};
pub(crate) use hours::{HoursRow, PlannedHours, Served, read_hours, weigh_hours};
pub(crate) use lines::LineError;
pub(crate) use proofs::{PlannedProofs, read_proofs, weigh_proofs};

/// Most rows of a file: it is taken over in one transaction.
pub(crate) const MOST_ROWS: usize = 2_000;
/// Most errors that are told one by one.
pub(crate) const MOST_TOLD: usize = 200;

named! {
    /// What a sheet holds (导入种类).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ServiceImportKind {
        /// 技能证书等证明
        Proofs = "proofs",
        /// 在别处记录的服务时长
        Hours = "hours",
        /// 活动和班次
        Activities = "activities",
    }
}

named! {
    /// Whether what was taken over stands (导入状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ServiceImportState {
        /// 已导入
        Applied = "applied",
        /// 已撤销
        Undone = "undone",
    }
}

/// A file that was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceImport {
    pub(crate) id: ImportId,
    pub(crate) kind: ServiceImportKind,
    /// What was taken over lies at or below it.
    pub(crate) org_path: OrgPath,
    /// Who sent the file: somebody else confirms what is in it.
    pub(crate) account: AccountId,
    pub(crate) state: ServiceImportState,
    /// Rows of the file.
    pub(crate) rows: u32,
    /// Things that were made of them.
    pub(crate) made: u32,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) undone_at: Option<Timestamp>,
}

impl ServiceImport {
    /// Takes it back.
    pub(crate) fn undo(&mut self, now: Timestamp) {
        self.state = ServiceImportState::Undone;
        self.undone_at = Some(now);
        self.version = self.version.next();
    }
}

#[cfg(test)]
mod tests;
