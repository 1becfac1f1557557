use std::time::Duration;

use kernel::Timestamp;
use serde::Deserialize;

use super::{Client, PlatformError};
use crate::crd::OrdersStatus;

/// Orders opened longer ago are not counted: with today the longest period that statistics cover, 366 days.
const PERIOD: Duration = Duration::from_hours(365 * 24);

#[derive(Deserialize)]
struct Statistics {
    counts: Counts,
}

#[derive(Deserialize)]
struct Counts {
    opened: i64,
    declined: i64,
    withdrawn: i64,
    terminated: i64,
    voided: i64,
    merged: i64,
    closed: i64,
    due: i64,
}

impl Counts {
    /// Orders that are over without a result.
    fn over(&self) -> i64 {
        self.declined + self.withdrawn + self.terminated + self.voided + self.merged
    }
}

impl Client {
    /// Counts the orders of a place; none where ticketing does not know the place yet.
    ///
    /// # Errors
    /// The platform does not say.
    pub(crate) async fn orders(
        &self,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<OrdersStatus>, PlatformError> {
        let from = now.minus(PERIOD);
        let path = format!("/api/ticketing/v1/statistics?org_code={code}&from={from}&to={now}");
        let answer = match self.get(&path).await {
            Ok(answer) => answer,
            // it learns of places by events, a moment later
            Err(error) if error.is("unknown-place") => return Ok(None),
            Err(error) => return Err(error),
        };
        let Statistics { counts } =
            serde_json::from_value(answer).map_err(|_| PlatformError::Unexpected("statistics"))?;
        Ok(Some(OrdersStatus {
            opened: counts.opened,
            open: counts.opened - counts.over() - counts.closed,
            // `due` holds what is closed and what should be
            overdue: counts.due - counts.closed,
        }))
    }
}
