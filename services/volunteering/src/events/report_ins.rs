use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::{ReportInConfirmed, ReportInEnded};
use store::Tx;

use crate::domain::report_in::{Party, ReportIn};
use crate::store::{forget_report_in, keep_report_in};

/// Keeps in mind who reported in at a community, for as long as it lasts.
pub(crate) struct OnReportIn;

#[async_trait]
impl Handler for OnReportIn {
    fn types(&self) -> &'static [&'static str] {
        &[ReportInConfirmed::TYPE, ReportInEnded::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        if event.kind == ReportInEnded::TYPE {
            let told: ReportInEnded = event.payload()?;
            return Ok(forget_report_in(tx, told.report_in_id).await?);
        }
        let told: ReportInConfirmed = event.payload()?;
        let party = match (told.unit_code, told.member) {
            (Some(unit), _) => Party::Unit(unit),
            (None, Some(account)) => Party::Member(account),
            // one of a kind that is not known here yet
            (None, None) => return Ok(()),
        };
        let report = ReportIn {
            id: told.report_in_id,
            community: told.community_code,
            party,
            reported_at: told.reported_at,
        };
        Ok(keep_report_in(tx, &report).await?)
    }
}
