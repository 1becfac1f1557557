//! An export under way (导出任务): what is wanted, how far it has come, where it goes on.

use jiff::civil::Date;
use kernel::{
    AccountId, ActivityId, CertificateId, ExportId, OrgPath, RecordEntryId, ServiceRecordId,
    SignUpId, TeamId, Timestamp, Version, VolunteerId,
};
use serde::{Deserialize, Serialize};
use tables::ExportState;

use super::exports::ServiceExportFormat;

/// Pages that may fail one after the other.
const FAILURES: u32 = 5;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WantedExport {
    /// Name of the table.
    pub(crate) table: String,
    pub(crate) format: ServiceExportFormat,
    /// At or below this place.
    pub(crate) place: OrgPath,
    /// Days of the service, the shift, the training or award, the certificate or of the opening of the activity, both
    /// included; volunteers and teams have none.
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    /// In English, not in Chinese.
    pub(crate) english: bool,
}

/// Where the next page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Behind {
    /// Which list of the place is read.
    pub(crate) list: usize,
    pub(crate) volunteer: Option<VolunteerId>,
    pub(crate) activity: Option<ActivityId>,
    pub(crate) hours: Option<(OrgPath, ServiceRecordId)>,
    pub(crate) entry: Option<(OrgPath, RecordEntryId)>,
    pub(crate) certificate: Option<(OrgPath, CertificateId)>,
    pub(crate) team: Option<TeamId>,
    /// In the middle of an activity: the last of its sign-ups that was read.
    pub(crate) sign_up: Option<(ActivityId, AccountId, SignUpId)>,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceExport {
    pub(crate) id: ExportId,
    pub(crate) account: AccountId,
    pub(crate) wanted: WantedExport,
    pub(crate) state: ExportState,
    /// Why it failed: `too_many_rows` or `broke_off`.
    pub(crate) reason: Option<String>,
    pub(crate) rows: u64,
    pub(crate) parts: u32,
    pub(crate) behind: Behind,
    pub(crate) failures: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) version: Version,
}

impl ServiceExport {
    /// Most rows of a file: a workbook is made in memory.
    fn most_rows(&self) -> u64 {
        match self.wanted.format {
            ServiceExportFormat::Xlsx => 50_000,
            ServiceExportFormat::Csv | ServiceExportFormat::Json => 200_000,
        }
    }

    fn next(&self, state: ExportState, now: Timestamp) -> Self {
        Self {
            state,
            updated_at: now,
            version: self.version.next(),
            ..self.clone()
        }
    }

    /// One more page was made, the last one where nothing comes behind it.
    pub(crate) fn page(&self, rows: usize, behind: Option<Behind>, now: Timestamp) -> Self {
        let rows = self
            .rows
            .saturating_add(u64::try_from(rows).unwrap_or(u64::MAX));
        if rows > self.most_rows() {
            return Self {
                reason: Some("too_many_rows".to_owned()),
                parts: 0,
                ..self.next(ExportState::Failed, now)
            };
        }
        let state = match behind {
            Some(_) => ExportState::Running,
            None => ExportState::Ready,
        };
        Self {
            rows,
            parts: self.parts + 1,
            behind: behind.unwrap_or_default(),
            failures: 0,
            ..self.next(state, now)
        }
    }

    /// A page was not made; after several an export is given up, honestly.
    pub(crate) fn fail(&self, now: Timestamp) -> Self {
        let failures = self.failures + 1;
        let over = failures >= FAILURES;
        let state = if over {
            ExportState::Failed
        } else {
            self.state
        };
        Self {
            failures,
            reason: over.then(|| "broke_off".to_owned()),
            parts: if over { 0 } else { self.parts },
            ..self.next(state, now)
        }
    }

    /// Its caller wants it no longer; again is fine.
    pub(crate) fn cancel(&self, now: Timestamp) -> Option<Self> {
        if matches!(self.state, ExportState::Cancelled | ExportState::Failed) {
            return None;
        }
        Some(Self {
            parts: 0,
            ..self.next(ExportState::Cancelled, now)
        })
    }
}
