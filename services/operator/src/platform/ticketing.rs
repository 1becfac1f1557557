use std::time::Duration;

use kernel::Timestamp;
use serde::Deserialize;

use super::{Client, PlatformError};
use crate::crd::OrdersStatus;

/// Orders opened longer ago are not counted: the longest period that statistics cover.
const PERIOD: Duration = Duration::from_hours(366 * 24);

#[derive(Deserialize)]
struct Statistics {
    counts: Counts,
}

#[derive(Deserialize)]
struct Counts {
    opened: i64,
    declined: i64,
    withdrawn: i64,
    closed: i64,
    due: i64,
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
            open: counts.opened - counts.declined - counts.withdrawn - counts.closed,
            // `due` holds what is closed and what should be
            overdue: counts.due - counts.closed,
        }))
    }
}
